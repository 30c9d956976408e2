import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { restoreJson, restoreText } from '../../mask/index.ts';
import type { TokenLookup } from '../../mask/index.ts';
import type { StringEdit } from '../stream-codec.ts';

type Path = StringEdit['path'];

/** What in a citation is no text: names, ids, addresses, what the service has sealed. */
const NO_CITED_TEXT: ReadonlySet<string> = new Set(['type', 'url', 'file_id', 'encrypted_index']);

/** Whether a member of a citation is restored. All but ids and addresses is quoted from what the model was given. */
export function isCitedText(name: string): boolean {
  return !NO_CITED_TEXT.has(name);
}

/** Whether a block of this type holds a call, whose input is restored. */
export function isCallType(type: string | null): boolean {
  return type?.endsWith('tool_use') === true;
}

/**
 * A content block that came whole, with tokens restored in its text, its citations or the input of its call; the same
 * object where there is nothing to restore.
 */
export function restoredBlock(block: Json, lookup: TokenLookup): Json {
  if (!isJsonObject(block)) return block;
  const type = stringField(block, 'type');
  if (type === 'text') {
    const edits = textBlockEdits(block, [], (text) => restoreText(text, lookup), lookup);
    return edits.length === 0 ? block : withEdits(block, edits);
  }
  const input = block['input'];
  if (!isCallType(type) || input === undefined) return block;
  const restored = restoreJson(input, lookup);
  return JSON.stringify(restored) === JSON.stringify(input) ? block : { ...block, input: restored };
}

/** What restoring changes in a text block that stands at `path`. `restored` gives what becomes of its own text. */
export function textBlockEdits(
  block: JsonObject,
  path: Path,
  restored: (text: string) => string,
  lookup: TokenLookup,
): readonly StringEdit[] {
  const text = stringField(block, 'text') ?? '';
  const changed = text === '' ? '' : restored(text);
  const cited = citationEdits(block['citations'], [...path, 'citations'], lookup);
  return changed === text ? cited : [{ path: [...path, 'text'], text: changed }, ...cited];
}

/** What restoring changes in a citation, or a list of them, that stands at `path`. */
export function citationEdits(cited: Json | undefined, path: Path, lookup: TokenLookup): readonly StringEdit[] {
  if (typeof cited === 'string') {
    const text = restoreText(cited, lookup);
    return text === cited ? [] : [{ path, text }];
  }
  if (isJsonObject(cited))
    return Object.entries(cited).flatMap(([name, member]) =>
      isCitedText(name) ? citationEdits(member, [...path, name], lookup) : [],
    );
  return isList(cited) ? cited.flatMap((member, index) => citationEdits(member, [...path, index], lookup)) : [];
}

/** A copy of the object with the strings at these places replaced, as {@link StreamCodec.withStrings} does in its bytes. */
export function withEdits(object: JsonObject, edits: readonly StringEdit[]): JsonObject {
  let copy = object;
  for (const { path, text } of edits) copy = replaced(copy, path, text) as JsonObject;
  return copy;
}

function replaced(value: Json | undefined, path: Path, text: string): Json {
  const [step, ...rest] = path;
  if (step === undefined) return text;
  if (isList(value)) return value.with(Number(step), replaced(value[Number(step)], rest, text));
  return isJsonObject(value) ? { ...value, [step]: replaced(value[step], rest, text) } : text;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
