import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decideLine } from './default-policy.test.ts';

const FOLDER = new URL('../../../shared/data/commands/', import.meta.url);
const skip = existsSync(FOLDER)
  ? false
  : 'the public command lists are not on this machine; ordinary-commands.test.ts has our own';

/** Largest share of documented ordinary commands that may be denied without the policy meaning to. */
const MAX_FALSE_DENIALS = 0.01;

/**
 * The rules of the default policy whose denials of ordinary commands are meant, each with those of its denials that
 * are not: told from reading what each rule denied. A rule that is not named here means none of them.
 */
const MEANT: ReadonlyMap<string, RegExp | null> = new Map([
  ['shell/privilege', /^su --help$|^doas -L$/],
  ['shell/lateral', /^ssh-add -l$|^ssh-keygen -R /],
  ['device/raw', /^fsck -q|^udisksctl info|luksDump|--print-serial|^bwrap /],
  // Fetching is not copying out, although the same programs do both.
  [
    'shell/copy-out',
    / help$|^s3cmd (?:ls|--configure)|(?:cp|mv|sync) [sg]+3?:\/\/\S+ (?![sg]+3?:)|^scp (?:-\S+ )*\S+:\S+ [^:]+$|^rsync .*:\S+ [^:]+$/,
  ],
  ['shell/persistence', /--check$|^systemctl start /],
  ['persistence/startup-file', /^rankmirrors|^ssh-keygen .* -l /],
  ['secrets/key-file', /certificate\.pem|--certificate|-pubout/],
  ['shell/raw-network', null],
  ['container/escape', /^ctr images/],
  ['shell/tunnel', /--version$/],
  ['shell/destroy', /^mkfs\.erofs|--help$|--list-types$/],
  ['git/force-push', null],
  ['git/skip-checks', /--unset|alias\.unstage$/],
  ['shell/download-to-file', null],
  ['shell/pipe-to-interpreter', null],
  ['shell/upload', null],
  ['history/file', /^users /],
  ['audit/tamper', null],
  ['shell/open-permissions', null],
  ['secrets/environment-file', null],
  ['secrets/home-folder', null],
  ['secrets/credential-file', /^(?:doppler|ykman) /],
]);

interface Row {
  readonly command: string;
  readonly label: string;
}

interface Judged extends Row {
  readonly verdict: string;
  readonly ruleId: string;
}

function judged(file: string): readonly Judged[] {
  return readFileSync(new URL(file, FOLDER), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const row = JSON.parse(line) as Row;
      const { verdict, ruleId } = decideLine(row.command);
      return { ...row, verdict, ruleId };
    });
}

function shares(rows: readonly Judged[]): string {
  const share = (verdict: string): string => {
    const count = rows.filter((row) => row.verdict === verdict).length;
    return `${verdict} ${count} (${((100 * count) / rows.length).toFixed(1)} %)`;
  };
  return `${rows.length} rows: ${['deny', 'ask', 'allow'].map(share).join(', ')}`;
}

/** What bash itself refuses to read runs nothing, denied or not: key presses in a manual, for one. Nothing is run here. */
function isNoCommand(command: string): boolean {
  return spawnSync('bash', ['-n'], { input: command, timeout: 5_000 }).status !== 0;
}

function isMeant({ ruleId, command }: Judged): boolean {
  const but = MEANT.get(ruleId);
  if (ruleId === 'decide/unreadable-command') return isNoCommand(command);
  return but !== undefined && but?.test(command) !== true;
}

test('documented ordinary commands are denied only where the policy means it', { skip }, (t) => {
  const rows = judged('tldr.jsonl');
  const denied = rows.filter(({ verdict }) => verdict === 'deny');
  const falsely = denied.filter((row) => !isMeant(row));
  const share = falsely.length / rows.length;
  t.diagnostic(shares(rows));
  t.diagnostic(`denied without meaning to: ${falsely.length} (${(100 * share).toFixed(2)} %)`);
  const counts = new Map<string, number>();
  for (const { ruleId } of denied) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
  t.diagnostic(
    [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([id, count]) => `${id} ${count}`)
      .join(', '),
  );
  assert.ok(share < MAX_FALSE_DENIALS, `${falsely.length} of ${rows.length}`);
});

for (const { file, label, mostAllowed } of [
  { file: 'claude-code-safety-net.jsonl', label: 'dangerous', mostAllowed: 0.09 },
  { file: 'atomic-red-team.jsonl', label: 'dangerous', mostAllowed: 0.05 },
]) {
  test(`few commands that others call ${label} are plainly allowed: ${file}`, { skip }, (t) => {
    const all = judged(file);
    for (const each of new Set(all.map((row) => row.label)))
      t.diagnostic(`${each}: ${shares(all.filter((row) => row.label === each))}`);
    const rows = all.filter((row) => row.label === label);
    assert.ok(rows.filter(({ verdict }) => verdict === 'allow').length <= rows.length * mostAllowed);
  });
}
