import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { IMPORT_CODES } from '../src/import/index.ts';
import { ROOT, makeHome, sallyport } from './daemon-process.ts';

const SETTINGS = '{\n  "permissions": {\n    "deny": ["Bash(git:push:-f:*)"]\n  },\n  "colour": 1\n}\n';

test('the command writes the policy, says what became of each entry, and overwrites nothing', (t) => {
  const home = makeHome(t);
  writeFileSync(join(home.folder, 'settings.json'), SETTINGS);
  const words = ['policy', 'import', 'settings.json', '--out', 'p.yaml', '--name', 'mine'];
  const ran = sallyport(home, words);
  assert.equal(ran.status, 0, ran.stderr);
  assert.equal(ran.stdout, '');
  assert.match(
    ran.stderr,
    /^settings\.json:3:14: note: permissions\.deny\[0\]: `Bash\(git:push:-f:\*\)` \[import\/widened\]$/m,
  );
  assert.match(ran.stderr, /^ {2}client: matches nothing: /m);
  assert.match(ran.stderr, /^ {2}became: commands\.deny imported\/git-force-push$/m);
  assert.match(ran.stderr, /^settings\.json:5:13: warning: colour: `1` \[import\/unknown-key\]$/m);
  const policy = readFileSync(join(home.folder, 'p.yaml'), 'utf8');
  assert.match(policy, /# settings\.json:3 Bash\(git:push:-f:\*\)\n {4}- id: imported\/git-force-push/);
  assert.match(sallyport(home, ['policy', 'check', 'p.yaml']).stdout, /^mine: no fault/);

  const again = sallyport(home, words);
  assert.equal(again.status, 2);
  assert.match(again.stderr, /is there already/);
});

test('JSON holds the policy and the diagnostics; a file that cannot be read or imported is exit 1', (t) => {
  const home = makeHome(t);
  writeFileSync(join(home.folder, 'settings.json'), SETTINGS);
  writeFileSync(join(home.folder, 'broken.json'), '{"permissions":');
  const ran = sallyport(home, ['policy', 'import', 'settings.json', '--json']);
  const { policy, diagnostics } = JSON.parse(ran.stdout) as {
    policy: string;
    diagnostics: readonly { path: string }[];
  };
  assert.match(policy, /^name: imported$/m);
  assert.deepEqual(
    diagnostics.map(({ path }) => path),
    ['permissions.deny[0]', 'colour'],
  );

  const broken = sallyport(home, ['policy', 'import', 'settings.json', 'broken.json', '--out', 'p.yaml']);
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /^broken\.json:1:16: error: the text ends where a value belongs \[import\/syntax\]$/m);
  assert.equal(existsSync(join(home.folder, 'p.yaml')), false);
  const missing = sallyport(home, ['policy', 'import', 'missing.json']);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /^missing\.json:1:1: error: the file cannot be read \[import\/not-readable\]$/m);
  assert.equal(sallyport(home, ['policy', 'import', 'settings.json', '--name', 'No Name']).status, 2);
});

test('the guide names every code', () => {
  const guide = readFileSync(join(ROOT, 'docs', 'import.md'), 'utf8');
  const named = [...guide.matchAll(/^\| `(import\/[\w-]+)` +\|/gm)].map(([, code]) => code);
  assert.deepEqual(new Set(named), new Set(IMPORT_CODES));
});
