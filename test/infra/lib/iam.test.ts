import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from './iam.ts';
import type { IamDecision, IamRequest } from './iam.ts';
import { simulate, SKIP_WITHOUT_SIMULATOR } from './iam-simulator.ts';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/reader`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/reader/alice`;
const BUCKET = 'arn:aws:s3:::records';
const KEY = `${BUCKET}/2026/a`;

type Statement = Readonly<Record<string, unknown>>;
const allow = (statement: Statement): Statement => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: '*',
  ...statement,
});
const deny = (statement: Statement): Statement => ({
  Effect: 'Deny',
  Action: 's3:GetObject',
  Resource: '*',
  ...statement,
});
const document = (...statements: readonly Statement[]): unknown => ({ Version: '2012-10-17', Statement: statements });
const under = (condition: unknown): unknown => document(allow({ Condition: condition }));

const READ: IamRequest = { action: 's3:GetObject', resource: KEY, principal: SESSION };
const READS = [document(allow({}))];

interface Case {
  readonly name: string;
  readonly request: Partial<IamRequest>;
  readonly want: IamDecision['decision'];
  readonly by?: IamDecision['by']['layer'];
}

const CASES: readonly Case[] = [
  { name: 'what nobody allows is denied', request: {}, want: 'implicitly denied', by: 'identity' },
  { name: 'what the identity allows is allowed', request: { identity: READS }, want: 'allowed', by: 'identity' },
  {
    name: 'an explicit denial wins',
    request: { identity: [...READS, document(deny({}))] },
    want: 'explicitly denied',
    by: 'identity',
  },
  {
    name: 'an action is compared without case, with stars',
    request: { identity: [document(allow({ Action: 'S3:get*' }))] },
    want: 'allowed',
  },
  {
    name: 'NotAction means every other action',
    request: { identity: [document({ Effect: 'Allow', NotAction: 's3:Put*', Resource: '*' })] },
    want: 'allowed',
  },
  {
    name: 'NotAction does not mean its own',
    request: { identity: [document({ Effect: 'Allow', NotAction: 's3:Get*', Resource: '*' })] },
    want: 'implicitly denied',
  },
  {
    name: 'a star reaches over slashes',
    request: { identity: [document(allow({ Resource: `${BUCKET}/*` }))] },
    want: 'allowed',
  },
  {
    name: 'a resource is compared with case',
    request: { identity: [document(allow({ Resource: `${BUCKET}/2026/A` }))] },
    want: 'implicitly denied',
  },
  {
    name: 'a question mark is one character',
    request: { identity: [document(allow({ Resource: `${BUCKET}/20??/a` }))] },
    want: 'allowed',
  },
  {
    name: 'a denial but for a resource hits the others',
    request: { identity: [...READS, document({ Effect: 'Deny', Action: 's3:*', NotResource: `${BUCKET}/2025/*` })] },
    want: 'explicitly denied',
  },
  {
    name: 'a variable in a resource is filled',
    request: {
      identity: [document(allow({ Resource: `${BUCKET}/\${aws:PrincipalTag/year}/*` }))],
      context: { 'aws:PrincipalTag/year': '2026' },
    },
    want: 'allowed',
  },
  {
    name: 'what fills a variable is text, even a star',
    request: {
      identity: [document(allow({ Resource: `${BUCKET}/\${aws:PrincipalTag/year}/a` }))],
      context: { 'aws:PrincipalTag/year': '*' },
    },
    want: 'implicitly denied',
  },
  {
    name: 'a variable that nothing fills matches nothing',
    request: { identity: [document(allow({ Resource: `${BUCKET}/\${aws:PrincipalTag/year}*` }))] },
    want: 'implicitly denied',
  },
  {
    name: 'StringEquals needs the key',
    request: { identity: [under({ StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })] },
    want: 'implicitly denied',
  },
  {
    name: 'StringEqualsIfExists does not',
    request: { identity: [under({ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-own1234567' } })] },
    want: 'allowed',
  },
  {
    name: 'StringNotEquals holds without the key',
    request: { identity: [under({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } })] },
    want: 'allowed',
  },
  {
    name: 'StringNotEquals with two values means neither',
    request: {
      identity: [under({ StringNotEquals: { 'aws:SourceVpce': ['vpce-1', 'vpce-2'] } })],
      context: { 'aws:SourceVpce': 'vpce-2' },
    },
    want: 'implicitly denied',
  },
  {
    name: 'all keys of a condition have to hold',
    request: {
      identity: [under({ StringEquals: { 'aws:SourceVpce': 'vpce-1', 'aws:PrincipalOrgID': 'o-own1234567' } })],
      context: { 'aws:SourceVpce': 'vpce-1', 'aws:PrincipalOrgID': 'o-strange1234' },
    },
    want: 'implicitly denied',
  },
  {
    name: 'Bool needs the key',
    request: { identity: [under({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } })] },
    want: 'implicitly denied',
  },
  {
    name: 'Null true wants the key not to be there',
    request: { identity: [under({ Null: { 'aws:SourceVpce': 'true' } })], context: { 'aws:SourceVpce': 'vpce-1' } },
    want: 'implicitly denied',
  },
  {
    name: 'ArnLike keeps a star in its part',
    request: {
      identity: [under({ ArnLike: { 'aws:SourceArn': 'arn:aws:ssm:*:444455556666:*' } })],
      context: { 'aws:SourceArn': 'arn:aws:ssm:eu-central-1:111122223333:x/444455556666:y' },
    },
    want: 'implicitly denied',
  },
  {
    name: 'ForAnyValue needs one value that fits',
    request: {
      identity: [under({ 'ForAnyValue:StringLike': { 'aws:TagKeys': ['own*'] } })],
      context: { 'aws:TagKeys': ['team', 'owner'] },
    },
    want: 'allowed',
  },
  {
    name: 'ForAnyValue does not hold without the key',
    request: { identity: [under({ 'ForAnyValue:StringLike': { 'aws:TagKeys': ['*'] } })] },
    want: 'implicitly denied',
  },
  {
    name: 'ForAllValues holds without the key, which is its trap',
    request: { identity: [under({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } })] },
    want: 'allowed',
  },
  {
    name: 'ForAllValues wants every value to fit',
    request: {
      identity: [under({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } })],
      context: { 'aws:TagKeys': ['team', 'owner'] },
    },
    want: 'implicitly denied',
  },
  {
    name: 'a number is compared as a number',
    request: {
      identity: [under({ NumericLessThan: { 'aws:MultiFactorAuthAge': '900' } })],
      context: { 'aws:MultiFactorAuthAge': '1000' },
    },
    want: 'implicitly denied',
  },
  {
    name: 'a date is compared as a date',
    request: {
      identity: [under({ DateLessThan: { 'aws:TokenIssueTime': '2026-03-01T00:00:00Z' } })],
      context: { 'aws:TokenIssueTime': '2026-02-28T23:59:59Z' },
    },
    want: 'allowed',
  },
  {
    name: 'an address is compared with its range',
    request: {
      identity: [under({ IpAddress: { 'aws:SourceIp': '10.0.0.0/9' } })],
      context: { 'aws:SourceIp': '10.127.0.1' },
    },
    want: 'allowed',
  },
  {
    name: 'a service control policy denies what the identity allows',
    request: { identity: READS, scps: [document(deny({}))] },
    want: 'explicitly denied',
    by: 'scp',
  },
  {
    name: 'a boundary bounds',
    request: { identity: READS, boundary: document(allow({ Action: 's3:PutObject' })) },
    want: 'implicitly denied',
    by: 'boundary',
  },
  {
    name: 'a boundary grants nothing',
    request: { boundary: document(allow({})) },
    want: 'implicitly denied',
    by: 'identity',
  },
  {
    name: 'a session policy bounds',
    request: { identity: READS, sessionPolicy: document(allow({ Action: 's3:PutObject' })) },
    want: 'implicitly denied',
    by: 'session',
  },
  {
    name: 'an endpoint policy bounds',
    request: { identity: READS, endpointPolicy: document(allow({ Principal: '*', Action: 's3:PutObject' })) },
    want: 'implicitly denied',
    by: 'endpoint',
  },
  {
    name: 'in one account the bucket alone may grant it to the role',
    request: { resourcePolicy: document(allow({ Principal: { AWS: ROLE } })) },
    want: 'allowed',
    by: 'resource',
  },
  {
    name: 'a grant to the account leaves it to the account',
    request: { resourcePolicy: document(allow({ Principal: { AWS: ACCOUNT } })) },
    want: 'implicitly denied',
  },
  {
    name: 'across accounts the identity alone does not do',
    request: { identity: READS, context: { 'aws:ResourceAccount': '444455556666' } },
    want: 'implicitly denied',
    by: 'resource',
  },
  {
    name: 'across accounts the bucket alone does not do',
    request: {
      resourcePolicy: document(allow({ Principal: { AWS: ROLE } })),
      context: { 'aws:ResourceAccount': '444455556666' },
    },
    want: 'implicitly denied',
    by: 'identity',
  },
  {
    name: 'across accounts both do',
    request: {
      identity: READS,
      resourcePolicy: document(allow({ Principal: { AWS: ROLE } })),
      context: { 'aws:ResourceAccount': '444455556666' },
    },
    want: 'allowed',
  },
  {
    name: 'a key that does not hand on to its account is not opened by the identity',
    request: {
      action: 'kms:Decrypt',
      resource: `arn:aws:kms:eu-central-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
      identity: [document(allow({ Action: 'kms:*' }))],
      resourcePolicy: document(allow({ Action: 'kms:*', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/other` } })),
    },
    want: 'implicitly denied',
    by: 'resource',
  },
  {
    name: 'a key that hands on is',
    request: {
      action: 'kms:Decrypt',
      resource: `arn:aws:kms:eu-central-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
      identity: [document(allow({ Action: 'kms:*' }))],
      resourcePolicy: document(allow({ Action: 'kms:*', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } })),
    },
    want: 'allowed',
  },
];

const requestOf = ({ request }: Case): IamRequest => ({ ...READ, ...request });

for (const one of CASES) {
  test(one.name, () => {
    const { decision, by } = evaluate(requestOf(one));
    assert.equal(decision, one.want);
    if (one.by !== undefined) assert.equal(by.layer, one.by);
  });
}

test('a simulator of other people answers all of these alike', { skip: SKIP_WITHOUT_SIMULATOR }, (t) => {
  const answers = simulate(CASES.map(requestOf));
  const differing = CASES.filter((one, at) => answers[at]?.answer !== one.want).map(
    (one) => `${one.name}: ${answers[CASES.indexOf(one)]?.told}`,
  );
  assert.deepEqual(differing, []);
  t.diagnostic(`infra: evaluator cases that another simulator confirms = ${CASES.length}`);
});

for (const { name, statement, error } of [
  {
    name: 'an operator that is not known is no answer',
    statement: allow({ Condition: { StringEqualz: { a: 'b' } } }),
    error: /StringEqualz/u,
  },
  {
    name: 'an element that is not known is no answer',
    statement: allow({ Conditions: {} }),
    error: /unknown elements Conditions/u,
  },
  { name: 'an identity document has no principal', statement: allow({ Principal: '*' }), error: /has no principal/u },
  {
    name: 'an action and its opposite exclude each other',
    statement: allow({ NotAction: 's3:*' }),
    error: /both Action and NotAction/u,
  },
  { name: 'an empty list is no list', statement: allow({ Resource: [] }), error: /empty list/u },
])
  test(name, () => {
    assert.throws(() => evaluate({ ...READ, identity: [document(statement)] }), error);
  });

test('a principal with a star in its name is no principal', () => {
  const resourcePolicy = document(allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/*` } }));
  assert.throws(() => evaluate({ ...READ, resourcePolicy }), /wildcard in the principal/u);
});

test('a list under an operator for one value is no answer', () => {
  const identity = [under({ StringEquals: { 'aws:TagKeys': 'a' } })];
  assert.throws(() => evaluate({ ...READ, identity, context: { 'aws:TagKeys': ['a', 'b'] } }), /takes one value/u);
});
