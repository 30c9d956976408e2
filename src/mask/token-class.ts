import type { DetectorId } from '../core/ids.ts';

/**
 * What a placeholder says of its value. None is the beginning of another, so that a placeholder is read in one way; none
 * holds a q, which is the mark of a placeholder's beginning.
 */
export const TOKEN_CLASSES = [
  'ADDRESS',
  'BIRTHDATE',
  'CARD',
  'COMPANY',
  'EMAIL',
  'IBAN',
  'IP',
  'MAC',
  'PERSON',
  'PHONE',
  'PII',
  'PLACE',
  'SECRET',
  'TEXT',
  'WALLET',
] as const;
export type TokenClass = (typeof TOKEN_CLASSES)[number];

const BY_DETECTOR: ReadonlyMap<string, TokenClass> = new Map([
  ['pii/address', 'ADDRESS'],
  ['pii/birth-date', 'BIRTHDATE'],
  ['pii/crypto-address', 'WALLET'],
  ['pii/email', 'EMAIL'],
  ['pii/iban', 'IBAN'],
  ['pii/ip-address', 'IP'],
  ['pii/local-address', 'IP'],
  ['pii/mac-address', 'MAC'],
  ['pii/payment-card', 'CARD'],
  ['pii/person', 'PERSON'],
  ['pii/phone', 'PHONE'],
  ['pii/place', 'PLACE'],
  ['pii/postal-code', 'ADDRESS'],
]);

const BY_AREA: ReadonlyMap<string, TokenClass> = new Map([
  ['company', 'COMPANY'],
  ['pii', 'PII'],
  ['secret', 'SECRET'],
]);

/** The class of what a detector finds: its own, else that of its area, else `TEXT`. Total over all ids. */
export function tokenClassOf(id: DetectorId): TokenClass {
  return BY_DETECTOR.get(id) ?? BY_AREA.get(id.slice(0, id.indexOf('/'))) ?? 'TEXT';
}
