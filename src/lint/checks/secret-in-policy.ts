import type { FieldPath } from '../../policy/index.ts';
import { visitTexts } from '../lint-document.ts';
import type { LintDocument } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';

/** Shapes of credentials that need no context. Each is linear: one run of one class behind fixed letters. */
const SHAPES: readonly { readonly what: string; readonly shape: RegExp }[] = [
  { what: 'an AWS access key id', shape: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  { what: 'a key of the Anthropic API', shape: /\bsk-ant-[A-Za-z0-9_-]{16,}/g },
  { what: 'a key of an API', shape: /\bsk-(?:proj-|live-)?[A-Za-z0-9]{32,}/g },
  { what: 'a token of GitHub', shape: /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})/g },
  { what: 'a token of GitLab', shape: /\bglpat-[A-Za-z0-9_-]{20,}/g },
  { what: 'a token of npm', shape: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { what: 'a token of Slack', shape: /\bxox[abeoprs]-[A-Za-z0-9-]{16,}/g },
  { what: 'a key of Stripe', shape: /\b[rs]k_live_[A-Za-z0-9]{20,}/g },
  { what: 'a key of Google', shape: /\bAIza[A-Za-z0-9_-]{35}\b/g },
  { what: 'a signed token', shape: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}/g },
  { what: 'a private key', shape: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g },
];

/** Bits for each character from which on a text of some length is no word of a language. */
const MIN_ENTROPY_BITS = 3.5;
/** Characters of a value that are looked at; a longer one is no credential for an environment. */
const MAX_VALUE_LENGTH = 4_000;

const MESSAGE_END =
  'everyone who reads the policy, and on the machine everyone who reads what is compiled from it, has it';

/** Where a text holds what looks like a credential, and of what kind; never the value. */
export interface ShapedSecret {
  readonly what: string;
  /** In UTF-16 code units. */
  readonly span: { readonly start: number; readonly end: number };
}

/** Finds credentials by shapes that nothing else has. Linear in the length of the text. */
export function shapedSecrets(text: string): readonly ShapedSecret[] {
  return SHAPES.flatMap(({ what, shape }) =>
    [...text.matchAll(shape)].map(({ index, 0: value }) => ({
      what,
      span: { start: index, end: index + value.length },
    })),
  );
}

/** Finds credentials in a document, its comments too. A finding names the kind and the place, never the value. */
export function secretsInPolicy(document: LintDocument): readonly LintFault[] {
  const faults = shapedSecrets(document.source.text).map(({ what, span }): LintFault => ({
    code: 'lint/secret-in-policy',
    document,
    path: [],
    span,
    message: `this looks like ${what}; ${MESSAGE_END}`,
    hint: 'withdraw it where it came from, then name it as `${NAME}` here',
  }));
  return [...faults, ...unshapedSecrets(document, faults)];
}

/** What is given to an MCP server under the name of a credential, or looks like nothing but one. */
function unshapedSecrets(document: LintDocument, known: readonly LintFault[]): readonly LintFault[] {
  const faults: LintFault[] = [];
  visitTexts(document.document?.value, (text, path) => {
    if (path[0] !== 'mcp' || path[1] !== 'servers' || text.length > MAX_VALUE_LENGTH) return;
    const span = document.document?.spanOf(path) ?? { start: 0, end: 0 };
    const isKnown = known.some(
      (one) => one.span !== undefined && one.span.start < span.end && span.start < one.span.end,
    );
    const what = isKnown ? null : unshapedSecret(text, path);
    if (what === null) return;
    const hint = 'name it as `${NAME}`: the client fills it in from its environment';
    const message = `${what}; ${MESSAGE_END}`;
    faults.push({ code: 'lint/secret-in-policy', severity: 'warning', document, path, message, hint });
  });
  return faults;
}

const SECRET_NAME =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|API[_-]?KEY|ACCESS[_-]?KEY|PRIVATE[_-]?KEY|CREDENTIAL|AUTHORIZATION|COOKIE)/i;
/** Names under which a path, an address or a name of a credential stands. */
const NOT_ITSELF = /(?:_|-)(?:FILE|PATH|DIR|URL|NAME|ID|ARN|HOST|TYPE|SCOPE|SCOPES|REGION)$/i;

function unshapedSecret(value: string, path: FieldPath): string | null {
  const bare = value
    .replace(/\$\{[^}]*\}/g, '')
    .replace(/^(?:Bearer|Basic|Token|ApiKey)\b/i, '')
    .trim();
  if (bare === '') return null;
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s@]+@/i.test(bare)) return 'this address holds a password';
  const name = String(path.at(-1));
  const isNamed = typeof path.at(-1) === 'string' && SECRET_NAME.test(name) && !NOT_ITSELF.test(name);
  if (isNamed && bare.length >= 8 && !/^(?:true|false|none|required|disabled|enabled)$/i.test(bare))
    return 'the name of this field says that it is a credential';
  return looksRandom(bare) ? 'this looks like a credential' : null;
}

/** Whether a text is one run of mixed characters, as no word, path or address is. */
function looksRandom(text: string): boolean {
  if (text.length < 24 || text.length > 512 || !/^[A-Za-z0-9+/=_-]+$/.test(text)) return false;
  if (!/[A-Z]/.test(text) || !/[a-z]/.test(text) || !/[0-9]/.test(text) || text.split('/').length > 3) return false;
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits >= MIN_ENTROPY_BITS;
}
