import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundleBody, compileBundle, MAX_BUNDLE_BYTES, signedBytes, signedDocument } from '../compile/index.ts';
import { BundleRefused, StoreFailed, UsageError } from '../core/error.ts';
import { parseLayers } from '../policy/index.ts';
import { makeSigningKey, readSigningKey } from './bundle-keys.ts';
import { sha256 } from './load-policy.ts';
import { parseBundleSource, pullBundle } from './pull-bundle.ts';
import type { PullPorts } from './pull-bundle.ts';

const PORTS: PullPorts = {
  chains: { aws: () => Promise.resolve({ accessKeyId: 'AKID', secretAccessKey: 'secret' }) },
  region: 'eu-central-1',
  endpoint: null,
};

for (const { name, text, want } of [
  { name: 'a path', text: 'a/b.json', want: { kind: 'file', path: 'a/b.json' } },
  { name: 'an address', text: 'https://x.example/b', want: { kind: 'https', url: 'https://x.example/b' } },
  { name: 'a bucket', text: 's3://bucket/a/b.json', want: { kind: 's3', bucket: 'bucket', key: 'a/b.json' } },
  { name: 'loopback without TLS', text: 'http://127.0.0.1:1/b', want: { kind: 'https', url: 'http://127.0.0.1:1/b' } },
  { name: 'no TLS', text: 'http://x.example/b', want: null },
  { name: 'a host that only begins like loopback', text: 'http://127.0.0.1.x.example/b', want: null },
  { name: 'a password', text: 'https://u:p@x.example/b', want: null },
  { name: 'another scheme', text: 'ftp://x.example/b', want: null },
  { name: 'a bucket without a key', text: 's3://bucket', want: null },
  { name: 'a bucket with a query', text: 's3://bucket/a?versionId=1', want: null },
] as const) {
  test(`where a bundle comes from: ${name}`, () => {
    if (want === null) assert.throws(() => parseBundleSource(text), UsageError);
    else assert.deepEqual(parseBundleSource(text), want);
  });
}

test('a bundle is put in its place whole, once, and never an older one', async (t) => {
  const { folder, place, sign } = stage(t);
  const source = join(folder, 'offered.json');
  const pull = (): ReturnType<typeof pullBundle> => pullBundle(parseBundleSource(source), place, PORTS);
  writeFileSync(source, sign(2));
  assert.equal((await pull()).state, 'new');
  assert.deepEqual(readFileSync(place.outFile), readFileSync(source));
  const before = statSync(place.outFile);
  assert.equal((await pull()).state, 'unchanged');
  assert.equal(statSync(place.outFile).ino, before.ino);

  writeFileSync(source, sign(1));
  await assert.rejects(pull(), isRefused('BUNDLE_ROLLBACK', /sequence 1 is not above 2/));
  writeFileSync(source, sign(2, 'other'));
  await assert.rejects(pull(), isRefused('BUNDLE_ROLLBACK', /sequence 2 is not above 2/));
  writeFileSync(source, Buffer.from(sign(3)).subarray(0, -9));
  await assert.rejects(pull(), isRefused('BUNDLE_ALTERED', /refused/));
  writeFileSync(source, Buffer.from(sign(3)).toString().replace('"sequence":3', '"sequence":4'));
  await assert.rejects(pull(), isRefused('BUNDLE_ALTERED', /signature/));
  assert.equal(statSync(place.outFile).ino, before.ino);

  writeFileSync(source, sign(3));
  assert.equal((await pull()).signed.issue.sequence, 3);
});

test('a bundle of another key, and a file that is no bundle, are left alone', async (t) => {
  const { folder, place, sign } = stage(t);
  const { trustFile } = makeSigningKey(join(folder, 'other'));
  const source = join(folder, 'offered.json');
  writeFileSync(source, sign(1));
  const asked = parseBundleSource(source);
  await assert.rejects(pullBundle(asked, { ...place, trustFile }, PORTS), isRefused('BUNDLE_KEY', /another key/));
  writeFileSync(place.outFile, 'mine\n');
  await assert.rejects(pullBundle(asked, place, PORTS), UsageError);
  assert.equal(readFileSync(place.outFile, 'utf8'), 'mine\n');
});

test('what a server answers that is no bundle is none', async (t) => {
  const { place, sign } = stage(t);
  for (const { name, answer, want, timeoutMs } of [
    { name: 'a bundle', answer: ((_q, r) => r.end(sign(1))) as RequestListener, want: null },
    { name: 'not there', answer: ((_q, r) => r.writeHead(404).end()) as RequestListener, want: /the answer is 404/ },
    {
      name: 'sent elsewhere',
      answer: ((q, r) => {
        if (q.url === '/there') r.end(sign(9));
        else r.writeHead(302, { location: '/there' }).end();
      }) as RequestListener,
      want: /cannot be had/,
    },
    {
      name: 'without an end',
      answer: ((_q, r) => pour(r)) as RequestListener,
      want: /larger than/,
    },
    {
      name: 'cut',
      answer: ((_q, r) => {
        r.writeHead(200, { 'content-length': '9999' });
        r.write('{', () => r.destroy());
      }) as RequestListener,
      want: /cannot be had/,
    },
    { name: 'silent', answer: (() => undefined) as RequestListener, want: /not come in time/, timeoutMs: 300 },
  ]) {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/b`;
    const asked = pullBundle(parseBundleSource(url), place, {
      ...PORTS,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    if (want === null) assert.equal((await asked).state, 'new', name);
    else await assert.rejects(asked, (error) => error instanceof StoreFailed && want.test(error.message), name);
    server.closeAllConnections();
    server.close();
  }
  assert.equal(readFileSync(place.outFile).includes('"sequence":1'), true);
});

test('a bucket gives a bundle', async (t) => {
  const { place, sign } = stage(t);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url?.split('?')[0]} ${request.headers.range}`);
    const bytes = sign(5);
    const { length } = bytes;
    response
      .writeHead(206, { 'content-length': length, 'content-range': `bytes 0-${length - 1}/${length}` })
      .end(bytes);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = parseBundleSource('s3://bundles/host/current.json');
  const { signed } = await pullBundle(source, place, { ...PORTS, endpoint });
  assert.equal(signed.issue.sequence, 5);
  assert.deepEqual(asked, [`GET /bundles/host/current.json bytes=0-${MAX_BUNDLE_BYTES}`]);
  await assert.rejects(pullBundle(source, place, { ...PORTS, endpoint, region: null }), UsageError);
  server.closeAllConnections();
});

function pour(response: Parameters<RequestListener>[1]): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

function stage(t: { after(fn: () => void): void }): {
  readonly folder: string;
  readonly place: { readonly trustFile: string; readonly outFile: string };
  readonly sign: (sequence: number, name?: string) => Uint8Array;
} {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pull-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { keyFile, trustFile } = makeSigningKey(join(folder, 'keys'));
  const key = readSigningKey(keyFile);
  return {
    folder,
    place: { trustFile, outFile: join(folder, 'current.json') },
    sign(sequence, name = 'pulled') {
      const text = Buffer.from(`version: 1\nname: ${name}\n`);
      const parsed = parseLayers([{ file: 'policy.yaml', bytes: text }], 0);
      assert.ok(parsed.ok);
      const body = bundleBody(compileBundle(parsed.policy, sha256), { keyId: key.keyId, sequence, issuedAtMs: 1 });
      return signedDocument(body, key.sign(signedBytes(body)));
    },
  };
}

function isRefused(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof BundleRefused && error.code === code && message.test(error.message);
}
