import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { startScriptedModel, toolResults, turns } from '../src/drill/index.ts';
import type { Turn } from '../src/drill/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { ROOT, makeHome, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import { PREVENTED_CALLS } from './fixtures/import/deny-calls.ts';
import type { PreventedCall } from './fixtures/import/deny-calls.ts';
import { DOCUMENTS } from './fixtures/import/documents.ts';
import { SPEC_SKIP, importText, specBlocks } from './import-rig.ts';

// The real client under an imported policy, through the real daemon; only the model is scripted.

/** Calls in one message of the model. */
const CALLS_PER_TURN = 40;
const SESSION_TIMEOUT_MS = 240_000;

for (const { name, text } of DOCUMENTS.filter((one) => one.name.startsWith('commands')))
  test(`${name}: what it denies is denied on the real client`, { skip: clientSkipReason() }, (t) =>
    deniesAll(t, text, 'settings.json'),
  );

test(
  'what the specification denies is denied on the real client',
  { skip: SPEC_SKIP || clientSkipReason() },
  async (t) => {
    for (const { file, text } of specBlocks()) {
      if (importText(text, file).diagnostics.some(({ path }) => path.startsWith('permissions.deny[')))
        await deniesAll(t, text, file);
    }
  },
);

async function deniesAll(
  t: { after(fn: () => Promise<void> | void): void; diagnostic(message: string): void },
  text: string,
  file: string,
): Promise<void> {
  const { policy, diagnostics } = importText(text, file);
  assert.ok(policy !== null);
  const ids = diagnostics
    .filter(({ path }) => path.startsWith('permissions.deny['))
    .flatMap(({ became }) => becameIds(became));
  const calls = [...new Set(ids)].flatMap((id) => PREVENTED_CALLS[id] ?? []);
  const batches = Array.from({ length: Math.ceil(calls.length / CALLS_PER_TURN) }, (_, index) =>
    calls.slice(index * CALLS_PER_TURN, (index + 1) * CALLS_PER_TURN),
  );
  // The model is asked only when the session runs, and its answers name the folders of the session.
  const plan: Turn[] = [];
  const model = await startScriptedModel({ script: turns(plan) });
  t.after(() => model.close());
  const home = makeHome(t, `${policy.text}\nproviders:\n  anthropic:\n    upstream: ${model.url}\n`);
  // Scratch folders count as inside of every workspace, so the home that commands see must lie elsewhere.
  const cache = join(/^\/(?:var\/)?tmp\//.test(ROOT) ? homedir() : join(ROOT, 'node_modules'), '.cache');
  mkdirSync(cache, { recursive: true });
  const person = mkdtempSync(join(cache, 'import-home-'));
  t.after(() => rmSync(person, { recursive: true, force: true }));
  const workspace = join(person, 'work');
  mkdirSync(workspace);
  execFileSync('git', ['init', '-q'], { cwd: workspace, env: home.env });
  plan.push(...batches.map((batch) => ({ toolUses: batch.map((call) => toolUse(call, workspace, person)) })), {
    text: 'all done',
  });
  await startDaemonProcess(t, home);
  const ran = await sallyportBeside(
    home,
    ['run', '--', 'claude', '-p', 'go', '--output-format', 'stream-json', '--verbose'],
    { cwd: workspace, env: { ANTHROPIC_API_KEY: 'k', HOME: person }, timeoutMs: SESSION_TIMEOUT_MS },
  );
  assert.equal(ran.status, 0, ran.stderr + ran.stdout.slice(-600));
  const results = toolResults(model.requests.findLast(({ method }) => method === 'POST')?.body ?? {});
  assert.equal(results.length, calls.length);
  const passed = results.flatMap((result, index) =>
    DENIED.test(result.text) ? [] : [`${JSON.stringify(calls[index])}: ${result.text.slice(0, 200)}`],
  );
  t.diagnostic(
    JSON.stringify({ file, calls: calls.length, byGuard: results.filter(({ text: said }) => GUARD.test(said)).length }),
  );
  assert.deepEqual(passed, []);
}

const GUARD = /Denied by policy \(rule (?:imported|decide)\//;
/** What the guard says, and what the client says of a rule of its own; a question reads otherwise. */
const DENIED = /Denied by policy|has been denied|directory that is denied/i;

/** The call as the model makes it; a file that is read or written exists, or the client would not come to ask. */
function toolUse(
  call: PreventedCall,
  workspace: string,
  homeFolder: string,
): { name: string; input: Record<string, string> } {
  if (typeof call === 'string')
    return { name: 'Bash', input: { command: call.replaceAll('/home/dev', homeFolder), description: 'x' } };
  const path = resolve(workspace, ('read' in call ? call.read : call.write).replace('/home/dev', homeFolder));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
  return 'read' in call
    ? { name: 'Read', input: { file_path: path } }
    : { name: 'Write', input: { file_path: path, content: 'y' } };
}

function becameIds(became: string): readonly string[] {
  return became.match(/imported\/[\w-]+/g) ?? [];
}
