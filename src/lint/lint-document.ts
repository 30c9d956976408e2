import { readDocument, readPartBytes, sourceText } from '../policy/index.ts';
import type { Diagnostic, FieldPath, LayerSource, PolicyDocument, PolicyPart, SourceText } from '../policy/index.ts';

/** One document of the policy in all the forms in which it is looked at. */
export interface LintDocument {
  readonly file: string;
  readonly source: SourceText;
  /** Values that nobody checked yet, and where they stand; null where the text is no document. */
  readonly document: PolicyDocument | null;
  /** Null where the document has errors. */
  readonly part: PolicyPart | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a document as far as it can be read. Never throws, whatever the bytes. */
export function lintDocument({ file, bytes }: LayerSource): LintDocument {
  const { part, diagnostics } = readPartBytes(file, bytes);
  if (part !== null) return { file, source: part.source, document: part.document, part, diagnostics };
  // What is too large or no text at all is not looked at further.
  const isText = !diagnostics.some(({ code }) => code === 'policy/too-large' || code === 'policy/not-utf8');
  const source = sourceText(isText ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) : '');
  const isHidden = diagnostics.some(({ code }) => code === 'policy/hidden-character');
  const document = isText && !isHidden ? readDocument(source).document : null;
  return { file, source, document, part: null, diagnostics };
}

/** Calls back for every text in a document's values, with its way from the top. */
export function visitTexts(value: unknown, visit: (text: string, path: FieldPath) => void, path: FieldPath = []): void {
  if (typeof value === 'string') visit(value, path);
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) visitTexts(item, visit, [...path, index]);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) visitTexts(item, visit, [...path, name]);
  }
}

/** What stands at a path of a document's values, or undefined. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = Reflect.get(current, part);
  }
  return current;
}
