import { Composer, Parser, isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { CST, ParsedNode, YAMLError } from 'yaml';
import { MAX_DIAGNOSTICS } from './diagnostic.ts';
import { printable, quoted } from './fault.ts';
import type { Fault, FieldPath } from './fault.ts';
import { hiddenCharacters } from './hidden-characters.ts';
import type { SourceText } from './source-text.ts';

/** Lists and mappings inside each other. The deepest field of a policy lies 6 deep. */
export const MAX_POLICY_DEPTH = 12;

/** Values, separators, comments and line ends of one policy: seventy times those of the shipped policy. */
export const MAX_POLICY_TOKENS = 200_000;

/** UTF-16 code units of a message that the YAML reader gave; it can quote the text. */
const MAX_MESSAGE_LENGTH = 200;

const ALIAS_HINT = 'a pattern that starts with `*` stands in quotes';

/** The values of a policy text, plain and unchecked, and where each of them stands. */
export interface PolicyDocument {
  /** Objects have no prototype; nothing in them comes from anywhere but the text. */
  readonly value: unknown;
  /** Offset of the field's name (`key`) or of its value; of the nearest field around it where it is not in the text. */
  offsetOf(path: FieldPath, part: 'key' | 'value'): number;
  /** Offset of character `at` of a text value; of the value where escapes or folded lines hide the character. */
  offsetInside(path: FieldPath, at: number): number;
  /** Where the field's value begins and ends, quotes included; of the nearest field around it where it is not in the text. */
  spanOf(path: FieldPath): { readonly start: number; readonly end: number };
}

interface Place {
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** The text value and how many quote characters stand in front of it; null for any other value. */
  readonly text: { readonly value: string; readonly quotes: 0 | 1 } | null;
}

/**
 * Reads YAML 1.2 (and so JSON) without what could make one text mean two things: aliases, anchors, tags, directives,
 * several documents, a field twice. The document is null where its values cannot be known; faults are errors all.
 */
export function readDocument(source: SourceText): {
  readonly document: PolicyDocument | null;
  readonly faults: readonly Fault[];
} {
  const { tokens, faults: tokenFaults } = readTokens(source.text);
  if (tokenFaults.length > 0) return { document: null, faults: tokenFaults };

  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, version: '1.2', schema: 'core' });
  const [composed] = composer.compose(tokens, true, source.text.length);
  const problems = [...(composed?.errors ?? []), ...(composed?.warnings ?? [])];
  if (composed === undefined || problems.length > 0) {
    return { document: null, faults: problems.slice(0, MAX_DIAGNOSTICS + 1).map(syntaxFault) };
  }

  const root = composed.contents;
  if (root === null || !isMap(root)) {
    const isEmpty = root === null || (isScalar(root) && root.value === null);
    const message = isEmpty ? 'the policy is empty' : 'the policy is not a mapping of fields';
    const hint = 'the smallest policy is `version: 1` and `name: my-policy`';
    return { document: null, faults: [fault('policy/not-a-mapping', message, hint, [], root?.range[0] ?? 0)] };
  }

  const places = new Map<string, Place>();
  const faults: Fault[] = [];
  const value = valueOf(root, [], root.range[0], places, faults);
  return { document: { value, ...locator(source.text, places) }, faults };
}

/** Syntax tokens of the one document, bounded before anything recursive runs over them. */
function readTokens(text: string): { readonly tokens: readonly CST.Token[]; readonly faults: readonly Fault[] } {
  const tokens: CST.Token[] = [];
  const faults: Fault[] = [];
  let documents = 0;
  for (const token of new Parser().parse(text)) {
    if (token.type === 'directive') {
      faults.push(fault('policy/yaml-feature', 'directives are not used in a policy', null, [], token.offset));
    } else if (token.type === 'error') {
      faults.push(fault('policy/yaml-syntax', 'this cannot be read as YAML', null, [], token.offset));
    } else if (token.type === 'document' && (documents += 1) > 1) {
      const hint = 'remove the `---` line, or put the rest into a file of its own';
      faults.push(fault('policy/yaml-feature', 'a policy is one document', hint, [], token.offset));
      break;
    } else if (token.type === 'document') {
      const bounds = boundsFault(token);
      if (bounds !== null) faults.push(bounds);
    }
    if (faults.length > MAX_DIAGNOSTICS) break;
    tokens.push(token);
  }
  return { tokens, faults };
}

/** Walks without recursion: the nesting of the text is the attacker's choice, the stack is ours. */
function boundsFault(document: CST.Document): Fault | null {
  const waiting: { readonly token: CST.Token; readonly depth: number }[] = [];
  if (document.value !== undefined) waiting.push({ token: document.value, depth: 1 });
  let tokens = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (token.type !== 'block-map' && token.type !== 'block-seq' && token.type !== 'flow-collection') continue;
    if (depth > MAX_POLICY_DEPTH) {
      return fault('policy/too-deep', `nested deeper than ${MAX_POLICY_DEPTH} levels`, null, [], token.offset);
    }
    for (const { start, sep } of token.items) tokens += 1 + start.length + (sep?.length ?? 0);
    if (tokens > MAX_POLICY_TOKENS) {
      return fault('policy/too-large', `more than ${MAX_POLICY_TOKENS} values and separators`, null, [], token.offset);
    }
    for (const item of token.items) {
      if (item.key) waiting.push({ token: item.key, depth: depth + 1 });
      if (item.value) waiting.push({ token: item.value, depth: depth + 1 });
    }
  }
  return null;
}

function valueOf(
  node: unknown,
  path: FieldPath,
  keyStart: number,
  places: Map<string, Place>,
  faults: Fault[],
): unknown {
  if (!isParsedNode(node)) {
    places.set(placeKey(path), { keyStart, valueStart: keyStart, valueEnd: keyStart, text: null });
    return null;
  }
  const [start, end] = node.range;
  const isText = isScalar(node) && typeof node.value === 'string';
  const quotes = isScalar(node) && (node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE') ? 1 : 0;
  const text = isText ? ({ value: String(node.value), quotes } as const) : null;
  places.set(placeKey(path), { keyStart, valueStart: start, valueEnd: end, text });

  if (isAlias(node)) {
    faults.push(fault('policy/yaml-feature', 'aliases are not used in a policy', ALIAS_HINT, path, start));
    return null;
  }
  if (node.anchor !== undefined) {
    faults.push(fault('policy/yaml-feature', 'anchors are not used in a policy', null, path, start));
  }
  if (node.tag !== undefined) {
    faults.push(fault('policy/yaml-feature', 'tags are not used in a policy', null, path, start));
  }
  if (text !== null) {
    const [hidden] = hiddenCharacters(text.value, 1);
    if (hidden !== undefined) faults.push(fault('policy/hidden-character', hidden.message, null, path, start));
  }
  if (isScalar(node)) return node.value;
  if (isSeq(node)) {
    return node.items.map((item, index) => {
      const itemStart = isParsedNode(item) ? item.range[0] : start;
      return valueOf(item, [...path, index], itemStart, places, faults);
    });
  }
  return isMap(node) ? mappingOf(node, path, places, faults) : null;
}

function mappingOf(
  node: { readonly items: readonly { readonly key: unknown; readonly value: unknown }[] },
  path: FieldPath,
  places: Map<string, Place>,
  faults: Fault[],
): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = Object.create(null);
  const lastOffset = places.get(placeKey(path))?.valueStart ?? 0;
  for (const { key, value } of node.items) {
    const keyStart = isParsedNode(key) ? key.range[0] : lastOffset;
    const name: unknown =
      isScalar(key) && isParsedNode(key) && key.anchor === undefined && key.tag === undefined ? key.value : null;
    if (typeof name !== 'string') {
      const hint = isScalar(key) ? 'put it in quotes if it is meant as a name' : null;
      faults.push(fault('policy/field-name', 'the name of a field is plain text', hint, path, keyStart));
    } else if (name === '__proto__') {
      // Such a name would be dropped without a word by what checks the fields below.
      faults.push(fault('policy/field-name', '`__proto__` is no name of a field', null, path, keyStart));
    } else if (Object.hasOwn(fields, name)) {
      const message = `${quoted(name)} is given twice`;
      const hint = 'put both together under one name';
      faults.push(fault('policy/duplicate-field', message, hint, [...path, name], keyStart));
    } else {
      fields[name] = valueOf(value, [...path, name], keyStart, places, faults);
    }
  }
  return fields;
}

function isParsedNode(node: unknown): node is ParsedNode {
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && Array.isArray(node.range);
}

function locator(text: string, places: ReadonlyMap<string, Place>): Omit<PolicyDocument, 'value'> {
  const nearest = (path: FieldPath): Place | undefined => {
    for (let length = path.length; length >= 0; length -= 1) {
      const place = places.get(placeKey(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    return undefined;
  };
  return {
    offsetOf(path, part) {
      const place = nearest(path);
      return (part === 'key' ? place?.keyStart : place?.valueStart) ?? 0;
    },
    spanOf(path) {
      const place = nearest(path);
      return { start: place?.valueStart ?? 0, end: place?.valueEnd ?? 0 };
    },
    offsetInside(path, at) {
      const place = nearest(path);
      if (place === undefined) return 0;
      if (place.text === null) return place.valueStart;
      const first = place.valueStart + place.text.quotes;
      return text.startsWith(place.text.value.slice(0, at), first) ? first + at : place.valueStart;
    },
  };
}

/** INVARIANT: two paths have one key only if they are the same path. */
function placeKey(path: FieldPath): string {
  return JSON.stringify(path);
}

function syntaxFault({ code, message: said, pos }: YAMLError): Fault {
  const [offset] = pos;
  if (code === 'TAB_AS_INDENT') {
    return fault('policy/yaml-syntax', 'a tab does not indent', 'indent with spaces', [], offset);
  }
  if (code === 'BAD_ALIAS') {
    return fault('policy/yaml-feature', 'aliases are not used in a policy', ALIAS_HINT, [], offset);
  }
  if (code === 'TAG_RESOLVE_FAILED') {
    return fault('policy/yaml-feature', 'tags are not used in a policy', null, [], offset);
  }
  const message = `${said.slice(0, 1).toLowerCase()}${said.slice(1, MAX_MESSAGE_LENGTH)}`.replace(/\.$/, '');
  return fault('policy/yaml-syntax', printable(message), null, [], offset);
}

function fault(code: Fault['code'], message: string, hint: string | null, path: FieldPath, offset: number): Fault {
  return { code, severity: 'error', message, hint, path, offset };
}
