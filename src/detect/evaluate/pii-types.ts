/**
 * Which detectors speak for which types of other people's data, by the names that Presidio and others use for them. The
 * first detector of a type is the one whose false hits are booked on the type.
 */
const DETECTORS_OF: Readonly<Record<string, readonly string[]>> = {
  EMAIL_ADDRESS: ['email'],
  PHONE_NUMBER: ['phone'],
  CREDIT_CARD: ['payment-card'],
  IBAN_CODE: ['iban'],
  IP_ADDRESS: ['ip-address', 'local-address'],
  MAC_ADDRESS: ['mac-address'],
  CRYPTO: ['crypto-address'],
  PERSON: ['person'],
  GPE: ['place', 'address'],
  STREET_ADDRESS: ['address', 'place', 'postal-code'],
  ZIP_CODE: ['postal-code', 'address'],
  UK_POSTCODE: ['postal-code', 'address'],
  DE_PLZ: ['postal-code', 'address'],
  BIRTH_DATE: ['birth-date'],
  US_BANK_NUMBER: ['bank-account'],
  US_DRIVER_LICENSE: ['driver-licence'],
  UK_DRIVING_LICENCE: ['uk-driving-licence', 'driver-licence'],
  IT_DRIVER_LICENSE: ['it-driving-licence', 'driver-licence'],
  KR_DRIVER_LICENSE: ['kr-driving-licence', 'driver-licence'],
  DE_FUEHRERSCHEIN: ['de-driving-licence', 'driver-licence'],
  PASSPORT: ['passport', 'us-passport', 'uk-passport', 'es-passport', 'it-passport', 'in-passport', 'kr-passport'],
  US_PASSPORT: ['us-passport', 'passport'],
  UK_PASSPORT: ['uk-passport', 'passport'],
  ES_PASSPORT: ['es-passport', 'passport'],
  IT_PASSPORT: ['it-passport', 'passport'],
  IN_PASSPORT: ['in-passport', 'passport'],
  KR_PASSPORT: ['kr-passport', 'passport'],
  DE_PASSPORT: ['passport', 'de-id-card'],
  US_SSN: ['us-ssn'],
  US_ITIN: ['us-itin'],
  US_EIN: ['us-ein'],
  US_NPI: ['us-npi'],
  US_MBI: ['us-mbi'],
  ABA_ROUTING_NUMBER: ['us-aba-routing'],
  MEDICAL_LICENSE: ['us-dea'],
  CA_SIN: ['ca-sin'],
  UK_NHS: ['uk-nhs'],
  UK_NINO: ['uk-nino'],
  DE_TAX_ID: ['de-tax-id'],
  DE_TAX_NUMBER: ['de-tax-number'],
  DE_VAT_ID: ['de-vat-id'],
  DE_ID_CARD: ['de-id-card'],
  DE_SOCIAL_SECURITY: ['de-social-security'],
  DE_HEALTH_INSURANCE: ['de-health-insurance'],
  DE_LANR: ['de-doctor-number'],
  FR_NIR: ['fr-nir'],
  ES_NIF: ['es-nif'],
  ES_NIE: ['es-nie'],
  IT_FISCAL_CODE: ['it-fiscal-code'],
  IT_VAT_CODE: ['it-vat-code'],
  IT_IDENTITY_CARD: ['it-identity-card'],
  NL_BSN: ['nl-bsn'],
  PL_PESEL: ['pl-pesel'],
  FI_PERSONAL_IDENTITY_CODE: ['fi-hetu'],
  SE_PERSONNUMMER: ['se-personnummer'],
  SE_ORGANISATIONSNUMMER: ['se-organisationsnummer'],
  BR_CPF: ['br-cpf'],
  BR_CNPJ: ['br-cnpj'],
  TR_NATIONAL_ID: ['tr-national-id'],
  IN_AADHAAR: ['in-aadhaar'],
  IN_PAN: ['in-pan'],
  IN_GSTIN: ['in-gstin'],
  IN_VOTER: ['in-voter'],
  IN_VEHICLE_REGISTRATION: ['in-vehicle-registration'],
  AU_TFN: ['au-tfn'],
  AU_ABN: ['au-abn'],
  AU_ACN: ['au-acn'],
  AU_MEDICARE: ['au-medicare'],
  SG_NRIC_FIN: ['sg-nric'],
  SG_UEN: ['sg-uen'],
  KR_RRN: ['kr-rrn'],
  KR_FRN: ['kr-rrn'],
  KR_BRN: ['kr-brn'],
  TH_TNIN: ['th-national-id'],
  ZA_ID_NUMBER: ['za-id'],
  PH_TIN: ['ph-tin'],
  DK_CPR: ['dk-cpr'],
  NO_FODSELSNUMMER: ['no-fodselsnummer'],
  BE_NATIONAL_NUMBER: ['be-national-number'],
  CH_AHV: ['ch-ahv'],
  AT_SVNR: ['at-svnr'],
  PT_NIF: ['pt-nif'],
  CZ_BIRTH_NUMBER: ['cz-birth-number'],
  RO_CNP: ['ro-cnp'],
  PL_NIP: ['pl-nip'],
  CN_RESIDENT_ID: ['cn-resident-id'],
  TW_NATIONAL_ID: ['tw-national-id'],
  HK_ID_CARD: ['hk-id-card'],
  JP_MY_NUMBER: ['jp-my-number'],
  IL_ID: ['il-id'],
  MX_CURP: ['mx-curp'],
  MX_RFC: ['mx-rfc'],
  AR_DNI: ['ar-dni'],
  AR_CUIT: ['ar-cuit'],
  CL_RUT: ['cl-rut'],
  CO_CEDULA: ['co-cedula'],
};

/** Types that some detector claims to find. */
export const CLAIMED_TYPES: readonly string[] = Object.keys(DETECTORS_OF);

/** Other words for the same. */
const SAME_AS: Readonly<Record<string, string>> = {
  EMAIL: 'EMAIL_ADDRESS',
  PHONE: 'PHONE_NUMBER',
  PH_MOBILE_NUMBER: 'PHONE_NUMBER',
  TR_PHONE_NUMBER: 'PHONE_NUMBER',
  TELEPHONE: 'PHONE_NUMBER',
  CARD: 'CREDIT_CARD',
  CREDIT_CARD_NUMBER: 'CREDIT_CARD',
  PAYMENT_CARD: 'CREDIT_CARD',
  IBAN: 'IBAN_CODE',
  IP: 'IP_ADDRESS',
  IPV4: 'IP_ADDRESS',
  IPV6: 'IP_ADDRESS',
  MAC: 'MAC_ADDRESS',
  NAME: 'PERSON',
  PERSON_NAME: 'PERSON',
  FULL_NAME: 'PERSON',
  FIRST_NAME: 'PERSON',
  LAST_NAME: 'PERSON',
  LOCATION: 'GPE',
  PLACE: 'GPE',
  CITY: 'GPE',
  COUNTRY: 'GPE',
  ADDRESS: 'STREET_ADDRESS',
  POSTCODE: 'ZIP_CODE',
  POSTAL_CODE: 'ZIP_CODE',
  DATE_OF_BIRTH: 'BIRTH_DATE',
  DOB: 'BIRTH_DATE',
  SSN: 'US_SSN',
  DRIVER_LICENSE: 'US_DRIVER_LICENSE',
  DRIVER_LICENCE: 'US_DRIVER_LICENSE',
  DRIVING_LICENCE: 'US_DRIVER_LICENSE',
  BANK_ACCOUNT: 'US_BANK_NUMBER',
  NINO: 'UK_NINO',
  NHS: 'UK_NHS',
  BITCOIN_ADDRESS: 'CRYPTO',
};

/** The name under which a type is counted, so that two words for the same are one. */
export function countedType(type: string): string {
  const name = type.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  return SAME_AS[name] ?? name;
}

/**
 * The detectors whose hits count as finding something of a counted type, by their whole ids. Null where we claim none:
 * organisations, ages, titles, nationalities, dates and domains are not what we call personal data.
 */
export function detectorsOfType(type: string): ReadonlySet<string> | null {
  return SETS.get(type) ?? null;
}

/** Says that a number identifies someone, and not which kind it is: right for any number that does. */
const ANY_NUMBER = 'id-number';

const SETS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(DETECTORS_OF).map(([type, names]) => [
    type,
    new Set([...names, ANY_NUMBER].map((name) => `pii/${name}`)),
  ]),
);

/** Whether a hit on a span of this type is right, though finding such spans is not what the detector is for. */
export function isSettledBy(id: string, type: string): boolean {
  // Bodies of data name dates; we look for those of birth alone.
  return id === 'pii/birth-date' && (type === 'DATE_TIME' || type === 'DATE');
}

const TYPE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(DETECTORS_OF)
    .toReversed()
    .flatMap(([type, [first]]) => (first === undefined ? [] : [[`pii/${first}`, type]])),
);

/** The type on which a false hit is booked. */
export function typeOfDetector(id: string): string {
  return TYPE_OF.get(id) ?? id;
}
