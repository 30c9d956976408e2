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
  decide: ['core'],
  guard: ['core', 'decide'],
  gateway: ['core'],
  audit: ['core'],
  session: ['core'],
  drill: ['core'],
  cli: ['core', 'policy', 'compile', 'decide', 'audit', 'session', 'drill', 'bin'],
  bin: ['core', 'policy', 'compile', 'decide', 'guard', 'gateway', 'audit', 'session', 'cli', 'drill'],
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

test('rooms that must be pure open no file, socket, process or clock', () => {
  const faults: string[] = [];
  for (const file of sources.filter((name) => /^src\/(core|policy|compile|decide)\//.test(name) && !isTest(name))) {
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
