import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundledClient, findBwrap } from '../src/cli/launch.ts';
import { etcToRebuild, privateMountWords } from '../src/cli/private-mount.ts';
import { anySite } from '../src/cli/policy-compile.ts';
import { managedSettings } from '../src/compile/index.ts';
import type { JsonObject } from '../src/core/json.ts';
import { startScriptedModel, toolResults, turns } from '../src/drill/index.ts';
import { parsePolicy, ruleTableOf } from '../src/policy/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { makeHome, programBeside } from './daemon-process.ts';
import { makeClients, WITHHELD } from './hook-faults-clients.ts';
import type { Client } from './hook-faults-clients.ts';

// What the real client shows the model of a tool's result where the guard is gone after the tool has run.

/** Stands in every file that the tools read. */
const MARK = 'the-mark-of-the-file';
const SENTENCE = (JSON.parse(WITHHELD) as { hookSpecificOutput: { updatedToolOutput: string } }).hookSpecificOutput
  .updatedToolOutput;
/** The client's own words where a sentence has not the shape of the tool's result. */
const CLIENTS_ERROR = /hook rewrote .+ does not match its output shape/;
const INSPECTS = 'version: 1\nname: x\ndlp:\n  secret: mask\n';
const INSPECTS_NOT = 'version: 1\nname: x\n';

/** Before the call, the guard was there. */
const ALWAYS_ALLOW = [
  {
    matcher: '*',
    hooks: [
      {
        type: 'command',
        command: '/bin/echo',
        args: [JSON.stringify({ hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'allow' } })],
      },
    ],
  },
];

test(
  'with a policy that inspects results, the real client shows the model none that could not be checked',
  { skip: clientSkipReason() },
  async (t) => {
    const home = makeHome(t);
    for (const client of makeClients(home.folder)) {
      if (client.name.includes('sanitizers')) continue;
      const { results, sent } = await session(t, client, INSPECTS);
      assert.equal(results.length, 3, client.name);
      for (const result of results) {
        assert.ok(result.includes(SENTENCE) || CLIENTS_ERROR.test(result), `${client.name}: ${result}`);
      }
      assert.ok(!sent.includes(MARK), client.name);
    }
  },
);

test(
  'with a policy that inspects none, they reach the model: exit 2 does not hold them back',
  { skip: clientSkipReason() },
  async (t) => {
    const [client = assert.fail()] = makeClients(makeHome(t).folder);
    const { results } = await session(t, client, INSPECTS_NOT);
    assert.deepEqual(
      results.map((result) => result.includes(MARK)),
      [true, true, true],
      results.join('\n'),
    );
  },
);

/** Runs the real client, with the compiled hook for results and a guard that is gone. */
async function session(
  t: { after(fn: () => Promise<void> | void): void },
  client: Client,
  policyText: string,
): Promise<{ readonly results: readonly string[]; readonly sent: string }> {
  const home = makeHome(t);
  const workspace = join(home.folder, 'work');
  mkdirSync(workspace);
  writeFileSync(join(workspace, 'a.txt'), `${MARK}\n`);
  const model = await startScriptedModel({
    script: turns([
      { toolUses: [{ name: 'Bash', input: { command: 'cat a.txt', description: 'x' } }] },
      { toolUses: [{ name: 'Bash', input: { command: 'cat a.txt; exit 3', description: 'x' } }] },
      { toolUses: [{ name: 'Read', input: { file_path: join(workspace, 'a.txt') } }] },
    ]),
  });
  t.after(() => model.close());
  const documents = join(home.folder, 'documents');
  const hidden = join(home.folder, 'hidden');
  for (const folder of [documents, join(hidden, 'guard'), join(hidden, 'hook')]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(documents, 'settings.json'), JSON.stringify(settingsFor(policyText, client, home.folder)));
  writeFileSync(join(documents, 'mcp.json'), '{"mcpServers":{}}');
  const words = privateMountWords(
    {
      bwrap: '/nonexistent',
      settingsFile: join(documents, 'settings.json'),
      mcpFile: join(documents, 'mcp.json'),
      stateFolder: hidden,
      guardFolder: join(hidden, 'guard'),
      hookFolder: join(hidden, 'hook'),
      workspace,
      readOnlyFolders: [],
      pinnedFolders: [],
      hasOwnProcesses: false,
    },
    etcToRebuild(),
  );
  // Only the documents are put in place.
  const documentsOnly = words.slice(0, words.indexOf('--die-with-parent'));
  const ran = await programBeside(
    findBwrap(home.env['PATH'] ?? ''),
    [...documentsOnly, '--', bundledClient() ?? '', '-p', 'go', '--output-format', 'stream-json', '--verbose'],
    {
      cwd: workspace,
      env: {
        PATH: home.env['PATH'] ?? '',
        HOME: home.folder,
        TERM: 'dumb',
        ANTHROPIC_API_KEY: 'sk-test',
        ANTHROPIC_BASE_URL: model.url,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
    },
  );
  assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
  const requests = model.requests.filter((request) => request.method === 'POST');
  return {
    results: toolResults(requests.at(-1)?.body ?? {}).map(({ text }) => text),
    sent: requests.map(({ bodyBytes }) => bodyBytes.toString('utf8')).join('\n'),
  };
}

function settingsFor(policyText: string, client: Client, folder: string): JsonObject {
  const parsed = parsePolicy(policyText);
  assert.ok(parsed.ok);
  const site = { ...anySite(parsed.policy), hookCommand: client.command, guardSocket: join(folder, 'none.sock') };
  const { hooks } = managedSettings(parsed.policy, ruleTableOf(parsed.policy), site) as {
    readonly hooks: JsonObject;
  };
  return {
    hooks: { PreToolUse: ALWAYS_ALLOW, PostToolUse: hooks['PostToolUse'] ?? null },
    allowManagedHooksOnly: true,
  };
}
