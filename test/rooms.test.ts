import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

/** Which rooms a room may import. A missing arrow is a promise: the guard cannot reach the log but through a port. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  policy: ['core'],
  compile: ['core', 'policy'],
  import: ['core', 'policy'],
  decide: ['core'],
  detect: ['core', 'decide'],
  engines: ['core'],
  guard: ['core', 'decide'],
  gateway: ['core', 'mask'],
  identity: ['core'],
  relay: ['core', 'gateway', 'identity'],
  records: ['core'],
  ocsf: ['core', 'records'],
  audit: ['core', 'tlog'],
  verify: ['core', 'tlog', 'audit'],
  deliver: ['core', 'tlog', 'audit', 'ocsf'],
  query: ['core', 'tlog', 'audit'],
  session: ['core'],
  drill: ['core'],
  cases: ['core', 'decide'],
  explain: ['core', 'decide'],
  analyse: ['core', 'decide'],
  predict: ['core'],
  lint: ['core', 'policy', 'compile', 'decide', 'predict', 'analyse'],
  seal: ['core'],
  mask: ['core'],
  ca: ['core'],
  telemetry: ['core'],
  documents: ['core'],
  replay: ['core', 'decide'],
  tlog: ['core'],
  reconcile: ['core'],
  observe: ['core'],
  witness: ['core', 'tlog'],
  cli: [
    'identity',
    'tlog',
    'witness',
    'core',
    'policy',
    'compile',
    'import',
    'decide',
    'audit',
    'session',
    'drill',
    'bin',
    'guard',
    'replay',
    'cases',
    'explain',
    'analyse',
    'predict',
    'relay',
    'detect',
    'lint',
    'ca',
    'deliver',
    'records',
    'ocsf',
    'query',
    'verify',
  ],
  bin: [
    'identity',
    'relay',
    'reconcile',
    'observe',
    'tlog',
    'witness',
    'core',
    'policy',
    'compile',
    'decide',
    'guard',
    'gateway',
    'audit',
    'session',
    'cli',
    'drill',
    'seal',
    'replay',
    'lint',
    'detect',
    'engines',
    'mask',
    'telemetry',
    'documents',
    'ca',
    'deliver',
    'records',
    'ocsf',
    'verify',
  ],
};

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = globSync('src/**/*.ts', { cwd: root }).sort();
const isTest = (file: string): boolean => file.endsWith('.test.ts');

test('every folder under src is a room with its arrows written down', () => {
  const rooms = new Set(sources.map(roomOf));
  assert.deepEqual([...rooms].sort(), Object.keys(ARROWS).sort());
});

test('a room imports only the rooms that its arrows name, and only by their door', () => {
  const faults: string[] = [];
  for (const file of sources.filter((name) => !isTest(name))) {
    for (const target of importsOf(file)) {
      const [from, to] = [roomOf(file), roomOf(target)];
      if (from === to) continue;
      if (!(ARROWS[from] ?? []).includes(to)) faults.push(`${file} imports ${target}: no arrow ${from} -> ${to}`);
      if (to !== 'core' && to !== 'bin' && to !== 'cli' && !target.endsWith('/index.ts')) {
        faults.push(`${file} imports ${target}: not the door`);
      }
    }
  }
  assert.deepEqual(faults, []);
});

test('only the root of the program imports the commands, and nothing imports that root', () => {
  const root = 'src/bin/cli.ts';
  const edges = sources.filter((file) => !isTest(file)).flatMap((file) => importsOf(file).map((to) => ({ file, to })));
  assert.deepEqual(
    edges.filter(({ file, to }) => to === root || (roomOf(to) === 'cli' && roomOf(file) !== 'cli' && file !== root)),
    [],
  );
});

test('rooms that must be pure open no file, socket, process or clock', () => {
  const faults: string[] = [];
  for (const file of sources.filter(
    (name) =>
      /^src\/(core|policy|compile|decide|import|analyse|lint|predict|detect|mask|tlog|records|ocsf)\//.test(name) &&
      !isTest(name),
  )) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const word of [
      /from 'node:(fs|net|http|https|child_process|os|process|tls|dgram)/,
      /\bDate\.now\(/,
      /\bnew Date\(\)/,
      /Math\.random\(/,
      /\bprocess\./,
    ]) {
      if (word.test(text)) faults.push(`${file} uses ${word.source}`);
    }
  }
  assert.deepEqual(faults, []);
});

function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  // Only statements at the start of a line: a source may hold the text of another program.
  return [
    ...text.matchAll(
      /^(?:import|export|\}) ?(?:.*from )?'(\.{1,2}\/[^']+\.ts)'|await import\('(\.{1,2}\/[^']+\.ts)'\)/gm,
    ),
  ]
    .map((match) => normalize(join(dirname(file), match[1] ?? match[2] ?? '')))
    .filter((target) => target.startsWith('src/'));
}
