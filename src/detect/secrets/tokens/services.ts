import { hasBech32Checksum, hasHexCrc } from '../checksums.ts';
import type { TokenRule } from '../token-rule.ts';

/** Observation, work tools, content, and keys that no provider issues. */
export const SERVICE_TOKENS: readonly TokenRule[] = [
  {
    id: 'age-secret-key',
    keywords: ['age-secret-key-1', 'age-secret-key-pq-1'],
    shape: 'AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58,62}',
    check: (token) => (hasBech32Checksum(token) ? 'verified' : 'plausible'),
  },
  {
    id: 'grafana-service-token',
    keywords: ['glsa_'],
    shape: 'glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}',
    check: (token) => (hasHexCrc(token) ? 'verified' : 'plausible'),
  },
  { id: 'grafana-cloud-token', keywords: ['glc_'], shape: 'glc_[A-Za-z0-9+/]{32,400}={0,3}', maxBytes: 420 },
  { id: 'grafana-api-key', keywords: ['eyjrijoi'], shape: 'eyJrIjoi[A-Za-z0-9]{50,400}={0,3}', maxBytes: 420 },
  {
    id: 'dynatrace-token',
    keywords: ['dt0c', 'dt0s'],
    shape: 'dt0[cs]\\d{2}\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}',
  },
  {
    id: 'new-relic-key',
    keywords: ['nrak-', 'nrii-', 'nriq-', 'nrjs-', 'nrra-', 'nral'],
    shape: 'NR(?:AK-[A-Za-z0-9]{27}|I[IQ]-[A-Za-z0-9_-]{32}|JS-[a-f0-9]{19}|RA-[a-f0-9]{42})',
  },
  { id: 'new-relic-license-key', keywords: ['ffffnral'], lead: '[a-f0-9]{32}', shape: 'FFFFNRAL' },
  {
    id: 'sentry-token',
    keywords: ['sntrys_', 'sntryu_'],
    shape: 'sntryu_[a-f0-9]{64}|sntrys_eyJ[A-Za-z0-9+/=_-]{80,500}',
    maxBytes: 520,
    check: (token) => (token.startsWith('sntrys_') && !saysIssueTime(token) ? 'refuted' : 'plausible'),
  },
  {
    id: 'honeycomb-key',
    keywords: ['hcaik_', 'hcbik_', 'hcxik_', 'hcamk_', 'hcxmk_', 'hcalk_', 'hcxlk_'],
    shape: 'hc(?:[abx]ik|[ax]mk|[ax]lk)_[a-z0-9]{58}',
  },
  { id: 'notion-token', keywords: ['ntn_'], shape: 'ntn_\\d{11}[A-Za-z0-9]{35}' },
  { id: 'notion-legacy-secret', keywords: ['secret_'], shape: 'secret_[A-Za-z0-9]{43}', minBits: 3.8 },
  { id: 'linear-key', keywords: ['lin_api_', 'lin_oauth_'], shape: 'lin_(?:api|oauth)_[A-Za-z0-9]{40,64}' },
  {
    id: 'figma-token',
    keywords: ['figd_', 'figdr_', 'figu_', 'figur_', 'figoh_', 'figor_'],
    shape: 'fig(?:dr?|ur?|oh|or)_[A-Za-z0-9_-]{38,48}',
  },
  { id: 'adobe-client-secret', keywords: ['p8e-'], shape: 'p8e-[A-Za-z0-9]{32}|p8e-[A-Za-z0-9_-]{32}' },
  { id: 'canva-secret', keywords: ['cnvca'], shape: 'cnvca[A-Za-z0-9_-]{51}' },
  { id: 'contentful-token', keywords: ['cfpat-'], shape: 'CFPAT-[A-Za-z0-9_-]{43}' },
  { id: 'configcat-key', keywords: ['configcat-sdk-1/'], shape: 'configcat-sdk-1/[A-Za-z0-9_-]{22}/[A-Za-z0-9_-]{22}' },
  {
    id: 'launchdarkly-key',
    keywords: ['sdk-', 'mob-', 'api-'],
    shape: '(?:sdk|mob|api)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}',
  },
  { id: 'frameio-token', keywords: ['fio-u-'], shape: 'fio-u-[A-Za-z0-9_=-]{64}' },
  { id: 'typeform-token', keywords: ['tfp_'], shape: 'tfp_[A-Za-z0-9_.=-]{40,64}' },
  { id: 'intra42-secret', keywords: ['s-s4t2ud-', 's-s4t2af-'], shape: 's-s4t2(?:ud|af)-[a-f0-9]{64}' },
  {
    id: 'mapbox-token',
    keywords: ['sk.eyj', 'pk.eyj'],
    shape: '[sp]k\\.eyJ1Ijoi[A-Za-z0-9_-]{30,90}\\.[A-Za-z0-9_-]{22}',
  },
  {
    id: 'hubspot-token',
    keywords: ['pat-na', 'pat-eu'],
    shape: 'pat-(?:na|eu)\\d-[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  },
  {
    id: 'dropbox-token',
    keywords: ['sl.'],
    shape: 'sl\\.(?:u\\.)?[A-Za-z0-9_=-]{130,300}|sl\\.B[A-Za-z0-9_=-]{130,1200}',
    maxBytes: 1210,
  },
  { id: 'okta-token', keywords: ['ssws '], shape: 'SSWS 00[A-Za-z0-9_-]{40}' },
  { id: 'apify-token', keywords: ['apify_api_', 'apify_ui_'], shape: 'apify_(?:api|ui)_[A-Za-z0-9]{36}' },
  { id: 'adafruit-key', keywords: ['aio_'], shape: 'aio_[A-Za-z0-9]{28}' },
  { id: 'dependency-track-key', keywords: ['odt_'], shape: 'odt_[A-Za-z0-9]{32,50}' },
  {
    id: 'teamcity-token',
    keywords: ['eyj0exaioiaivenwmij9'],
    shape: 'eyJ0eXAiOiAiVENWMiJ9\\.[A-Za-z0-9_-]{36}\\.[A-Za-z0-9_-]{48}',
  },
  {
    id: 'uptimerobot-key',
    keywords: ['ur1', 'ur2', 'ur3', 'ur4', 'ur5', 'ur6', 'ur7', 'ur8', 'ur9'],
    shape: 'ur\\d{5,9}-[a-f0-9]{24}',
  },
  { id: 'zuplo-key', keywords: ['zpka_'], shape: 'zpka_[A-Za-z0-9]{32}_[A-Za-z0-9]{8}' },
  { id: 'salesforce-token', keywords: ['00d'], shape: '00D[A-Za-z0-9]{12,15}![A-Za-z0-9_.]{80,260}', maxBytes: 290 },
  { id: 'unkey-key', keywords: ['unkey_'], shape: 'unkey_[A-Za-z0-9]{20,30}' },
  { id: 'seam-key', keywords: ['seam_'], shape: 'seam_[A-Za-z0-9]{9,12}_[A-Za-z0-9]{24,30}' },
  { id: 'trello-token', keywords: ['atta'], shape: 'ATTA[a-f0-9]{72}' },
  {
    id: 'wireguard-key',
    keywords: ['privatekey =', 'privatekey=', 'presharedkey =', 'presharedkey='],
    shape: '(?:PrivateKey|PresharedKey) ?= ?[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=',
  },
  {
    id: 'wordpress-salt',
    keywords: ['auth_key', 'logged_in_key', 'nonce_key', 'auth_salt', 'logged_in_salt', 'nonce_salt'],
    shape: "(?:AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)[\"'][ ]{0,4},[ ]{0,8}'[^'\\n]{60,70}(?=')",
    minBits: 4.3,
    readable: true,
  },
  { id: 'truenas-key', keywords: ['truenas'], shape: 'truenas[ "\'_a-zA-Z=:]{1,30}\\d{1,3}-[A-Za-z0-9]{64}' },
];

/** A Sentry organization token holds JSON with the time it was issued at. */
function saysIssueTime(token: string): boolean {
  const body = token.slice('sntrys_'.length).split('_')[0] ?? '';
  return Buffer.from(body, 'base64').toString('latin1').startsWith('{"iat":');
}
