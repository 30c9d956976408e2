import type { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import type { DiagnosticCode } from './diagnostic.ts';
import { fieldPathText, printable, quoted } from './fault.ts';
import type { Fault, FieldPath } from './fault.ts';
import { fieldNamesAt } from './json-schema.ts';
import { nearestName } from './nearest-name.ts';
import type { PolicyDocument } from './read-document.ts';
import type { CheckParams } from './rule-schema.ts';

type Issue = z.core.$ZodIssue;

/** Faults worked out before the first hundred in the order of the text are chosen: a hostile text has many more. */
const MAX_SHAPE_FAULTS = 1_000;

/** UTF-16 code units of a message that a pattern grammar gave. */
const MAX_MESSAGE_LENGTH = 300;

/** Fields named in a hint when none is near. */
const MAX_LISTED_FIELDS = 16;

/**
 * Says what the schema found wrong, in our words and at the place where it stands.
 *
 * @param schema what `policyJsonSchema` gives.
 */
export function shapeFaults(issues: readonly Issue[], document: PolicyDocument, schema: JsonObject): readonly Fault[] {
  const faults: Fault[] = [];
  for (const issue of issues) {
    faults.push(...faultsOf(issue, [], document, schema));
    if (faults.length > MAX_SHAPE_FAULTS) break;
  }
  return faults;
}

function faultsOf(issue: Issue, around: FieldPath, document: PolicyDocument, schema: JsonObject): readonly Fault[] {
  const path: FieldPath = [...around, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  const value = valueAt(document.value, path);
  const at = (code: DiagnosticCode, message: string, hint: string | null = null): readonly Fault[] => [
    { code, severity: 'error', message, hint, path, offset: document.offsetOf(path, value === null ? 'key' : 'value') },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MAX_SHAPE_FAULTS).map((key) => unknownField(key, path, document, schema));
    case 'invalid_union':
      return (issue.errors[serverKind(value)] ?? []).flatMap((inner) => faultsOf(inner, path, document, schema));
    case 'invalid_type':
      if (value === undefined) return [missingField(path, document)];
      return at(
        'policy/wrong-type',
        `expected ${typeName(issue.expected)}, found ${describe(value, path)}`,
        typeHint(issue, value),
      );
    case 'invalid_value': {
      if (value === undefined) return [missingField(path, document)];
      const values = issue.values.map(String);
      const near = typeof value === 'string' ? nearestName(value, values) : null;
      const hint = near === null ? null : `did you mean ${quoted(near)}?`;
      return at('policy/unknown-value', `expected ${alternativesText(values)}, found ${describe(value, path)}`, hint);
    }
    case 'too_small':
      return at('policy/out-of-bounds', boundText(issue.origin, 'least', issue.minimum, value));
    case 'too_big':
      return at('policy/out-of-bounds', boundText(issue.origin, 'most', issue.maximum, value));
    case 'invalid_key': {
      const message = issue.issues[0]?.message ?? 'this name cannot be used here';
      const offset = document.offsetOf(path, 'key');
      return [{ code: 'policy/field-name', severity: 'error', message, hint: null, path, offset }];
    }
    case 'custom': {
      const params = checkParams(issue.params);
      if (params === null) return at('policy/wrong-form', issue.message);
      const offset = document.offsetInside(path, params.at);
      // The grammars quote the pattern, which can be long or hold anything.
      const message = printable(issue.message.slice(0, MAX_MESSAGE_LENGTH));
      return [{ code: params.code, severity: 'error', message, hint: null, path, offset }];
    }
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
      break;
  }
  return at('policy/wrong-form', issue.message);
}

/** Fields that people look for in another place, and where they stand. */
const FIELD_PLACES: ReadonlyMap<string, string> = new Map([
  ['models.provider', 'providers.use'],
  ['models.upstream', 'providers.anthropic.upstream'],
  ['models.bedrock_region', 'providers.bedrock.region'],
  ['sandbox.allowed_domains', 'egress.hosts'],
]);

/** Fields of documents that are taken for policies, and what to do with those. */
const OTHER_DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ['permissions', "these are the client's settings: `sallyport policy import FILE` makes a policy of them"],
  ['hooks', "these are the client's settings: `sallyport policy import FILE` makes a policy of them"],
  ['mcpServers', "this is the client's list of servers: `sallyport policy import FILE` makes a policy of it"],
  ['cases', 'these are cases: `sallyport policy test FILE` runs them'],
]);

function unknownField(key: string, path: FieldPath, document: PolicyDocument, schema: JsonObject): Fault {
  const names = fieldNamesAt(schema, path, serverKind(valueAt(document.value, path)));
  const near = nearestName(key, names);
  const listed = names.length > 0 && names.length <= MAX_LISTED_FIELDS ? `fields here: ${names.join(', ')}` : null;
  const where = path.length === 0 ? 'a policy' : `\`${fieldPathText(path)}\``;
  const place = FIELD_PLACES.get(fieldPathText([...path, key]));
  const hint = near === null ? listed : `did you mean ${quoted(near)}?`;
  const otherHint = path.length === 0 ? OTHER_DOCUMENTS.get(key) : undefined;
  return {
    code: 'policy/unknown-field',
    severity: 'error',
    message: `${quoted(key)} is no field of ${where}`,
    hint: otherHint ?? (place === undefined ? hint : `it stands at \`${place}\``),
    path: [...path, key],
    offset: document.offsetOf([...path, key], 'key'),
  };
}

function missingField(path: FieldPath, document: PolicyDocument): Fault {
  const name = String(path.at(-1) ?? '');
  return {
    code: 'policy/missing-field',
    severity: 'error',
    message: `${quoted(name)} is missing`,
    hint: null,
    path,
    offset: document.offsetOf(path.slice(0, -1), 'key'),
  };
}

/** Which kind of MCP server was meant, as its place in the schema's union: the one that `command` or `url` starts. */
function serverKind(value: unknown): 0 | 1 {
  const has = (name: string): boolean => typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return has('url') && !has('command') ? 1 : 0;
}

function valueAt(value: unknown, path: FieldPath): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = Reflect.get(current, part);
  }
  return current;
}

function typeName(expected: string): string {
  switch (expected) {
    case 'string':
      return 'text';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a mapping';
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return '`true` or `false`';
    default:
      return expected;
  }
}

/** Names a value, and quotes it only where it is a number or a truth value that cannot be a credential. */
function describe(value: unknown, path: FieldPath): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  const isCredential = path[0] === 'mcp' && path[1] === 'servers';
  if (typeof value === 'number') return isCredential ? 'a number' : `the number \`${value}\``;
  if (typeof value === 'boolean') return isCredential ? 'a truth value' : `the value \`${value}\``;
  return 'a mapping';
}

function typeHint(issue: { readonly expected: string }, value: unknown): string | null {
  if (value === null) return 'give it a value, or leave the field out';
  if (issue.expected === 'string') {
    return typeof value === 'object'
      ? 'text with braces or brackets stands in quotes'
      : 'put it in quotes to make it text';
  }
  if (issue.expected === 'array' && typeof value !== 'object') return 'put it in a list: `[...]`';
  return null;
}

function alternativesText(values: readonly string[]): string {
  return values.map(quoted).join(values.length === 2 ? ' or ' : ', ');
}

function boundText(origin: string, which: 'least' | 'most', bound: number | bigint, value: unknown): string {
  if (origin === 'array') {
    const found = Array.isArray(value) ? value.length : 0;
    return `expected at ${which} ${bound} ${bound === 1 ? 'entry' : 'entries'}, found ${found}`;
  }
  if (typeof value === 'string') {
    return value === '' ? 'the text is empty' : `expected at ${which} ${bound} characters, found ${value.length}`;
  }
  return `expected at ${which} ${bound}, found ${String(value)}`;
}

function checkParams(params: Readonly<Record<string, unknown>> | undefined): CheckParams | null {
  const code = params?.['code'];
  const at = params?.['at'];
  const isKnown = code === 'policy/bad-pattern' || code === 'policy/reserved-rule';
  return isKnown && typeof at === 'number' ? { code, at } : null;
}
