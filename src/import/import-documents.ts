import { MAX_POLICY_BYTES, parsePolicy } from '../policy/index.ts';
import type { Policy } from '../policy/index.ts';
import { plain } from './diagnostic.ts';
import type { ImportCode, ImportDiagnostic } from './diagnostic.ts';
import { addClientCustoms } from './client-customs.ts';
import { importSettings, isSettingsKey } from './import-settings.ts';
import { ledger } from './ledger.ts';
import { policyDraft } from './policy-draft.ts';
import type { PolicyDraft } from './policy-draft.ts';
import { positions } from './positions.ts';
import { readJson } from './read-json.ts';
import type { RuleReader } from './rule-port.ts';
import { writePolicy } from './write-policy.ts';

/** Bytes of one document: many times the largest settings. */
export const MAX_IMPORT_BYTES = 2_097_152;

/** A document to import. */
export interface ImportSource {
  /** As diagnostics name it. */
  readonly file: string;
  /** Null where the file cannot be read. */
  readonly bytes: Uint8Array | null;
}

/** What the import needs to know besides the documents. */
export interface ImportOptions {
  /** Name of the policy. */
  readonly name: string;
  readonly readRule: RuleReader;
}

/**
 * The policy of the same intent, or null where a document could not be read. Every leaf of every document that was read
 * has a diagnostic.
 */
export interface ImportResult {
  readonly policy: { readonly text: string; readonly parsed: Policy } | null;
  readonly diagnostics: readonly ImportDiagnostic[];
}

/**
 * Makes one policy of one or more settings documents. Lists are united and later documents win where both say one
 * thing, as the client does with its drop-ins. Pure; never throws, whatever the bytes.
 */
export function importDocuments(sources: readonly ImportSource[], { name, readRule }: ImportOptions): ImportResult {
  const draft = policyDraft();
  const diagnostics = sources.flatMap((source) => importOne(source, draft, readRule));
  if (diagnostics.some(({ severity }) => severity === 'error')) return { policy: null, diagnostics };
  addClientCustoms(draft);
  const text = writePolicy(
    draft,
    name,
    sources.map(({ file }) => file),
  );
  const result = Buffer.byteLength(text) > MAX_POLICY_BYTES ? null : parsePolicy(text);
  if (result?.ok === true) return { policy: { text, parsed: result.policy }, diagnostics };
  const first =
    result === null
      ? 'the policy would be larger than any may be'
      : result.diagnostics.find(({ severity }) => severity === 'error');
  const why = typeof first === 'string' ? first : `${first?.path ?? ''} ${first?.message ?? ''}`;
  const file = sources[0]?.file ?? '';
  return { policy: null, diagnostics: [...diagnostics, failure('import/not-writable', file, 1, 1, plain(why))] };
}

function importOne(
  { file, bytes }: ImportSource,
  draft: PolicyDraft,
  readRule: RuleReader,
): readonly ImportDiagnostic[] {
  if (bytes === null) return [failure('import/not-readable', file, 1, 1, 'the file cannot be read')];
  if (bytes.length > MAX_IMPORT_BYTES)
    return [failure('import/too-large', file, 1, 1, `a document has at most ${MAX_IMPORT_BYTES} bytes`)];
  const decoded = decodeUtf8(bytes);
  if (!decoded.ok) return [failure('import/not-utf8', file, decoded.line, 1, 'this line is not UTF-8')];
  const { text } = decoded;
  const positionOf = positions(text);
  const { root, faults } = readJson(text);
  const syntax = faults.map(({ at, problem, isFatal }): ImportDiagnostic => {
    const { line, column } = positionOf(at);
    const severity = isFatal ? 'error' : 'warning';
    const became = isFatal ? 'nothing: no part of the document is imported' : 'the rest is imported';
    return { code: 'import/syntax', severity, file, line, column, path: '', said: problem, client: REFUSES, became };
  });
  if (root === null) return syntax;
  const isSettings =
    root.kind === 'object' && (root.members.length === 0 || root.members.some(({ key }) => isSettingsKey(key)));
  if (!isSettings) {
    const { line, column } = positionOf(root.at);
    return [
      ...syntax,
      failure('import/not-settings', file, line, column, 'no key of this document is one of the client'),
    ];
  }
  const books = ledger(file, text, root);
  importSettings({ node: root, path: '' }, { books, draft, readRule, floorVersion: FLOOR_VERSION });
  return [...syntax, ...books.close()];
}

/** Lowest client version that policies were measured with. */
const FLOOR_VERSION = '2.1.329';
const REFUSES = 'refuses to start with a managed document that is no JSON; 2.1.197 starts without any policy';

function failure(code: ImportCode, file: string, line: number, column: number, said: string): ImportDiagnostic {
  return {
    code,
    severity: 'error',
    file,
    line,
    column,
    path: '',
    said,
    client: 'was not asked',
    became: 'nothing: no policy is written',
  };
}

function decodeUtf8(
  bytes: Uint8Array,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly line: number } {
  const whole = decoded(bytes);
  if (whole !== null) return { ok: true, text: whole };
  // No sequence of UTF-8 holds the byte of a line end but the line end itself, so each line decodes alone.
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1 && decoded(bytes.subarray(start, end)) !== null;) {
    line += 1;
    start = end + 1;
    end = bytes.indexOf(0x0a, start);
  }
  return { ok: false, line };
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    // The decoder says "these bytes are not UTF-8" with a TypeError; anything else is not ours to answer.
    if (error instanceof TypeError) return null;
    throw error;
  }
}
