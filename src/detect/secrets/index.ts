import type { Detector, KeywordDetector } from '../scan/detector.ts';
import { CALL_CREDENTIAL } from './call-credential.ts';
import { CREDENTIAL_FILE } from './credential-file.ts';
import { decoratedSecret } from './decorated-word.ts';
import { DISCORD_TOKEN } from './discord-token.ts';
import { encodedSecret } from './encoded-secret.ts';
import { GENERIC_PASSWORD, GENERIC_SECRET } from './generic-assignment.ts';
import { CURL_USER, HTTP_HEADER } from './http-credential.ts';
import { JSON_WEB_TOKEN } from './json-web-token.ts';
import { KUBERNETES_SECRET } from './kubernetes-secret.ts';
import { NETRC_ENTRY } from './netrc-entry.ts';
import { PASSWORD_HASH } from './password-hash.ts';
import { PRIVATE_KEY_PART } from './private-key-part.ts';
import { BARE_PRIVATE_KEY, PEM_PRIVATE_KEY, PUTTY_PRIVATE_KEY } from './private-keys.ts';
import { PROVIDER_NAMES } from './provider-names.ts';
import { providerDetector, serviceDetector } from './provider-rule.ts';
import { PROVIDER_RULES } from './provider-table.ts';
import { REGISTRY_AUTH } from './registry-auth.ts';
import { tokenDetector } from './token-rule.ts';
import { TOLD_SECRET } from './told-secret.ts';
import { TOKEN_RULES } from './token-table.ts';
import { URL_PASSWORD } from './url-password.ts';

export { allowedHash, withoutAllowed } from './allowed-by-hash.ts';
export type { AllowedHashes } from './allowed-by-hash.ts';

const PLAIN: readonly KeywordDetector[] = [
  ...TOKEN_RULES.map(tokenDetector),
  ...PROVIDER_RULES.map(providerDetector),
  serviceDetector(PROVIDER_NAMES),
  PEM_PRIVATE_KEY,
  PUTTY_PRIVATE_KEY,
  BARE_PRIVATE_KEY,
  JSON_WEB_TOKEN,
  URL_PASSWORD,
  HTTP_HEADER,
  CURL_USER,
  PASSWORD_HASH,
  KUBERNETES_SECRET,
  REGISTRY_AUTH,
  NETRC_ENTRY,
  TOLD_SECRET,
  CALL_CREDENTIAL,
  GENERIC_SECRET,
  GENERIC_PASSWORD,
];

/** Finds keys, tokens, passwords and private keys. What it finds counts: there is no threshold to apply behind it. */
export const SECRET_DETECTORS: readonly Detector[] = [
  ...PLAIN,
  PRIVATE_KEY_PART,
  DISCORD_TOKEN,
  CREDENTIAL_FILE,
  encodedSecret(PLAIN),
  decoratedSecret(PLAIN),
];
