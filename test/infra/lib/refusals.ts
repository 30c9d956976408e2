import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { terraformSkip, withCopy } from './terraform.ts';
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

/** Puts each case of a table to its module, as a test of its own. */
export function testInputs({ module, good, cases }: InputTable): void {
  test(`${module} takes what is right and names what is wrong`, { skip: terraformSkip() }, async (t) => {
    await withRefusals(module, async (refusal) => {
      for (const { name, given, want } of cases) {
        await t.test(name, async () => {
          const said = await refusal({ ...good, ...given });
          if (want === null) assert.equal(said, null);
          else assert.match(said ?? 'taken', want);
        });
      }
    });
    t.diagnostic(`infra: inputs put to ${module} = ${cases.length}`);
  });
}
