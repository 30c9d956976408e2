import type { Condition } from './iam-condition.ts';

/** What kind of document it is: it decides whether a statement has to name a principal, or must not. */
export type DocumentKind = 'identity' | 'resource';

export interface Statement {
  readonly sid: string | null;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: { readonly listed: readonly string[]; readonly isExcept: boolean };
  /** Null in a trust policy, which stands on its own resource. */
  readonly resources: { readonly listed: readonly string[]; readonly isExcept: boolean } | null;
  readonly principals: { readonly listed: readonly Principal[]; readonly isExcept: boolean } | null;
  readonly condition: Condition;
}

export interface Principal {
  readonly type: 'AWS' | 'Service' | 'Federated' | '*';
  readonly name: string;
}

const ELEMENTS = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
];

/**
 * The statements of a policy document, given as text or as what the text says.
 *
 * @throws {TypeError} for whatever AWS would refuse: another version, an unknown element, two that exclude each other, a principal
 * where none may stand, a partial wildcard in the name of a principal.
 */
export function readDocument(document: unknown, kind: DocumentKind): readonly Statement[] {
  const value: unknown = typeof document === 'string' ? JSON.parse(document) : document;
  const { Version, Statement, Id: _id, ...others } = fields(value, 'document');
  if (Version !== '2012-10-17') throw new TypeError('a document needs the version 2012-10-17, else variables are text');
  if (Object.keys(others).length > 0) throw new TypeError(`unknown elements ${Object.keys(others).join(', ')}`);
  return [Statement].flat().map((statement) => readStatement(fields(statement, 'statement'), kind));
}

function readStatement(statement: Readonly<Record<string, unknown>>, kind: DocumentKind): Statement {
  const unknown = Object.keys(statement).filter((name) => !ELEMENTS.includes(name));
  if (unknown.length > 0) throw new TypeError(`unknown elements ${unknown.join(', ')}`);
  const { Sid, Effect } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new TypeError('a statement needs the effect Allow or Deny');
  const actions = either(statement, 'Action', texts);
  if (actions === null) throw new TypeError('a statement needs actions');
  const principals = either(statement, 'Principal', readPrincipals);
  if ((principals !== null) !== (kind === 'resource'))
    throw new TypeError(`a statement of kind ${kind} ${kind === 'resource' ? 'needs a' : 'has no'} principal`);
  const resources = either(statement, 'Resource', texts);
  if (resources === null && kind === 'identity') throw new TypeError('a statement needs resources');
  return {
    sid: typeof Sid === 'string' ? Sid : null,
    effect: Effect,
    actions,
    resources,
    principals,
    condition: readCondition(statement['Condition']),
  };
}

function either<T>(
  statement: Readonly<Record<string, unknown>>,
  name: string,
  read: (value: unknown) => readonly T[],
): { readonly listed: readonly T[]; readonly isExcept: boolean } | null {
  const [listed, except] = [statement[name], statement[`Not${name}`]];
  if (listed !== undefined && except !== undefined) throw new TypeError(`both ${name} and Not${name}`);
  if (listed !== undefined) return { listed: read(listed), isExcept: false };
  return except === undefined ? null : { listed: read(except), isExcept: true };
}

function readPrincipals(value: unknown): readonly Principal[] {
  if (value === '*') return [{ type: '*', name: '*' }];
  return Object.entries(fields(value, 'principal')).flatMap(([type, names]) => {
    if (type !== 'AWS' && type !== 'Service' && type !== 'Federated') throw new TypeError(`unknown principal ${type}`);
    return texts(names).map((name): Principal => {
      if (name === '*' && type === 'AWS') return { type: '*', name };
      // AWS takes a star in a principal for a letter, so that the statement would name nobody.
      if (/[*?]/u.test(name)) throw new TypeError(`a wildcard in the principal \`${name}\``);
      return { type, name };
    });
  });
}

function readCondition(value: unknown): Condition {
  if (value === undefined) return {};
  return Object.fromEntries(
    Object.entries(fields(value, 'condition')).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(fields(keys, operator)).map(([key, values]) => [key, texts(values)])),
    ]),
  );
}

function texts(value: unknown): readonly string[] {
  const values = [value].flat();
  if (values.length === 0) throw new TypeError('an empty list');
  return values.map((one) => {
    if (typeof one === 'string') return one;
    if (typeof one === 'boolean' || typeof one === 'number') return String(one);
    throw new TypeError('a value is no text');
  });
}

function fields(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`a ${what} is no object`);
  return value as Readonly<Record<string, unknown>>;
}
