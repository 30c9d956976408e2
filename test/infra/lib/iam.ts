import { isConditionMet } from './iam-condition.ts';
import { readDocument } from './iam-document.ts';
import type { Principal, Statement } from './iam-document.ts';
import { isActionMatch, isArnMatch } from './iam-pattern.ts';
import type { Context } from './iam-pattern.ts';

/** The documents that have a say in a request, in the order in which a denial is named. */
export type Layer = 'scp' | 'rcp' | 'endpoint' | 'resource' | 'boundary' | 'session' | 'identity';

/** A policy document, as text or as what the text says. */
export type Document = unknown;

/** A call to AWS, and the documents that judge it. */
export interface IamRequest {
  readonly action: string;
  /** An ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  /** ARN of a user, a role or the session of a role, or the name of a service. */
  readonly principal: string;
  /** Condition keys. Those that follow from principal and resource are added unless they are given. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  readonly identity?: readonly Document[];
  readonly boundary?: Document;
  /** Beside these, `FullAWSAccess` is attached, as it is to every account of ours: only denials of theirs count. */
  readonly scps?: readonly Document[];
  /** As {@link scps}. */
  readonly rcps?: readonly Document[];
  readonly resourcePolicy?: Document;
  /** Policy of the VPC endpoint that the request came through. */
  readonly endpointPolicy?: Document;
  readonly sessionPolicy?: Document;
}

export interface IamDecision {
  readonly decision: 'allowed' | 'implicitly denied' | 'explicitly denied';
  /** Who decided: the layer that allowed it, denied it or did not allow it, and the statement where there was one. */
  readonly by: { readonly layer: Layer; readonly sid: string | null };
}

/**
 * How AWS would answer a request: an explicit denial anywhere wins; then every layer that bounds has to allow; then the identity's
 * or the resource's own documents, both of them across accounts. Keys of KMS and trust policies allow by themselves or not at all.
 *
 * @throws {TypeError} for a document that AWS would not take, and for a condition operator that is not known here.
 */
export function evaluate(request: IamRequest): IamDecision {
  const caller = readCaller(request.principal);
  const context: Context = new Map(
    Object.entries(contextOf(request)).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const layers = readLayers(request, caller);
  const judged = layers.map(({ layer, documents }) => ({
    layer,
    matches: documents.flatMap((document) => matching(document, request, caller, context)),
  }));

  for (const { layer, matches } of judged) {
    const denial = matches.find(({ statement }) => statement.effect === 'Deny');
    if (denial !== undefined) return { decision: 'explicitly denied', by: { layer, sid: denial.statement.sid } };
  }
  const allows = (layer: Layer): Match | undefined =>
    judged
      .find((one) => one.layer === layer)
      ?.matches.filter(({ statement }) => statement.effect === 'Allow')
      .toSorted((left, right) => STRENGTH.indexOf(left.strength) - STRENGTH.indexOf(right.strength))[0];
  const has = (layer: Layer): boolean => layers.some((one) => one.layer === layer);

  const byResource = allows('resource');
  const byIdentity = allows('identity');
  if (has('endpoint') && allows('endpoint') === undefined) return undecided('endpoint');
  // A grant to the session itself is not bounded by what bounds its role.
  const isBounded = byResource?.strength !== 'session';
  for (const layer of ['boundary', 'session'] as const)
    if (isBounded && has(layer) && allows(layer) === undefined) return undecided(layer);

  const isAcross = caller.account !== null && accountOf(request, context) !== caller.account;
  if (caller.account === null || needsResource(request) || isAcross) {
    if (byResource === undefined) return undecided('resource');
    if (caller.account === null) return allowed('resource', byResource);
    if (!isAcross && byResource.strength !== 'account') return allowed('resource', byResource);
    return byIdentity === undefined ? undecided('identity') : allowed('identity', byIdentity);
  }
  if (byIdentity !== undefined) return allowed('identity', byIdentity);
  // A grant to the account leaves it to the account's own documents.
  if (byResource !== undefined && byResource.strength !== 'account') return allowed('resource', byResource);
  return undecided('identity');
}

/** The condition keys of a request: those that follow from principal and resource, and those that it gives. */
export function contextOf(request: IamRequest): Readonly<Record<string, string | readonly string[]>> {
  const caller = readCaller(request.principal);
  const owner = request.resource.split(':')[4] ?? '';
  return {
    'aws:PrincipalArn': caller.identity,
    'aws:PrincipalIsAWSService': String(caller.account === null),
    ...(caller.account === null ? {} : { 'aws:PrincipalAccount': caller.account }),
    ...(owner === '' ? {} : { 'aws:ResourceAccount': owner }),
    ...request.context,
  };
}

/** How a statement of a resource means the caller: its session, itself, everybody, or its account. */
const STRENGTH = ['session', 'self', 'everybody', 'account'] as const;
type Strength = (typeof STRENGTH)[number];

interface Match {
  readonly statement: Statement;
  readonly strength: Strength;
}

interface Caller {
  readonly principal: string;
  /** The role behind a session; else the principal itself. */
  readonly identity: string;
  /** Null for a service. */
  readonly account: string | null;
}

const ARN = /^arn:([\w-]+):(iam|sts)::(\d{12}):(.+)$/u;

function readCaller(principal: string): Caller {
  const parts = ARN.exec(principal);
  if (parts === null) {
    if (/^[\w.-]+\.amazonaws\.com$/u.test(principal)) return { principal, identity: principal, account: null };
    throw new TypeError(`\`${principal}\` is no principal`);
  }
  const [, partition = '', , account = '', name = ''] = parts;
  const role = /^assumed-role\/([^/]+)\/[^/]+$/u.exec(name)?.[1];
  return {
    principal,
    identity: role === undefined ? principal : `arn:${partition}:iam::${account}:role/${role}`,
    account,
  };
}

function readLayers(
  request: IamRequest,
  caller: Caller,
): readonly { readonly layer: Layer; readonly documents: readonly (readonly Statement[])[] }[] {
  const one = (document: Document): readonly Document[] => (document === undefined ? [] : [document]);
  // Services and their linked roles stand outside of service control policies.
  const isOutside = caller.account === null || caller.identity.includes(':role/aws-service-role/');
  const layers: readonly (readonly [Layer, 'identity' | 'resource', readonly Document[]])[] = [
    ['scp', 'identity', isOutside ? [] : (request.scps ?? [])],
    ['rcp', 'resource', request.rcps ?? []],
    ['endpoint', 'resource', one(request.endpointPolicy)],
    ['resource', 'resource', one(request.resourcePolicy)],
    ['boundary', 'identity', one(request.boundary)],
    ['session', 'identity', one(request.sessionPolicy)],
    ['identity', 'identity', request.identity ?? []],
  ];
  return layers
    .filter(([, , documents]) => documents.length > 0)
    .map(([layer, kind, documents]) => ({ layer, documents: documents.map((each) => readDocument(each, kind)) }));
}

function matching(
  statements: readonly Statement[],
  request: IamRequest,
  caller: Caller,
  context: Context,
): readonly Match[] {
  return statements.flatMap((statement) => {
    const { actions, resources, principals } = statement;
    const strength = principals === null ? 'self' : strengthOf(principals, caller);
    const isMeant =
      strength !== null &&
      actions.listed.some((pattern) => isActionMatch(pattern, request.action)) !== actions.isExcept &&
      (resources === null ||
        resources.listed.some((pattern) => isArnMatch(pattern, request.resource, context)) !== resources.isExcept) &&
      isConditionMet(statement.condition, context);
    return isMeant ? [{ statement, strength }] : [];
  });
}

function strengthOf(principals: NonNullable<Statement['principals']>, caller: Caller): Strength | null {
  const found = principals.listed.map((principal) => strengthOfOne(principal, caller)).filter((one) => one !== null);
  if (principals.isExcept) return found.length === 0 ? 'everybody' : null;
  return STRENGTH.find((strength) => found.includes(strength)) ?? null;
}

function strengthOfOne({ type, name }: Principal, caller: Caller): Strength | null {
  if (type === '*') return 'everybody';
  if (type === 'Service') return name === caller.principal ? 'self' : null;
  if (type === 'Federated') return null;
  if (name === caller.principal) return caller.principal === caller.identity ? 'self' : 'session';
  if (name === caller.identity) return 'self';
  const account = /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/u.exec(name)?.[1];
  return account !== undefined && account === caller.account ? 'account' : null;
}

function accountOf(request: IamRequest, context: Context): string | null {
  const owner = context.get('aws:resourceaccount');
  return typeof owner === 'string' ? owner : (readCaller(request.principal).account ?? null);
}

/** Keys and roles are reached through their own policy only; that one may hand on to the account. */
function needsResource({ action, resource }: IamRequest): boolean {
  return action.toLowerCase().startsWith('sts:assumerole') || /^arn:[\w-]+:kms:[^:]*:\d*:key\//u.test(resource);
}

function allowed(layer: Layer, { statement }: Match): IamDecision {
  return { decision: 'allowed', by: { layer, sid: statement.sid } };
}

function undecided(layer: Layer): IamDecision {
  return { decision: 'implicitly denied', by: { layer, sid: null } };
}
