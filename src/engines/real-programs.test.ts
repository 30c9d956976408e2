import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import type { Engine, EngineAnswer } from './engine.ts';
import { leaksEngine } from './leaks-engine.ts';
import { WIDE_LIMITS, madeToken, utf8 } from './scripted-engines.ts';
import { trufflehogEngine } from './trufflehog-engine.ts';

/** Where `go install` puts programs is not always on the path. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), join(homedir(), 'go', 'bin')];
const placeOf = (name: string): string | null =>
  FOLDERS.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;

const ENGINES: Readonly<Record<string, (file: string) => Engine>> = {
  gitleaks: (file) => leaksEngine({ ...WIDE_LIMITS, kind: 'gitleaks', command: [file] }),
  betterleaks: (file) => leaksEngine({ ...WIDE_LIMITS, kind: 'betterleaks', command: [file] }),
  trufflehog: (file) => trufflehogEngine({ ...WIDE_LIMITS, kind: 'trufflehog', command: [file], isVerifying: false }),
};

const NOT_THERE: Readonly<Record<string, string>> = {
  trufflehog: 'trufflehog is not installed: building it takes 11 minutes, so it is tested where it is on PATH',
};

for (const [name, engineAt] of Object.entries(ENGINES)) {
  const file = placeOf(name);
  const skip = file === null ? (NOT_THERE[name] ?? `${name} is not installed`) : false;
  const scan = (text: Uint8Array): Promise<EngineAnswer> =>
    engineAt(file ?? name).scan(text, { signal: AbortSignal.timeout(60_000) });
  const tokens = [madeToken(11), madeToken(12), madeToken(13)] as const;

  const assertFound = async (text: Uint8Array, wanted: readonly string[]): Promise<void> => {
    const answer = await scan(text);
    assert.equal(answer.kind, 'ran', JSON.stringify(answer));
    if (answer.kind !== 'ran') return;
    for (const [index, token] of wanted.entries()) {
      const start = Buffer.from(text).indexOf(token);
      assert.ok(
        answer.findings.some(({ startByte, endByte }) => startByte === start && endByte === start + token.length),
        `token ${index} is not at its place`,
      );
    }
  };

  test(`the real ${name} finds tokens at their places`, { skip }, async () => {
    await assertFound(
      utf8(`tök = "${tokens[0]}"\n\r\n😀 key: "${tokens[1]}" # gitleaks:allow\nlast = "${tokens[2]}"`),
      tokens,
    );
    await assertFound(utf8(`"${tokens[0]}"`), [tokens[0]]);
  });

  test(`the real ${name} finds tokens in a text of several of its chunks`, { skip }, async () => {
    const filler = 'const value = compute(input, 12);\n'.repeat(9_000);
    await assertFound(utf8(`${filler}a = "${tokens[0]}"\n${filler}b = "${tokens[1]}"\n`), [tokens[0], tokens[1]]);
  });

  test(`the real ${name} finds nothing in a text that holds nothing, and in none`, { skip }, async () => {
    assert.deepEqual(await scan(utf8('just words\n')), { kind: 'ran', findings: [] });
    assert.deepEqual(await scan(utf8('')), { kind: 'ran', findings: [] });
  });

  test(
    `the real ${name} is not turned away by a text that begins like an archive or a document`,
    { skip },
    async () => {
      for (const head of ['%PDF-1.7\n', '\n%PDF-1.7\n', '\u001f\u008b', '\u007fELF']) {
        await assertFound(utf8(`${head}\nkey = "${tokens[0]}"\n`), [tokens[0]]);
      }
    },
  );
}
