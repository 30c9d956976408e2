import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelCredentials } from '../core/control.ts';
import { UpstreamUnconfigured } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import { parsePolicy } from '../policy/index.ts';
import type { Policy } from '../policy/index.ts';
import { credentialChains } from './credential-chains.ts';
import { upstreamFor } from './upstream.ts';

const NONE: ModelCredentials = {
  anthropicApiKey: null,
  anthropicAuthToken: null,
  awsAccessKeyId: null,
  awsSecretAccessKey: null,
  awsSessionToken: null,
  awsProfile: null,
  awsBearerToken: null,
  googleAccessToken: null,
  googleCredentialsFile: null,
};

function policyOf(providers: string): Policy {
  const result = parsePolicy(`version: 1\nname: x\nproviders: ${providers}\n`);
  assert.ok(result.ok, JSON.stringify(result));
  return result.policy;
}

const VERTEX = policyOf('{use: vertex, vertex: {project: p-1, region: europe-west1}}');

test('without credentials of a session, or of its provider, there is no upstream', () => {
  const chains = credentialChains();
  assert.equal(upstreamFor(VERTEX, null, chains), null);
  assert.equal(upstreamFor(policyOf('{}'), { ...NONE, googleAccessToken: 't' }, chains), null);
});

test('Vertex is asked for its project and region with the token that the session brings', async () => {
  const upstream = upstreamFor(VERTEX, { ...NONE, googleAccessToken: 'ya29.x' }, credentialChains());
  assert.ok(upstream?.provider === 'vertex');
  assert.deepEqual(
    [upstream.baseUrl, upstream.project, upstream.location],
    ['https://europe-west1-aiplatform.googleapis.com', 'p-1', 'europe-west1'],
  );
  assert.equal(await upstream.bearer?.(), 'ya29.x');
});

test('keys of AWS that a session brings are used before any chain', async () => {
  const upstream = upstreamFor(
    policyOf('{use: bedrock}'),
    { ...NONE, awsAccessKeyId: 'A', awsSecretAccessKey: 's' },
    credentialChains(),
  );
  assert.ok(upstream?.provider === 'bedrock');
  assert.deepEqual(await upstream.credentials?.(), { accessKeyId: 'A', secretAccessKey: 's' });
});

test('a token is got with a file of credentials, kept while it is valid, and its failure is not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-google-'));
  t.after(() => rmSync(folder, { recursive: true }));
  let asked = 0;
  let status = 500;
  const issuer = http.createServer((request, response) => {
    asked += 1;
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? { access_token: 'issued', expires_in: 3_600 } : { error: 'no' }));
  });
  await new Promise<void>((resolve) => {
    issuer.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => issuer.close());
  const file = join(folder, 'key.json');
  const key = {
    type: 'external_account_authorized_user',
    audience: '//iam.googleapis.com/locations/global/workforcePools/p/providers/q',
    client_id: 'c',
    client_secret: 's',
    refresh_token: 'r',
    token_url: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/token`,
    token_info_url: 'http://127.0.0.1:1/',
  };
  writeFileSync(file, JSON.stringify(key));
  const chains = credentialChains();
  await assert.rejects(chains.google(file), (error) => {
    assert.ok(error instanceof UpstreamUnconfigured);
    assert.match(error.hint ?? '', /gcloud auth application-default login/);
    assert.ok(!error.message.includes(file));
    return true;
  });
  status = 200;
  const before = asked;
  assert.equal(await chains.google(file), 'issued');
  assert.equal(await chains.google(file), 'issued');
  assert.equal(asked, before + 1);
});

test('a file of credentials that is not there is told as such a fault, without its path', async () => {
  await assert.rejects(credentialChains().google('/nowhere/key.json'), (error) => {
    assert.ok(error instanceof UpstreamUnconfigured && !error.message.includes('nowhere'));
    return true;
  });
});

test('a central gateway is asked with a proof of this machine, whatever keys a session brings or lacks', async () => {
  const policy = policyOf(
    '{use: bedrock, bedrock: {region: eu-central-1, upstream: "https://gateway.agents.example.com", upstream_auth: aws-identity}}',
  );
  const asked: string[] = [];
  const chains = {
    ...credentialChains(),
    awsProof: (region: string, gateway: string) => {
      asked.push(`${region} ${gateway}`);
      return Promise.resolve('v1.proof');
    },
  };
  for (const given of [null, NONE, { ...NONE, awsAccessKeyId: 'A', awsSecretAccessKey: 's', awsBearerToken: 'b' }]) {
    const upstream = upstreamFor(policy, given, chains);
    assert.ok(upstream?.provider === 'bedrock');
    assert.deepEqual(
      [upstream.baseUrl, upstream.credentials, upstream.bearer],
      ['https://gateway.agents.example.com', null, undefined],
    );
    const session = 'ses_01jcx3v8k0w5z7q2m4n6p8r0st' as SessionId;
    assert.deepEqual(await upstream.proof?.('gateway.agents.example.com', session), [
      ['x-sallyport-identity', 'v1.proof'],
      ['x-sallyport-session', session],
    ]);
  }
  assert.deepEqual(new Set(asked), new Set(['eu-central-1 gateway.agents.example.com']));
});
