import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { campaign } from '../fuzz/campaign.ts';
import { FUZZ_ENTRIES } from '../fuzz/entries.ts';
import { promise } from '../fuzz/entry.ts';
import type { FuzzEntry } from '../fuzz/entry.ts';
import { ownMaterial } from '../fuzz/material.ts';

const EXECUTIONS = process.env['SLOW'] === '1' ? 20_000 : 300;
const FUZZ = fileURLToPath(new URL('../scripts/fuzz.ts', import.meta.url));

for (const entry of FUZZ_ENTRIES)
  test(`${entry.name}: ${entry.about}`, async () => {
    const { executions, findings } = await campaign({
      entry,
      material: ownMaterial(),
      seed: 20_261_121,
      seedsMost: EXECUTIONS / 4,
      goesOn: (count) => count < EXECUTIONS,
      isThorough: false,
    });
    assert.ok(executions >= EXECUTIONS);
    assert.deepEqual(
      findings.map(({ fault }) => fault),
      [],
    );
  });

/** Breaks its promise where a text has an `x` and, behind it, a `y`. */
const brittle: FuzzEntry = {
  name: 'brittle',
  about: 'breaks on purpose',
  maxBytes: 1000,
  most: { baseMs: 1000, msPerMb: 1_000_000 },
  open: () => ({
    seeds: [Buffer.from('a text to begin with')],
    words: [Buffer.from('x'), Buffer.from('y')],
    run(input) {
      const text = Buffer.from(input).toString('latin1');
      promise(!/x.*y/s.test(text), 'an x has a y behind it');
      return text.includes('x') ? 'has an x' : '';
    },
  }),
};

test('a fault is found, told once, and its input made as short as it can be', async () => {
  const plan = { entry: brittle, material: ownMaterial(), seed: 3, seedsMost: 10, isThorough: true };
  const { findings } = await campaign({ ...plan, goesOn: (count) => count < 3000 });
  assert.deepEqual(
    findings.map(({ fault, input }) => [fault, Buffer.from(input).toString()]),
    [['promise: an x has a y behind it', 'xy']],
  );
});

test('one seed gives one run', async () => {
  const ran: string[][] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const inputs: string[] = [];
    await campaign({
      entry: { ...brittle, open: () => ({ ...brittle.open(ownMaterial()), run: () => '' }) },
      material: ownMaterial(),
      seed: 5,
      seedsMost: 10,
      isThorough: false,
      goesOn: (count) => count < 200,
      running: (input) => void inputs.push(Buffer.from(input).toString('base64')),
    });
    ran.push(inputs);
  }
  assert.deepEqual(ran[0], ran[1]);
});

test('an entry that is slower than its bound is a finding', async () => {
  const slow: FuzzEntry = {
    ...brittle,
    most: { baseMs: 1, msPerMb: 0 },
    open: () => ({
      seeds: [Buffer.from('a')],
      words: [],
      run: (_, watch) =>
        watch.time(() => {
          const until = performance.now() + 20;
          while (performance.now() < until);
          return '';
        }),
    }),
  };
  const plan = { entry: slow, material: ownMaterial(), seed: 1, seedsMost: 1, isThorough: false };
  const { findings } = await campaign({ ...plan, goesOn: (count) => count < 2 });
  assert.deepEqual(
    findings.map(({ fault }) => fault),
    ['time: an input takes longer than the bound of its entry'],
  );
});

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function fuzz(...words: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, [FUZZ, ...words], { encoding: 'utf8', timeout: 120_000 });
}

test('the command runs an entry for a while, and says so in JSON', () => {
  const { status, stdout } = fuzz('gateway-body', '--minutes', '0.02', '--json', '--out', folder);
  assert.equal(status, 0);
  const { entry, executions, findings } = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  assert.ok(entry === 'gateway-body' && Number(executions) > 0);
  assert.deepEqual(findings, []);
});

test('the command runs one input again', () => {
  const file = join(folder, 'input.bin');
  writeFileSync(file, '{"messages":[]}');
  const { status, stdout } = fuzz('gateway-body', '--replay', file);
  assert.equal(status, 0);
  assert.match(stdout, /^nothing is wrong; /);
});

for (const words of [['no-such-entry'], ['scan', '--minutes', '0']])
  test(`the command takes no: ${words.join(' ')}`, () => assert.equal(fuzz(...words).status, 2));
