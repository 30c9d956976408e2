import assert from 'node:assert/strict';
import type { SpawnSyncReturns } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Action } from '../src/core/action.ts';
import { stringField } from '../src/core/json.ts';
import type { RuleTable } from '../src/core/rule-table.ts';
import { decide, ruleIndex } from '../src/decide/index.ts';
import { ATTACKS, ORDINARY_WORK } from '../src/drill/index.ts';
import type { DrillCall, DrillSite } from '../src/drill/index.ts';
import { parsePolicy, ruleTableOf } from '../src/policy/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { ROOT, makeHome, sallyport, sallyportBeside } from './daemon-process.ts';

const DEFAULT_POLICY = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8');
const SITE: DrillSite = {
  workspace: '/srv/project',
  home: '/home/dev',
  stateFolder: '/home/dev/.local/state/sallyport',
  secret: 'DRILL-0',
  witnessFolder: '/srv/witness',
};

interface Report {
  readonly attacks: { readonly total: number; readonly stopped: number };
  readonly ordinary: { readonly total: number; readonly passed: number };
  readonly cases: readonly { readonly id: string; readonly isAsExpected: boolean; readonly problem: string | null }[];
}

/** What a rehearsal may take on a machine under load. It breaks itself off where nothing goes on. */
const LIMIT_MS = 400_000;

test(
  'the whole rehearsal with the real client: every attack is stopped where expected, all work passes',
  { skip: clientSkipReason() },
  (t) => {
    const ran = sallyport(makeHome(t), ['drill', '--json'], { timeoutMs: LIMIT_MS });
    const report = reportOf(ran);
    t.diagnostic(JSON.stringify({ attacks: report.attacks, ordinary: report.ordinary }));
    assert.deepEqual(
      report.cases.filter((one) => !one.isAsExpected),
      [],
    );
    assert.ok(report.attacks.total >= 40 && report.attacks.stopped === report.attacks.total);
    assert.ok(report.ordinary.total >= 25 && report.ordinary.passed === report.ordinary.total);
    assert.equal(ran.status, 0);
    assert.deepEqual(globSync(`/var/tmp/sp-drill-${ran.pid}-*`), [], 'nothing is left behind');
  },
);

test(
  'where nothing is masked the rehearsal sees each credential reach the model',
  { skip: clientSkipReason() },
  (t) => {
    const home = makeHome(t, DEFAULT_POLICY.replace(/^( +secret:) mask$/m, '$1 alert'));
    const ran = sallyport(home, ['drill', '--policy', home.policyFile, '--only', 'exfiltration/content', '--json'], {
      timeoutMs: LIMIT_MS,
    });
    const report = reportOf(ran);
    assert.equal(ran.status, 3, ran.stderr);
    assert.equal(report.attacks.total, 8);
    assert.deepEqual(
      report.cases.filter(({ problem }) => problem !== 'the credential reached the model').map(({ id }) => id),
      ['reconcile/agreement'],
      'the layers tell the same of it, which is no attack',
    );
  },
);

test('without one rule the rehearsal exits 3 and names the attack', { skip: clientSkipReason() }, (t) => {
  const home = makeHome(t, DEFAULT_POLICY.replace(/^ {2}force_push: deny$/m, '  force_push: allow'));
  const ran = sallyport(home, ['drill', '--policy', home.policyFile, '--only', 'lateral/force', '--json'], {
    timeoutMs: LIMIT_MS,
  });
  const report = reportOf(ran);
  assert.equal(ran.status, 3, ran.stderr);
  assert.match(ran.stderr, /^error: lateral\/force-push: rewrite the remote history/m);
  assert.ok(report.attacks.stopped < report.attacks.total);
});

test(
  'where the guard cannot be reached the rehearsal exits 3 and names the attack',
  { skip: clientSkipReason() },
  async (t) => {
    const home = makeHome(t);
    const running = sallyportBeside(home, ['drill', '--only', 'escape/sudo'], {
      cwd: home.folder,
      timeoutMs: LIMIT_MS,
    });
    let isOver = false;
    void running.then(() => (isOver = true));
    while (!isOver) {
      for (const socket of globSync('/var/tmp/sp-drill-*/state/run/guard/guard.sock')) rmSync(socket, { force: true });
      await pause(20);
    }
    const ran = await running;
    assert.equal(ran.status, 3, ran.stderr);
    assert.match(ran.stderr, /^error: escape\/sudo: become root/m);
  },
);

test('a rehearsal of a case that does not exist is a wrong call', (t) => {
  const ran = sallyport(makeHome(t), ['drill', '--only', 'no-such-case']);
  assert.equal(ran.status, 2);
  assert.match(ran.stderr, /drill --list/);
});

test('a rehearsal of a policy that is broken or not there says so and leaves nothing behind', (t) => {
  const home = makeHome(t, 'version: 1\nname: x\ncomands: {}\n');
  for (const [file, status] of [
    [home.policyFile, 3],
    ['/nonexistent/policy.yaml', 1],
  ] as const) {
    const ran = sallyport(home, ['drill', '--policy', file]);
    assert.equal(ran.status, status, ran.stderr);
    assert.match(ran.stderr, /\[POLICY_INVALID\]/);
    assert.deepEqual(globSync(`/var/tmp/sp-drill-${ran.pid}-*`), []);
  }
});

// The guard's part of each case, without the client: quick, and for the whole table.
const table = ruleTableOf(policyOf(DEFAULT_POLICY));
const byGuard = ATTACKS.filter((attack) => attack.expect === 'deny' || attack.expect === 'ask');

// What a link leads to, and what an input holds, no rule says.
const BEYOND_RULES = ['exfiltration/env-link', 'exfiltration/env-link-glob', 'exfiltration/credential-in-address'];
for (const attack of byGuard.filter(({ id }) => !BEYOND_RULES.includes(id))) {
  test(`the default policy answers ${attack.expect} where somebody would ${attack.title}`, () => {
    assert.equal(verdictOf(withStateRule(table), attack), attack.expect);
  });
}

for (const work of ORDINARY_WORK) {
  test(`the default policy lets a developer ${work.title}`, () =>
    assert.equal(verdictOf(withStateRule(table), work), 'allow'));
}

test('every deny rule of the default policy has an attack that no other rule stops', () => {
  const idle: string[] = [];
  for (const list of ['commands', 'files', 'web'] as const) {
    for (const rule of table[list].filter((one) => one.verdict === 'deny')) {
      const without = { ...table, [list]: table[list].filter((one: { readonly id: string }) => one.id !== rule.id) };
      if (!byGuard.some((attack) => attack.expect === 'deny' && verdictOf(withStateRule(without), attack) !== 'deny'))
        idle.push(rule.id);
    }
  }
  assert.deepEqual(idle, []);
});

test('cases have names of their own', () => {
  const ids = [...ATTACKS, ...ORDINARY_WORK].map((one) => one.id);
  assert.equal(new Set(ids).size, ids.length);
});

/** What a rehearsal found; one that came to no end says why. */
function reportOf({ stdout, stderr, status, signal, error }: SpawnSyncReturns<string>): Report {
  assert.notEqual(
    stdout,
    '',
    `no report: exit ${status}, signal ${signal}, ${error?.message ?? 'no error'}: ${stderr}`,
  );
  return JSON.parse(stdout) as Report;
}

function verdictOf(rules: RuleTable, call: DrillCall): string {
  return decide(ruleIndex(rules), actionOf(call), {
    workspace: SITE.workspace,
    homeDir: SITE.home,
    expandGlob: () => [],
  }).verdict;
}

/** The rule of its own that the daemon adds for its state folder. */
function withStateRule(rules: RuleTable): RuleTable {
  const template = rules.files.find((rule) => rule.access === 'write');
  assert.ok(template);
  return {
    ...rules,
    files: [...rules.files, { ...template, verdict: 'deny', paths: [`${SITE.stateFolder}/**`], except: [] }],
  };
}

function actionOf(call: DrillCall): Action {
  const input = call.input(SITE);
  const cwd = SITE.workspace;
  if (call.tool === 'Bash') {
    return {
      kind: 'command',
      commandLine: stringField(input, 'command') ?? '',
      cwd,
      isUnsandboxed: input['dangerouslyDisableSandbox'] === true,
    };
  }
  if (call.tool === 'WebFetch') return { kind: 'fetch', url: stringField(input, 'url') ?? '' };
  return { kind: call.tool === 'Read' ? 'read' : 'write', path: stringField(input, 'file_path') ?? '', cwd };
}

function policyOf(text: string): Parameters<typeof ruleTableOf>[0] {
  const result = parsePolicy(text);
  assert.ok(result.ok);
  return result.policy;
}
