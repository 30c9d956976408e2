/** Words near the number of a passport, in the languages of Europe. */
export const PASSPORT =
  /passport|passeport|pasaporte|passaporto|reisepass|\bpass(?:port)?-?nr|paspoort|paszport|passnummer/;

/** Words near the number by which a company pays value added tax. */
export const VAT = /\bvat\b|umsatzsteuer|\bust\b|\bust-|\btva\b|partita iva|p\.? ?iva|\bbtw\b|\bcif\b|\bnif\b/;
