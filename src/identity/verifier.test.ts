import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoleArn } from './aws-role.ts';
import { proofText, readProof } from './proof.ts';
import { identityProver } from './prover.ts';
import { scriptedSts } from './scripted-sts.ts';
import type { KnownKeys, ScriptedSts, StsMood } from './scripted-sts.ts';
import { stsClient } from './sts.ts';
import { identityVerifier } from './verifier.ts';
import type { Identity } from './verifier.ts';

const REGION = 'eu-central-1';
const GATEWAY = 'gateway.agents.example.com';
const NOW_MS = Date.UTC(2026, 10, 22, 5);
const HOST: KnownKeys = {
  accessKeyId: 'ASIAEXAMPLE000000001',
  secretAccessKey: 'secret-of-the-host',
  sessionToken: `IQoJ${'b+/'.repeat(300)}==`,
  arn: 'arn:aws:sts::111122223333:assumed-role/sallyport-host/i-0123456789abcdef0',
  account: '111122223333',
  userId: 'AROAEXAMPLEEXAMPLE01:i-0123456789abcdef0',
};
const OTHER_ROLE: KnownKeys = {
  ...HOST,
  accessKeyId: 'ASIAEXAMPLE000000002',
  arn: 'arn:aws:sts::111122223333:assumed-role/sallyport-host-2/i-0123456789abcdef0',
};
const OTHER_ACCOUNT: KnownKeys = {
  ...HOST,
  accessKeyId: 'ASIAEXAMPLE000000003',
  arn: 'arn:aws:sts::999999999999:assumed-role/sallyport-host/i-0123456789abcdef0',
  account: '999999999999',
};
const USER: KnownKeys = {
  accessKeyId: 'AKIAEXAMPLE000000004',
  secretAccessKey: 'secret-of-the-user',
  arn: 'arn:aws:iam::111122223333:user/ada',
  account: '111122223333',
  userId: 'AIDAEXAMPLEEXAMPLE01',
};

interface Rig {
  nowMs: number;
  readonly sts: ScriptedSts;
  proof(keys: KnownKeys, gateway?: string, region?: string): Promise<string>;
  verify(proof: string): Promise<Identity>;
}

/** How long tests wait that are about an STS that never answers; it answers a busy machine in that time too. */
const PATIENCE_MS = 1_000;

async function using(use: (rig: Rig) => Promise<void>, timeoutMs = 30_000): Promise<void> {
  const sts = await scriptedSts([HOST, OTHER_ROLE, OTHER_ACCOUNT, USER], REGION, () => rig.nowMs);
  const client = stsClient({ url: sts.url, region: REGION, timeoutMs });
  const role = parseRoleArn('arn:aws:iam::111122223333:role/sallyport-host');
  assert.ok(role !== null);
  const verify = identityVerifier({
    sts: client,
    region: REGION,
    gateway: GATEWAY,
    roles: [role],
    clock: () => rig.nowMs,
  });
  const rig: Rig = {
    nowMs: NOW_MS,
    sts,
    verify,
    proof: (keys, gateway = GATEWAY, region = REGION) =>
      identityProver({ keys: () => Promise.resolve(keys), region, clock: () => rig.nowMs })(gateway),
  };
  try {
    await use(rig);
  } finally {
    client.close();
    await sts.close();
  }
}

function why(identity: Identity): string {
  return identity.kind === 'refused' ? identity.why : identity.kind;
}

test('a host of a listed role comes in as what AWS says it is, and is asked about once', () =>
  using(async (rig) => {
    const proof = await rig.proof(HOST);
    const [first, second] = await Promise.all([rig.verify(proof), rig.verify(proof)]);
    assert.deepEqual(first, {
      kind: 'caller',
      caller: {
        account: '111122223333',
        role: 'sallyport-host',
        session: 'i-0123456789abcdef0',
        userId: HOST.userId,
      },
    });
    assert.deepEqual(second, first);
    rig.nowMs += 299_000;
    assert.deepEqual(await rig.verify(proof), first);
    assert.equal(rig.sts.asked.length, 1);
  }));

test('a proof serves until shortly before its end, and then there is another one', async () => {
  let nowMs = NOW_MS;
  let asked = 0;
  const prove = identityProver({
    keys: () => {
      asked += 1;
      return Promise.resolve(HOST);
    },
    region: REGION,
    clock: () => nowMs,
  });
  const first = await prove(GATEWAY);
  nowMs += 200_000;
  assert.equal(await prove(GATEWAY), first);
  nowMs += 20_000;
  const second = await prove(GATEWAY);
  assert.notEqual(second, first);
  assert.notEqual(await prove('other.example.com'), second);
  assert.equal(asked, 3);
  nowMs -= 3_600_000;
  assert.notEqual(await prove(GATEWAY), second);
});

for (const { name, after, want } of [
  { name: 'in its last second', after: 299_999, want: 'caller' },
  { name: 'at its end', after: 300_000, want: 'proof-not-fresh' },
  { name: 'long after, while AWS itself would take it', after: 600_000, want: 'proof-not-fresh' },
  { name: 'a minute ahead of this clock', after: -60_000, want: 'caller' },
  { name: 'further ahead', after: -60_001, want: 'proof-not-fresh' },
]) {
  test(`a proof that is used ${name}: ${want}`, () =>
    using(async (rig) => {
      const proof = await rig.proof(HOST);
      rig.nowMs += after;
      assert.equal(why(await rig.verify(proof)), want);
    }));
}

test('a proof that was known is not fresh for longer than it says', () =>
  using(async (rig) => {
    const proof = await rig.proof(HOST);
    assert.equal(why(await rig.verify(proof)), 'caller');
    rig.nowMs += 300_000;
    assert.equal(why(await rig.verify(proof)), 'proof-not-fresh');
  }));

for (const { name, make, want, asks } of [
  {
    name: 'made for another gateway',
    make: (rig: Rig) => rig.proof(HOST, 'gateway.evil.example'),
    want: 'proof-rejected',
    asks: 1,
  },
  {
    name: 'made for a name that only begins as ours',
    make: (rig: Rig) => rig.proof(HOST, `${GATEWAY}.evil.example`),
    want: 'proof-rejected',
    asks: 1,
  },
  {
    name: 'made for another region',
    make: (rig: Rig) => rig.proof(HOST, GATEWAY, 'us-east-1'),
    want: 'proof-unreadable',
    asks: 0,
  },
  {
    name: 'of a role whose name goes on',
    make: (rig: Rig) => rig.proof(OTHER_ROLE),
    want: 'role-not-allowed',
    asks: 1,
  },
  {
    name: 'of the same name in another account',
    make: (rig: Rig) => rig.proof(OTHER_ACCOUNT),
    want: 'role-not-allowed',
    asks: 1,
  },
  { name: 'of a user', make: (rig: Rig) => rig.proof(USER), want: 'caller-no-role', asks: 1 },
  {
    name: 'of keys that AWS does not know',
    make: (rig: Rig) => rig.proof({ ...HOST, accessKeyId: 'ASIAEXAMPLE000000099' }),
    want: 'proof-rejected',
    asks: 1,
  },
  {
    name: 'of a secret that was guessed',
    make: (rig: Rig) => rig.proof({ ...HOST, secretAccessKey: 'guessed' }),
    want: 'proof-rejected',
    asks: 1,
  },
  {
    name: 'with the token of another session',
    make: (rig: Rig) => rig.proof({ ...HOST, sessionToken: `IQoJ${'c'.repeat(40)}` }),
    want: 'proof-rejected',
    asks: 1,
  },
  {
    name: 'with a later date put in',
    make: async (rig: Rig) => moved(await rig.proof(HOST)),
    want: 'proof-rejected',
    asks: 1,
  },
]) {
  test(`a proof ${name} lets nobody in: ${want}`, () =>
    using(async (rig) => {
      const proof = await make(rig);
      assert.equal(why(await rig.verify(proof)), want);
      assert.equal(why(await rig.verify(proof)), want);
      assert.equal(rig.sts.asked.length, asks, 'it is asked about once');
    }));
}

function moved(proof: string): string {
  const parts = readProof({ region: REGION }, proof);
  assert.ok(parts !== null);
  return proofText({ region: REGION }, { ...parts, date: '20261122T050030Z' });
}

for (const mood of [
  'throttles',
  'fails',
  'hangs',
  'redirects',
  'babbles',
  'floods',
  'cuts',
  'xml',
] satisfies StsMood[]) {
  test(`while STS ${mood} nobody comes in, and the next try asks again`, () =>
    using(async (rig) => {
      const proof = await rig.proof(HOST);
      rig.sts.mood = mood;
      assert.equal(why(await rig.verify(proof)), 'unchecked');
      rig.sts.mood = 'as-aws';
      assert.equal(why(await rig.verify(proof)), 'caller');
    }, PATIENCE_MS));
}

test('what is known of a host holds while STS is away', () =>
  using(async (rig) => {
    const proof = await rig.proof(HOST);
    assert.equal(why(await rig.verify(proof)), 'caller');
    rig.sts.mood = 'fails';
    assert.equal(why(await rig.verify(proof)), 'caller');
    assert.equal(why(await rig.verify(await rig.proof(OTHER_ROLE))), 'unchecked');
  }));

test('where STS cannot be reached at all nobody comes in', () =>
  using(async (rig) => {
    const proof = await rig.proof(HOST);
    await rig.sts.close();
    assert.equal(why(await rig.verify(proof)), 'unchecked');
  }));

test('a flood of proofs is not asked about all at once', () =>
  using(async (rig) => {
    rig.sts.mood = 'hangs';
    const proofs = await Promise.all(
      Array.from({ length: 40 }, (_, at) => rig.proof({ ...HOST, secretAccessKey: `guess-${at}` })),
    );
    const results = await Promise.all(proofs.map((proof) => rig.verify(proof)));
    const reasons = results.map((one) => (one.kind === 'unchecked' ? one.why : one.kind));
    assert.equal(reasons.filter((one) => one === 'too many proofs are being checked').length, 8);
    assert.ok(rig.sts.asked.length <= 32);
  }, PATIENCE_MS));
