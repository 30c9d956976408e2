import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Action } from '../core/action.ts';
import { isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { readEvent } from './hook-event.ts';
import { eventBytes } from './scripted-ports.ts';
import { actionFrom } from './tool-action.ts';

const cwd = '/workspace';

function actionOf(tool: Json, input: Json, fields: JsonObject = {}): Action {
  const read = readEvent(
    eventBytes('PreToolUse', { tool_name: tool, tool_input: input, tool_use_id: 'toolu_1', ...fields }),
  );
  assert.ok(read.ok);
  return actionFrom(read.event);
}

const command = (commandLine: string, isUnsandboxed = false): Action => ({
  kind: 'command',
  commandLine,
  cwd,
  isUnsandboxed,
});
const read = (path: string): Action => ({ kind: 'read', path, cwd });
const write = (path: string): Action => ({ kind: 'write', path, cwd });
const tool = (name: string): Action => ({ kind: 'tool', name });
const unreadable = (why: string): Action => ({ kind: 'unreadable', why });

interface Case {
  readonly name: string;
  readonly tool: string;
  readonly input: Json;
  readonly want: Action;
  readonly fields?: JsonObject;
}

const cases: readonly Case[] = [
  { name: 'Bash is a command', tool: 'Bash', input: { command: 'ls -la', description: 'x' }, want: command('ls -la') },
  {
    name: 'Bash out of the sandbox says so',
    tool: 'Bash',
    input: { command: 'ls', dangerouslyDisableSandbox: true },
    want: command('ls', true),
  },
  {
    name: 'the sandbox kept is the sandbox',
    tool: 'Bash',
    input: { command: 'ls', dangerouslyDisableSandbox: false },
    want: command('ls'),
  },
  {
    name: 'a flag of another type counts as set',
    tool: 'Bash',
    input: { command: 'ls', dangerouslyDisableSandbox: 'false' },
    want: command('ls', true),
  },
  {
    name: 'a command that is a list is unreadable',
    tool: 'Bash',
    input: { command: ['ls'] },
    want: unreadable('the command is not text'),
  },
  { name: 'no command is unreadable', tool: 'Bash', input: {}, want: unreadable('the command is not text') },
  {
    name: 'a command with a NUL is unreadable',
    tool: 'Bash',
    input: { command: 'ls\0rm' },
    want: unreadable('the command is not text'),
  },
  {
    name: 'an input that is text is unreadable',
    tool: 'Bash',
    input: 'ls',
    want: unreadable('the input of the tool is not an object'),
  },
  { name: 'a call without a name is unreadable', tool: '', input: {}, want: unreadable('the call names no tool') },
  {
    name: 'a call without a folder is unreadable',
    tool: 'Bash',
    input: { command: 'ls' },
    fields: { cwd: 'work' },
    want: unreadable('the call names no working folder'),
  },
  {
    name: 'an inherited key is no command',
    tool: 'Bash',
    input: { constructor: 'ls' },
    want: unreadable('the command is not text'),
  },

  {
    name: 'a canary is one by its whole command',
    tool: 'Bash',
    input: { command: 'sallyport-canary toolu_x1' },
    want: { kind: 'canary', toolUseId: 'toolu_x1' },
  },
  {
    name: "a canary with more to it is nobody's",
    tool: 'Bash',
    input: { command: 'sallyport-canary toolu_x1; rm -rf x' },
    want: { kind: 'canary', toolUseId: '' },
  },
  {
    name: "a canary with blanks before it is nobody's",
    tool: 'Bash',
    input: { command: ' sallyport-canary toolu_x1' },
    want: { kind: 'canary', toolUseId: '' },
  },
  {
    name: "a canary on two lines is nobody's",
    tool: 'Bash',
    input: { command: 'sallyport-canary toolu_x1\nrm x' },
    want: { kind: 'canary', toolUseId: '' },
  },
  {
    name: "a canary without an id is nobody's",
    tool: 'Bash',
    input: { command: 'sallyport-canary' },
    want: { kind: 'canary', toolUseId: '' },
  },
  {
    name: 'a canary may be read',
    tool: 'Read',
    input: { file_path: '/sallyport-canary/toolu_x1' },
    want: { kind: 'canary', toolUseId: 'toolu_x1' },
  },
  {
    name: "a canary read by a detour is nobody's",
    tool: 'Read',
    input: { file_path: '/sallyport-canary/../etc/passwd' },
    want: { kind: 'canary', toolUseId: '' },
  },

  {
    name: 'Monitor runs a command',
    tool: 'Monitor',
    input: { command: 'tail -f x', description: 'd', timeout_ms: 1 },
    want: command('tail -f x'),
  },
  {
    name: 'Monitor opens a socket',
    tool: 'Monitor',
    input: { ws: { url: 'wss://x.example/y' }, description: 'd' },
    want: { kind: 'fetch', url: 'wss://x.example/y' },
  },
  {
    name: 'Monitor of both is unreadable',
    tool: 'Monitor',
    input: { command: 'ls', ws: { url: 'wss://x' } },
    want: unreadable('what to watch is not one thing'),
  },
  {
    name: 'Monitor of nothing is unreadable',
    tool: 'Monitor',
    input: { description: 'd' },
    want: unreadable('the command is not text'),
  },

  { name: 'Read reads', tool: 'Read', input: { file_path: 'a.txt' }, want: read('a.txt') },
  {
    name: 'a path that is a number is unreadable',
    tool: 'Read',
    input: { file_path: 1 },
    want: unreadable('the path is not text'),
  },
  {
    name: 'a path with a NUL is unreadable',
    tool: 'Read',
    input: { file_path: '/a\0b' },
    want: unreadable('the path is not text'),
  },
  { name: 'NotebookRead reads', tool: 'NotebookRead', input: { notebook_path: '/n.ipynb' }, want: read('/n.ipynb') },
  { name: 'Write writes', tool: 'Write', input: { file_path: '/a', content: 'x' }, want: write('/a') },
  {
    name: 'Edit writes',
    tool: 'Edit',
    input: { file_path: '/a', old_string: 'x', new_string: 'y' },
    want: write('/a'),
  },
  { name: 'MultiEdit writes', tool: 'MultiEdit', input: { file_path: '/a', edits: [] }, want: write('/a') },
  {
    name: 'NotebookEdit writes',
    tool: 'NotebookEdit',
    input: { notebook_path: '/n.ipynb', new_source: '' },
    want: write('/n.ipynb'),
  },
  {
    name: 'NotebookEdit with the key of Edit is unreadable',
    tool: 'NotebookEdit',
    input: { file_path: '/a' },
    want: unreadable('the path is not text'),
  },
  { name: 'LS reads its folder', tool: 'LS', input: { path: '/etc' }, want: read('/etc') },
  { name: 'LS without a folder reads where it is', tool: 'LS', input: {}, want: read(cwd) },
  { name: 'Glob reads its folder', tool: 'Glob', input: { pattern: '**/*.ts', path: 'src' }, want: read('src') },
  {
    name: 'Glob by an absolute pattern reads there',
    tool: 'Glob',
    input: { pattern: '/home/dev/.ssh/*' },
    want: read('/home/dev/.ssh'),
  },
  {
    name: 'Glob by a pattern of the home reads there',
    tool: 'Glob',
    input: { pattern: '~/.aws/*' },
    want: read('~/.aws'),
  },
  {
    name: 'Glob by a pattern that climbs reads there',
    tool: 'Glob',
    input: { pattern: '../other/*' },
    want: read('/workspace/../other'),
  },
  { name: 'Glob of the whole disk reads its root', tool: 'Glob', input: { pattern: '/*/shadow' }, want: read('/') },
  {
    name: 'Glob that climbs later reads from where it starts',
    tool: 'Glob',
    input: { pattern: '/a/*/../b' },
    want: read('/a'),
  },
  {
    name: 'Glob of several absolute folders is unreadable',
    tool: 'Glob',
    input: { pattern: '/{a,b}/*' },
    want: unreadable('the pattern leads to more than one folder'),
  },
  {
    name: 'Glob without a pattern is unreadable',
    tool: 'Glob',
    input: {},
    want: unreadable('the pattern is not text'),
  },
  {
    name: 'Grep is the recursive search that it is',
    tool: 'Grep',
    input: { pattern: 'x', path: "it's" },
    want: command(String.raw`grep -r -e x -- 'it'\''s'`, true),
  },
  {
    name: 'Grep without a folder searches where it is',
    tool: 'Grep',
    input: { pattern: 'SECRET' },
    want: command("grep -r -e x -- '/workspace'", true),
  },

  {
    name: 'WebFetch fetches',
    tool: 'WebFetch',
    input: { url: 'https://x.example', prompt: 'p' },
    want: { kind: 'fetch', url: 'https://x.example' },
  },
  {
    name: 'WebFetch without an address is unreadable',
    tool: 'WebFetch',
    input: { prompt: 'p' },
    want: unreadable('the address is not text'),
  },
  { name: 'WebSearch goes by its name', tool: 'WebSearch', input: { query: 'q' }, want: tool('WebSearch') },

  {
    name: 'an MCP tool has a server',
    tool: 'mcp__fake__echo',
    input: {},
    want: { kind: 'mcp', server: 'fake', tool: 'echo' },
  },
  {
    name: 'the server ends at the first two underscores',
    tool: 'mcp__a__b__c',
    input: {},
    want: { kind: 'mcp', server: 'a', tool: 'b__c' },
  },
  {
    name: 'the client may say which server it is',
    tool: 'mcp__a__b__c',
    input: {},
    fields: { mcp_server: { name: 'a__b' } },
    want: { kind: 'mcp', server: 'a__b', tool: 'c' },
  },
  {
    name: 'the client writes names in its own letters',
    tool: 'mcp__my_server__c',
    input: {},
    fields: { mcp_server: { name: 'my server' } },
    want: { kind: 'mcp', server: 'my_server', tool: 'c' },
  },
  {
    name: 'another server than the name says is unreadable',
    tool: 'mcp__a__b',
    input: {},
    fields: { mcp_server: { name: 'c' } },
    want: unreadable('the MCP server of the tool is not clear'),
  },
  {
    name: 'a server that is no name is unreadable',
    tool: 'mcp__a__b',
    input: {},
    fields: { mcp_server: { name: 1 } },
    want: unreadable('the MCP server of the tool is not clear'),
  },
  {
    name: 'an MCP tool without a server is unreadable',
    tool: 'mcp____b',
    input: {},
    want: unreadable('the MCP server of the tool is not clear'),
  },
  {
    name: 'an MCP server without a tool is unreadable',
    tool: 'mcp__a',
    input: {},
    want: unreadable('the MCP server of the tool is not clear'),
  },
  {
    name: 'an MCP tool without a name is unreadable',
    tool: 'mcp__a__',
    input: {},
    want: unreadable('the MCP tool has no name'),
  },
  {
    name: 'a resource belongs to its server',
    tool: 'ReadMcpResource',
    input: { server: 's', uri: 'file:///x' },
    want: { kind: 'mcp', server: 's', tool: 'ReadMcpResource' },
  },
  {
    name: 'a resource without a server is unreadable',
    tool: 'ReadMcpResourceTool',
    input: { uri: 'x' },
    want: unreadable('the MCP server is not named'),
  },
  {
    name: 'resources of all servers go by the tool',
    tool: 'ListMcpResources',
    input: {},
    want: tool('ListMcpResources'),
  },

  { name: 'an agent goes by its name', tool: 'Agent', input: { description: 'd', prompt: 'p' }, want: tool('Agent') },
  {
    name: 'an agent in a worktree goes by its name',
    tool: 'Agent',
    input: { isolation: 'worktree' },
    want: tool('Agent'),
  },
  {
    name: 'an agent on another machine is another thing',
    tool: 'Agent',
    input: { isolation: 'remote' },
    want: tool('Agent:remote'),
  },
  { name: 'a tool of a later client goes by its name', tool: 'Teleport', input: { to: 'x' }, want: tool('Teleport') },
  { name: 'a name in other letters is another tool', tool: 'bash', input: { command: 'ls' }, want: tool('bash') },
];

for (const { name, tool, input, want, fields } of cases) {
  test(name, () => assert.deepEqual(actionOf(tool, input, fields), want));
}

/** What each input type of the client's published tool types stands for. A type that is missing here fails the test. */
const KINDS: Readonly<Record<string, readonly [tool: string, input: JsonObject, kind: Action['kind']]>> = {
  Agent: ['Agent', {}, 'tool'],
  Bash: ['Bash', { command: 'ls' }, 'command'],
  ExitPlanMode: ['ExitPlanMode', {}, 'tool'],
  FileEdit: ['Edit', { file_path: '/a' }, 'write'],
  FileRead: ['Read', { file_path: '/a' }, 'read'],
  FileWrite: ['Write', { file_path: '/a' }, 'write'],
  Glob: ['Glob', { pattern: '*' }, 'read'],
  Grep: ['Grep', { pattern: 'x' }, 'command'],
  TaskStop: ['TaskStop', {}, 'tool'],
  ListMcpResources: ['ListMcpResources', { server: 's' }, 'mcp'],
  RefreshMcpTools: ['RefreshMcpTools', { server: 's' }, 'mcp'],
  Mcp: ['mcp__s__t', {}, 'mcp'],
  NotebookEdit: ['NotebookEdit', { notebook_path: '/a' }, 'write'],
  ReadMcpResourceDir: ['ReadMcpResourceDir', { server: 's', uri: 'u' }, 'mcp'],
  ReadMcpResource: ['ReadMcpResource', { server: 's', uri: 'u' }, 'mcp'],
  ReportFindings: ['ReportFindings', {}, 'tool'],
  TodoWrite: ['TodoWrite', {}, 'tool'],
  WebFetch: ['WebFetch', { url: 'https://x.example' }, 'fetch'],
  WebSearch: ['WebSearch', {}, 'tool'],
  AskUserQuestion: ['AskUserQuestion', {}, 'tool'],
  SendFeedback: ['SendFeedback', {}, 'tool'],
  ClaudeDesign: ['ClaudeDesign', {}, 'tool'],
  Projects: ['Projects', {}, 'tool'],
  EnterPlanMode: ['EnterPlanMode', {}, 'tool'],
  TaskCreate: ['TaskCreate', {}, 'tool'],
  TaskGet: ['TaskGet', {}, 'tool'],
  TaskUpdate: ['TaskUpdate', {}, 'tool'],
  TaskList: ['TaskList', {}, 'tool'],
  Workflow: ['Workflow', {}, 'tool'],
  CronCreate: ['CronCreate', {}, 'tool'],
  CronDelete: ['CronDelete', {}, 'tool'],
  CronList: ['CronList', {}, 'tool'],
  ScheduleWakeup: ['ScheduleWakeup', {}, 'tool'],
  RemoteTrigger: ['RemoteTrigger', {}, 'tool'],
  ShowOnboardingRolePicker: ['ShowOnboardingRolePicker', {}, 'tool'],
  OfferChromeSetup: ['OfferChromeSetup', {}, 'tool'],
  ReadNotifications: ['ReadNotifications', {}, 'tool'],
  Monitor: ['Monitor', { command: 'ls' }, 'command'],
  ProposeSkills: ['ProposeSkills', {}, 'tool'],
  ProposeGoal: ['ProposeGoal', {}, 'tool'],
  Artifact: ['Artifact', {}, 'tool'],
  PushNotification: ['PushNotification', {}, 'tool'],
  EnterWorktree: ['EnterWorktree', {}, 'tool'],
  ExitWorktree: ['ExitWorktree', {}, 'tool'],
};

test('every tool that the pinned client publishes is covered on purpose', () => {
  const client = dirname(createRequire(import.meta.url).resolve('@anthropic-ai/claude-code/package.json'));
  const types = readFileSync(join(client, 'sdk-tools.d.ts'), 'utf8');
  const [, union = ''] = /export type ToolInputSchemas =([^;]+);/.exec(types) ?? [];
  const published = [...union.matchAll(/\b(\w+)Input\b/g)].map((match) => match[1] ?? '');
  assert.deepEqual(published.sort(), Object.keys(KINDS).sort());
  for (const [tool, input, kind] of Object.values(KINDS)) assert.equal(actionOf(tool, input).kind, kind, tool);
});

test('no name and no input make it throw, and none but a command or a path of text gets through as one', () => {
  const names = fc.oneof(fc.constantFrom(...Object.values(KINDS).map(([tool]) => tool)), fc.string());
  const keys = fc.constantFrom(
    'command',
    'file_path',
    'notebook_path',
    'path',
    'pattern',
    'url',
    'ws',
    'server',
    'isolation',
  );
  const inputs = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.dictionary(keys, fc.jsonValue({ maxDepth: 1 })));
  fc.assert(
    fc.property(names, inputs, (name, given) => {
      const input = JSON.parse(JSON.stringify(given)) as Json;
      const action = actionOf(name, input);
      if (action.kind === 'command') assert.ok(isJsonObject(input) && action.commandLine !== '');
      if ('path' in action) assert.ok(action.path !== '' && !action.path.includes('\0'));
    }),
    { numRuns: process.env['SLOW'] === '1' ? 20_000 : 500 },
  );
});
