import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { engineSet } from './engine-set.ts';
import type { EngineSetup, ServiceSetup } from './engine-setup.ts';
import { WIDE_LIMITS, madeToken, scriptedClock, utf8 } from './scripted-engines.ts';

/** A Python that has the services' packages; `scripts/install-engines.sh` makes one. */
const PYTHON = process.env['SALLYPORT_ENGINES_PYTHON'] ?? '';
/** Loading the packages takes a second or two; this is for a machine that is busy with everything else. */
const START_LIMIT_MS = 120_000;

const hasPackage = (name: string): Promise<boolean> =>
  new Promise((resolve) => {
    const script = `import importlib.util as util, sys; sys.exit(0 if util.find_spec('${name}') else 1)`;
    const asking = spawn(PYTHON, ['-c', script], { stdio: 'ignore' });
    asking.once('error', () => resolve(false)).once('exit', (status) => resolve(status === 0));
  });

async function whyNot(name: string): Promise<string | false> {
  if (!existsSync(PYTHON)) return 'SALLYPORT_ENGINES_PYTHON names no Python';
  return (await hasPackage(name)) ? false : `the Python of SALLYPORT_ENGINES_PYTHON has no ${name}`;
}

/** What the real service finds in each text: ids and the parts of the text. */
async function foundBy(kind: ServiceSetup['kind'], file: string, texts: readonly string[]): Promise<unknown[]> {
  const script = fileURLToPath(new URL(`real-services/${file}`, import.meta.url));
  // It ends when its standard input does, so it does not outlive this process either.
  const service = spawn(PYTHON, ['-B', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(service, 'exit');
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  limit.addEventListener('abort', () => service.kill('SIGKILL'), { once: true });
  try {
    let port: string | undefined;
    for await (const line of createInterface({ input: service.stdout })) {
      port = /^port (\d+)$/.exec(line)?.[1];
      if (port !== undefined) break;
    }
    assert.ok(port !== undefined, 'the service ended before it said its port');
    const setup: EngineSetup = { ...WIDE_LIMITS, kind, url: `http://127.0.0.1:${port}`, keyEnv: null };
    const set = engineSet([setup], { clock: scriptedClock(), keyOf: () => null });
    const found: unknown[] = [];
    for (const text of texts) {
      const bytes = utf8(text);
      const answer = await set.scan(bytes, { signal: limit });
      assert.ok(
        answer.runs.every(({ outcome }) => outcome.kind === 'ran'),
        JSON.stringify(answer.runs),
      );
      found.push(
        answer.findings.map(({ detectorId, startByte, endByte, startUtf16, endUtf16 }) => {
          const part = new TextDecoder().decode(bytes.subarray(startByte, endByte));
          assert.equal(part, text.slice(startUtf16, endUtf16));
          return [detectorId, part === text ? 'the whole text' : part];
        }),
      );
    }
    return found;
  } finally {
    service.stdin.end();
    await ended;
  }
}

const noPresidio = await whyNot('presidio_analyzer');
test('the recognisers of Presidio find personal data at their places', { skip: noPresidio }, async () => {
  const [card, account] = [
    ['4111', '1111', '1111', '1111'].join(' '),
    ['DE89', '3704', '0044', '0532', '0130', '00'].join(''),
  ];
  const texts = [
    `😀 ä mail: jo@example.com\r\n卡 ${card}; ${account}`,
    'const total = compute(items, 12);',
    '',
    ' \0\u2028\ufeff',
    `${'word '.repeat(20_000)}jo@example.com`,
  ];
  const [first, ...others] = await foundBy('presidio', 'presidio_server.py', texts);
  assert.deepEqual(first, [
    ['pii/presidio-email-address', 'jo@example.com'],
    ['pii/presidio-url', 'example.com'],
    ['pii/presidio-credit-card', card],
    ['pii/presidio-iban-code', account],
  ]);
  assert.deepEqual(others, [
    [],
    [],
    [],
    [
      ['pii/presidio-email-address', 'jo@example.com'],
      ['pii/presidio-url', 'example.com'],
    ],
  ]);
});

const noGuard = await whyNot('llm_guard');
test('the scanners of LLM Guard that need no model object to a text, each in its area', { skip: noGuard }, async () => {
  const texts = [
    'const total = compute(items, 12);',
    `key = "${madeToken(21)}"`,
    'about Project Kestrel',
    'about CUST-123456',
    'a\u200bb',
    'Project Kestrel for CUST-123456',
    '',
    ' ',
  ];
  assert.deepEqual(await foundBy('llm-guard', 'llm_guard_server.py', texts), [
    [],
    [['secret/llm-guard-secrets', 'the whole text']],
    [['company/llm-guard-ban-substrings', 'the whole text']],
    [['company/llm-guard-regex', 'the whole text']],
    [['injection/llm-guard-invisible-text', 'the whole text']],
    [
      ['company/llm-guard-ban-substrings', 'the whole text'],
      ['company/llm-guard-regex', 'the whole text'],
    ],
    [],
    [],
  ]);
});
