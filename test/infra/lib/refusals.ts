import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { TestContext } from 'node:test';
import { withCopy } from './terraform.ts';
import { terraform, terraformDone } from './terraform-program.ts';

/** What a module says to variables that it does not take, in one line; null where it takes them. */
export type Refusal = (variables: Readonly<Record<string, unknown>>) => Promise<string | null>;

/**
 * Asks a module about variables without the provider: of its files only those stay that hold variables and what their conditions
 * are about. A module that needs no provider stays whole.
 */
export async function withRefusals(module: string, use: (refusal: Refusal) => Promise<void>): Promise<void> {
  await withCopy(async (root) => {
    const cwd = join(root, 'modules', module);
    const isWhole = !existsSync(join(cwd, 'documents'));
    const goes = readdirSync(cwd).filter((name) => name.endsWith('.tf') && !KEPT.has(name));
    if (!isWhole) for (const name of goes) rmSync(join(cwd, name));
    await terraformDone({ cwd, args: ['init', '-no-color', '-input=false', '-backend=false'], provider: false });
    await use(async (variables) => {
      writeFileSync(join(cwd, 'case.json'), JSON.stringify(variables));
      const args = ['plan', '-no-color', '-input=false', '-lock=false', '-compact-warnings', '-var-file=case.json'];
      const { status, stderr } = await terraform({ cwd, args, provider: false });
      return status === 0 ? null : stderr.replaceAll(/[│╷╵]/gu, ' ').replaceAll(/\s+/gu, ' ').trim();
    });
  });
}

const KEPT = new Set(['variables.tf', 'services.tf']);

/** One thing to put to a module. */
export interface InputCase {
  readonly name: string;
  /** What differs from what is right. */
  readonly given: Readonly<Record<string, unknown>>;
  /** What the message has to say, or null where the variables are taken. */
  readonly want: RegExp | null;
}

/** A module, variables that it takes, and what becomes of others. */
export interface InputTable {
  readonly module: string;
  readonly good: Readonly<Record<string, unknown>>;
  readonly cases: readonly InputCase[];
}

/** A case of a table, to be a test of the file that has the table: results are counted where their test is called. */
export interface InputTest {
  readonly name: string;
  readonly run: (t: TestContext) => Promise<void>;
}

/** Puts each case of a table to its module, of which one copy serves them all. */
export function inputTests({ module, good, cases }: InputTable): readonly InputTest[] {
  let opened: OpenModule | null = null;
  after(async () => await opened?.close());
  return cases.map(({ name, given, want }, index) => ({
    name,
    async run(t) {
      opened ??= openModule(module);
      if (index === 0) t.diagnostic(`infra: inputs put to ${module} = ${cases.length}`);
      const said = await (await opened.refusal)({ ...good, ...given });
      if (want === null) assert.equal(said, null);
      else assert.match(said ?? 'taken', want);
    },
  }));
}

interface OpenModule {
  readonly refusal: Promise<Refusal>;
  close(): Promise<void>;
}

function openModule(module: string): OpenModule {
  const ready = Promise.withResolvers<Refusal>();
  const ended = Promise.withResolvers<null>();
  const whole = withRefusals(module, async (refusal) => {
    ready.resolve(refusal);
    await ended.promise;
  }).catch(ready.reject);
  return {
    refusal: ready.promise,
    async close() {
      ended.resolve(null);
      await whole;
    },
  };
}
