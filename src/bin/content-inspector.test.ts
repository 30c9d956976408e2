import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedHash } from '../detect/index.ts';
import type { Inspection, PassingText } from '../guard/index.ts';
import { parsePolicy } from '../policy/index.ts';
import type { Policy } from '../policy/index.ts';
import { contentInspector } from './content-inspector.ts';
import type { ContentInspector } from './content-inspector.ts';
import { OWN_ENGINES } from './guard-policy.ts';
import { scanThread } from './scan-thread.ts';

/** A token of a provider's form, made here so that no file of the project holds one. */
const TOKEN = ['ghp', `${'aB3dE5gH7j'.repeat(3)}k9Lm2P`].join('_');
const LONG = `${'a line of words\n'.repeat(20_000)}token ${TOKEN}\n`;

function policy(text: string): Policy {
  const result = parsePolicy(`version: 1\nname: test\n${text}`);
  assert.ok(result.ok, JSON.stringify(result));
  return result.policy;
}

function inspectorFor(t: { after(fn: () => Promise<void>): void }, text: string): ContentInspector {
  const inspector = contentInspector(policy(text), 'digest', OWN_ENGINES);
  t.after(() => inspector.close());
  return inspector;
}

const passing = (text: string, place: PassingText['place'] = 'tool-result'): PassingText => ({
  text,
  place,
  source: 'tool-result',
  path: null,
});
const idsOf = (inspection: Inspection | null): readonly string[] =>
  (inspection?.findings ?? []).map(({ detectorId }) => detectorId);

test('a policy that asks for nothing has nothing looked at', async (t) => {
  for (const text of ['', 'dlp: { secret: allow }\n']) {
    const inspector = inspectorFor(t, text);
    assert.equal(inspector.isNeeded, false);
    assert.equal(await inspector.inspect(passing(TOKEN)), null);
  }
});

test('short and long texts are looked at alike, by what the policy asks for alone', async (t) => {
  const inspector = inspectorFor(t, 'dlp: { secret: redact }\n');
  for (const text of [`token ${TOKEN}`, LONG]) {
    const inspection = await inspector.inspect(passing(text));
    const [finding] = inspection?.findings ?? [];
    assert.deepEqual(idsOf(inspection), ['secret/github-token']);
    assert.equal(text.slice(finding?.startUtf16, finding?.endUtf16), TOKEN);
  }
  assert.deepEqual(idsOf(await inspector.inspect(passing('mail jane.doe@example.com'))), []);
});

test('many long texts at once all get their own answer', async (t) => {
  const inspector = inspectorFor(t, 'dlp: { secret: redact }\n');
  const texts = Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? LONG : LONG.replace(TOKEN, 'nothing')));
  const all = await Promise.all(texts.map((text) => inspector.inspect(passing(text))));
  assert.deepEqual(
    all.map((one) => idsOf(one).length),
    [1, 0, 1, 0, 1, 0],
  );
});

test("a company's own words are found, and values that may pass are not", async (t) => {
  const salt = '5a'.repeat(16);
  const hash = allowedHash(Buffer.from(salt, 'hex'), Buffer.from(TOKEN));
  const inspector = inspectorFor(
    t,
    `dlp: { secret: redact, company: block, allowed: { salt: '${salt}', hashes: ['${hash}'] } }\n` +
      `company: { words: { names: [Bluebird] }, patterns: { contract: 'CTR-[0-9]{6}' } }\n`,
  );
  const inspection = await inspector.inspect(passing(`${TOKEN} of blueBird, CTR-123456`));
  assert.deepEqual(idsOf(inspection).toSorted(), ['company/contract', 'company/names']);
});

test('an engine is asked where the policy says, and one that does not run is named where it must', async (t) => {
  const engines =
    'engines:\n' +
    '  - { name: must, kind: gitleaks, command: [/nonexistent/gitleaks], at: [prompt] }\n' +
    '  - { name: may, kind: lakera, url: "http://127.0.0.1:9", key_env: NO_SUCH_KEY, on_failure: embedded-only, at: [prompt, tool-input] }\n';
  const inspector = inspectorFor(t, engines);
  assert.equal(await inspector.inspect(passing('x')), null);
  const prompt = await inspector.inspect(passing('x', 'prompt'));
  assert.equal(prompt?.missing, 'must');
  assert.deepEqual(
    prompt?.engines.map(({ engine, outcome, reason }) => [engine, outcome, reason]),
    [
      ['may', 'failed', 'no-key'],
      ['must', 'failed', 'not-started'],
    ],
  );
  assert.equal((await inspector.inspect(passing('x', 'tool-input')))?.missing, null);
});

test('a text that takes too long, and one too many, are not looked at, and the next one is', async () => {
  const sections = policy('dlp: { secret: redact }\n');
  const hurried = scanThread(sections, { limitMs: 1, maxWaiting: 4 });
  const scene = { source: 'tool-result', path: null } as const;
  await assert.rejects(hurried.scan(Buffer.from(LONG), scene), /took too long/);
  await assert.rejects(hurried.scan(Buffer.from(LONG), scene), /took too long/);
  await hurried.close();

  const thread = scanThread(sections, { limitMs: 60_000, maxWaiting: 1 });
  const first = thread.scan(Buffer.from(LONG), scene);
  await assert.rejects(thread.scan(Buffer.from(LONG), scene), /too many texts/);
  assert.equal((await first).length, 1);
  assert.equal((await thread.scan(Buffer.from(LONG), scene)).length, 1);
  await thread.close();
});
