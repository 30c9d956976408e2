import type { Diagnostic } from './diagnostic.ts';
import { MAX_DIAGNOSTICS } from './diagnostic.ts';
import { fieldPathText } from './fault.ts';
import type { Fault } from './fault.ts';
import { hiddenCharacters } from './hidden-characters.ts';
import { policyJsonSchema } from './json-schema.ts';
import { lookAlikeFaults } from './look-alike.ts';
import { duplicateRuleFaults, meaningFaults } from './meaning-faults.ts';
import { policySchema } from './policy-schema.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import { readDocument } from './read-document.ts';
import type { PolicyDocument } from './read-document.ts';
import { shapeFaults } from './shape-faults.ts';
import { sourceText } from './source-text.ts';
import type { SourceText } from './source-text.ts';

/** Bytes of one policy text in UTF-8: fifty times the shipped policy. */
export const MAX_POLICY_BYTES = 1_048_576;

/** One document of a policy that has no fault of its own. */
export interface PolicyPart {
  /** As it was given; not opened here. */
  readonly file: string;
  readonly source: SourceText;
  readonly document: PolicyDocument;
  /** With the defaults of a base; what the text itself holds is in `document`. */
  readonly written: WrittenPolicy;
}

/** One document, or null where it has errors. `warnings` and `errors` are both in the order of the text. */
export type PartReading =
  | { readonly part: PolicyPart; readonly diagnostics: readonly Diagnostic[] }
  | { readonly part: null; readonly diagnostics: readonly Diagnostic[] };

/** Reads one document from a file's bytes, which must be UTF-8; else like {@link readPart}. */
export function readPartBytes(file: string, bytes: Uint8Array): PartReading {
  if (bytes.length > MAX_POLICY_BYTES) return tooLarge();
  const read = decodeUtf8(bytes);
  return read.ok ? readPart(file, read.text) : { part: null, diagnostics: [read.diagnostic] };
}

/** Reads one document and says everything that is wrong with it alone. Pure; never throws, whatever the text. */
export function readPart(file: string, text: string): PartReading {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) return tooLarge();
  const source = sourceText(text);
  const hidden = hiddenCharacters(source.text, MAX_DIAGNOSTICS + 1).map(({ message, offset }): Fault => ({
    code: 'policy/hidden-character',
    severity: 'error',
    message,
    hint: null,
    path: [],
    offset,
  }));
  if (hidden.length > 0) return { part: null, diagnostics: diagnosticsOf(hidden, source) };

  const { document, faults: readFaults } = readDocument(source);
  if (document === null) return { part: null, diagnostics: diagnosticsOf(readFaults, source) };

  const checked = policySchema.safeParse(document.value);
  const lookAlikes = lookAlikeFaults(document);
  const misread = new Set(lookAlikes.map(({ path }) => fieldPathText(path)));
  const faults = [
    ...readFaults,
    ...lookAlikes,
    // A letter of another script makes the form of a value wrong as well: the letter is the fault to tell.
    ...(checked.success
      ? meaningFaults(checked.data, document)
      : shapeFaults(checked.error.issues, document, policyJsonSchema())
    ).filter(({ path }) => !misread.has(fieldPathText(path))),
    ...duplicateRuleFaults(document),
  ];
  const diagnostics = diagnosticsOf(faults, source);
  if (!checked.success || faults.some(({ severity }) => severity === 'error')) return { part: null, diagnostics };
  return { part: { file, source, document, written: checked.data }, diagnostics };
}

/** Faults in the order of the text, one for each field, up to {@link MAX_DIAGNOSTICS}. */
export function diagnosticsOf(faults: readonly Fault[], source: SourceText): readonly Diagnostic[] {
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

function tooLarge(): PartReading {
  const message = `a policy has at most ${MAX_POLICY_BYTES} bytes`;
  const place = { line: 1, column: 1, path: '' };
  return { part: null, diagnostics: [{ code: 'policy/too-large', severity: 'error', message, hint: null, ...place }] };
}
