import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../core/action.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { USUAL_SCENES, diffTables } from './diff-tables.ts';
import { calls, hosts, paths, run, table, tools } from './sample-table.ts';

interface Pair {
  readonly name: string;
  readonly before: Partial<RuleTable>;
  readonly after: Partial<RuleTable>;
  /** `from -> to: call`, all of them, in their order. */
  readonly want: readonly string[];
}

const { commands, files } = table();

const PAIRS: readonly Pair[] = [
  { name: 'nothing changes', before: {}, after: {}, want: [] },
  {
    name: 'a denial goes and what was allowed beneath shows',
    before: {},
    after: { commands: commands.slice(1) },
    want: ['deny -> allow: git push -f'],
  },
  {
    name: 'a denial comes',
    before: {},
    after: { commands: [...commands, run('deny', 'x/x', ['ls -R'])] },
    want: ['allow -> deny: ls -R'],
  },
  {
    name: 'a narrower denial beside a wider one changes nothing',
    before: {},
    after: { commands: [...commands, run('deny', 'x/x', ['git push -f x*'])] },
    want: [],
  },
  {
    name: 'a wider denial in place of a narrower one',
    before: {},
    after: { commands: [run('deny', 'git/force', ['git push']), ...commands.slice(1)] },
    want: ['allow -> deny: git push'],
  },
  {
    name: 'a question over an allowance',
    before: {},
    after: { commands: [...commands, run('ask', 'x/x', ['cat <any>'])] },
    want: ['allow -> ask: cat x'],
  },
  {
    name: 'braces written out change nothing',
    before: { commands: [run('deny', 'a/a', ['git {push,pull} {-f,--force}']), ...commands] },
    after: {
      commands: [run('deny', 'a/a', ['git push -f', 'git push --force', 'git pull {--force,-f}']), ...commands],
    },
    want: [],
  },
  {
    name: 'an allowance behind a denial is never heard',
    before: {},
    after: { commands: [...commands, run('allow', 'x/x', ['git push -f'])] },
    want: [],
  },
  {
    name: 'an exception to an allowance',
    before: {},
    after: { commands: [commands[0]!, { ...commands[1]!, unless: ['git stash'] }] },
    want: ['allow -> ask: git stash'],
  },
  {
    name: 'an exception to a denial',
    before: {},
    after: { commands: [{ ...commands[0]!, unless: ['git push -f mine'] }, commands[1]!] },
    want: ['deny -> allow: git push mine -f'],
  },
  {
    name: 'a rule goes into shadow',
    before: {},
    after: { commands: [{ ...commands[0]!, mode: 'shadow' }, commands[1]!] },
    want: ['deny -> allow: git push -f'],
  },
  {
    name: 'a download into a shell',
    before: { commands: [...commands, run('allow', 'x/x', ['sh'])] },
    after: { commands: [...commands, run('allow', 'x/x', ['sh']), run('deny', 'x/y', ['curl | sh'])] },
    want: ['ask -> deny: curl | sh'],
  },
  {
    name: 'a file that may be read',
    before: {},
    after: { files: [] },
    want: [
      'deny -> allow: read /home/dev/project/.env',
      'deny -> allow: write /home/dev/project/.env',
      'deny -> ask: read /.env',
      'deny -> ask: write /.env',
    ],
  },
  {
    name: 'a file that is left out',
    before: {},
    after: { files: [{ ...files[0]!, except: ['**/test/.env'] }] },
    want: [
      'deny -> allow: read /home/dev/project/test/.env',
      'deny -> allow: write /home/dev/project/test/.env',
      'deny -> ask: read /test/.env',
      'deny -> ask: write /test/.env',
    ],
  },
  {
    name: 'a narrower path beside a wider one changes nothing',
    before: {},
    after: { files: [...files, paths('deny', 'x/x', 'read', ['./a/**/.env', '~/.env'])] },
    want: [],
  },
  {
    name: 'a path that only its own exception takes changes no file',
    before: { files: [] },
    after: { files: [paths('allow', 'x/x', 'read', ['/srv/*'], ['/srv/**'])] },
    want: [],
  },
  {
    name: 'reading outside',
    before: {},
    after: { files: [...files, paths('allow', 'x/x', 'read', ['/srv/**'])] },
    want: ['ask -> allow: read /srv'],
  },
  {
    name: 'a wider host',
    before: {},
    after: { web: [hosts('allow', 'web/docs', ['docs.example', '*.docs.example'])] },
    want: ['ask -> allow: fetch https://x.docs.example/', 'ask -> allow: curl https://x.docs.example/'],
  },
  {
    name: 'a host that is covered already changes nothing',
    before: { web: [hosts('deny', 'a/a', ['*.evil.example'])] },
    after: { web: [hosts('deny', 'a/a', ['*.evil.example', 'x.y.evil.example'])] },
    want: [],
  },
  {
    name: 'an MCP tool',
    before: { mcp: [calls('allow', 'm/m', 'git', ['get_*'])] },
    after: { mcp: [calls('allow', 'm/m', 'git*', ['get_*'])] },
    want: ['deny -> allow: mcp gitx/get_'],
  },
  {
    name: 'a tool of the client',
    before: { tools: [tools('allow', 't/t', ['Task*'])] },
    after: { tools: [tools('allow', 't/t', ['Task*'], ['TaskStop'])] },
    want: ['allow -> ask: tool TaskStop'],
  },
  {
    name: 'what no rule names',
    before: {},
    after: { defaults: { ...table().defaults, command: 'deny', writeInside: 'ask' } },
    want: ['allow -> ask: write /home/dev/project/frobnicate.x', 'ask -> deny: frobnicate'],
  },
  {
    name: 'program text on a command line',
    before: {},
    after: { inlineCode: 'deny' },
    want: ["ask -> deny: python3 -c 'print(1)'"],
  },
];

for (const { name, before, after, want } of PAIRS) {
  test(`diff: ${name}`, () => {
    const { guard } = diffTables(table(before), table(after), { scenes: USUAL_SCENES }).layers;
    const shown = guard.changes.map(({ from, to, witness }) => `${from} -> ${to}: ${callText(witness)}`);
    assert.deepEqual([...new Set(shown)].sort(), [...want].sort());
    assert.deepEqual(guard.unproven, []);
  });
}

function callText(action: Action): string {
  switch (action.kind) {
    case 'command':
      return action.commandLine;
    case 'read':
    case 'write':
      return `${action.kind} ${action.path}`;
    case 'fetch':
      return `fetch ${action.url}`;
    case 'mcp':
      return `mcp ${action.server}/${action.tool}`;
    case 'tool':
      return `tool ${action.name}`;
    case 'canary':
    case 'unreadable':
      return action.kind;
  }
}
