import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanner } from '../scan/scanner.ts';
import { SECRET_DETECTORS } from './index.ts';

const INPUT_BYTES = 100_000;
/** A hundred times what is usual: a machine under load passes, anything quadratic does not. */
const MOST_MS = 4000;
const SCENE = { source: 'web-page', path: '.pgpass' } as const;

function filled(unit: string): string {
  return unit.repeat(Math.ceil(INPUT_BYTES / unit.length)).slice(0, INPUT_BYTES);
}

for (const detector of SECRET_DETECTORS) {
  const id = detector.how === 'keyword' ? detector.id : detector.ids[0];
  const keywords =
    detector.how === 'keyword' ? [detector.keywords[0] ?? '', detector.keywords.at(-1) ?? ''] : ['.', 'M'];
  test(`${id ?? ''} is done with ${INPUT_BYTES} bytes of its worst input in time`, () => {
    const alone = scanner([detector]);
    for (const unit of keywords.flatMap((each) => [
      each,
      `${each} = "`,
      `${each.toUpperCase()}A1b2C3d4`,
      `${each}${' '.repeat(70)}`,
    ])) {
      const startedMs = performance.now();
      alone.scan(Buffer.from(filled(unit), 'latin1'), SCENE);
      assert.ok(performance.now() - startedMs < MOST_MS);
    }
  });
}

test('all together are done with long lines of one kind in time', () => {
  const all = scanner(SECRET_DETECTORS);
  for (const unit of [
    'a',
    '"',
    '=',
    'QUJD',
    '0f',
    '://',
    '@:',
    'key=',
    'eyJ.',
    '.aaaaaa',
    '-----BEGIN ',
    'password="',
    "' + '",
    '-----BEGIN PRIVATE KEY-----',
    '-----END PRIVATE KEY-----',
    'a -----END PRIVATE KEY----',
    ` MHcCAQEE${'aB3'.repeat(12)}`,
    `Private-Lines: 9\n${'aB3/'.repeat(16)}\n`,
    `1:${'aB3/'.repeat(16)}\n`,
    `${'aB3/'.repeat(16)},`,
    '\u001b[m',
    'a\u001b[0m',
    `${'a\u001b[0m'.repeat(100)} `,
    '%5f',
    `${'ghp_%5f'.repeat(40)} `,
    '&#95;',
    'é\u200b',
  ]) {
    const startedMs = performance.now();
    all.scan(Buffer.from(filled(unit)), SCENE);
    assert.ok(performance.now() - startedMs < MOST_MS, unit);
  }
});
