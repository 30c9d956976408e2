import { MAX_DIAGNOSTICS } from './diagnostic.ts';
import type { Diagnostic } from './diagnostic.ts';
import { fieldPathText } from './fault.ts';
import type { Fault } from './fault.ts';
import { hiddenCharacters } from './hidden-characters.ts';
import type { HiddenCharacter } from './hidden-characters.ts';
import { policyJsonSchema } from './json-schema.ts';
import { duplicateRuleFaults, meaningFaults } from './meaning-faults.ts';
import type { Policy } from './policy.ts';
import { policyOf } from './policy-of.ts';
import { policySchema } from './policy-schema.ts';
import { readDocument } from './read-document.ts';
import { shapeFaults } from './shape-faults.ts';
import { sourceText } from './source-text.ts';
import type { SourceText } from './source-text.ts';

/** Bytes of one policy text in UTF-8: fifty times the shipped policy. */
export const MAX_POLICY_BYTES = 1_048_576;

/** A policy that can be put in force, or everything that keeps it from being so. `diagnostics` holds warnings too. */
export type PolicyResult =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Reads a policy from a file's bytes, which must be UTF-8; else like {@link parsePolicy}. Never throws. */
export function parsePolicyBytes(bytes: Uint8Array): PolicyResult {
  if (bytes.length > MAX_POLICY_BYTES) return tooLarge();
  const decoded = decodeUtf8(bytes);
  return decoded.ok ? parsePolicy(decoded.text) : { ok: false, diagnostics: [decoded.diagnostic] };
}

/**
 * Reads a policy text: YAML 1.2 or JSON. Pure; never throws, whatever the text.
 *
 * Reports every fault it finds, in the order of the text, up to {@link MAX_DIAGNOSTICS}.
 */
export function parsePolicy(text: string): PolicyResult {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) return tooLarge();
  const source = sourceText(text);
  const hidden = hiddenCharacters(source.text, MAX_DIAGNOSTICS + 1).map(hiddenCharacterFault);
  if (hidden.length > 0) return { ok: false, diagnostics: diagnosticsOf(hidden, source) };

  const { document, faults: readFaults } = readDocument(source);
  if (document === null) return { ok: false, diagnostics: diagnosticsOf(readFaults, source) };

  const checked = policySchema.safeParse(document.value);
  const faults = [
    ...readFaults,
    ...(checked.success
      ? meaningFaults(checked.data, document)
      : shapeFaults(checked.error.issues, document, policyJsonSchema())),
    ...duplicateRuleFaults(document),
  ];
  const diagnostics = diagnosticsOf(faults, source);
  if (!checked.success || faults.some(({ severity }) => severity === 'error')) return { ok: false, diagnostics };
  return { ok: true, policy: policyOf(checked.data), warnings: diagnostics };
}

function hiddenCharacterFault({ message, offset }: HiddenCharacter): Fault {
  return { code: 'policy/hidden-character', severity: 'error', message, hint: null, path: [], offset };
}

function diagnosticsOf(faults: readonly Fault[], source: SourceText): readonly Diagnostic[] {
  const seen = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const sorted = faults.toSorted((a, b) => a.offset - b.offset);
  for (const { code, severity, message, hint, path, offset } of sorted) {
    // What is wrong with the form of a value makes its meaning wrong as well: one fault per field is said.
    const place = JSON.stringify([offset, path]);
    if (seen.has(place)) continue;
    seen.add(place);
    const position = source.positionOf(offset);
    if (diagnostics.length === MAX_DIAGNOSTICS - 1 && sorted.length > MAX_DIAGNOSTICS) {
      const worst = faults.some((fault) => fault.severity === 'error') ? 'error' : 'warning';
      const message = `more than ${MAX_DIAGNOSTICS - 1} faults; the rest is not shown`;
      diagnostics.push({ code: 'policy/more-faults', severity: worst, message, hint: null, ...position, path: '' });
      break;
    }
    diagnostics.push({ code, severity, message, hint, ...position, path: fieldPathText(path) });
  }
  return diagnostics;
}

function decodeUtf8(
  bytes: Uint8Array,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly diagnostic: Diagnostic } {
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
  const message = 'this line is not UTF-8';
  const hint = 'save the file as UTF-8';
  return {
    ok: false,
    diagnostic: { code: 'policy/not-utf8', severity: 'error', message, hint, line, column: 1, path: '' },
  };
}

/** The text of UTF-8 bytes with its byte order mark, or null where they are none. */
function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    // The decoder says "these bytes are not UTF-8" with a TypeError; anything else is not ours to answer.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function tooLarge(): PolicyResult {
  const message = `a policy has at most ${MAX_POLICY_BYTES} bytes`;
  const place = { line: 1, column: 1, path: '' };
  return { ok: false, diagnostics: [{ code: 'policy/too-large', severity: 'error', message, hint: null, ...place }] };
}
