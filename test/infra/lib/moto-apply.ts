import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareExample, TERRAFORM_ROOT, withCopy } from './terraform.ts';
import { terraform, terraformDone } from './terraform-program.ts';
import type { TerraformResult } from './terraform-program.ts';

/** How long one command against the emulator may take, in milliseconds. */
const STEP_TIMEOUT_MS = 400_000;

/** How many resources are made at a time: the provider mostly waits until it finds twice what it wrote. */
const PARALLEL_CALLS = 24;

/** What came of building an example in an emulator and tearing it down. */
export interface EmulatorApply {
  /** Addresses of what was built. */
  readonly created: readonly string[];
  /** Types that the example has and that were left out, with all that stands on them. */
  readonly leftOut: readonly string[];
  /** What the next plan would change although nothing happened: the provider does not find what it wrote. */
  readonly drift: readonly Drift[];
  /** Addresses still there after everything was destroyed. */
  readonly remaining: readonly string[];
}

export interface Drift {
  readonly address: string;
  readonly actions: readonly string[];
  /** Names of the arguments that differ. */
  readonly changed: readonly string[];
}

/**
 * Builds an example in an emulator with the real provider: plans, applies, plans again, destroys. Resources whose type `leftOut` says
 * are not built, nor those that need them.
 *
 * @param planned addresses of all that its plan holds.
 * @param endpoint where the emulator listens.
 */
export async function applyExample(
  example: string,
  planned: readonly string[],
  endpoint: string,
  leftOut: (type: string) => boolean,
  of = TERRAFORM_ROOT,
): Promise<EmulatorApply> {
  return withCopy(async (root) => {
    const cwd = join(root, 'examples', example);
    await prepareExample(cwd, { emulator: true });
    allowDestroying(root);
    // Nearly all of it is waiting, so it takes no turn.
    const run = { cwd, provider: false, env: { AWS_ENDPOINT_URL: endpoint }, timeoutMs: STEP_TIMEOUT_MS };
    const change = ['-no-color', '-input=false', '-auto-approve', `-parallelism=${PARALLEL_CALLS}`];
    await terraformDone({ ...run, args: ['init', '-no-color', '-input=false'] });
    const graph = readGraph((await terraformDone({ ...run, args: ['graph'] })).stdout);
    const chosen = new Set(withoutTypes(graph, leftOut));
    // An address without the keys of its modules would name none of their instances.
    const targets = planned
      .filter((address) => chosen.has(withoutKeys(address)))
      .map((address) => `-target=${address}`);
    await terraformDone({ ...run, args: ['apply', ...change, ...targets] });
    const created = await addressesIn(cwd);
    const again = await terraform({
      ...run,
      args: ['plan', '-no-color', '-input=false', '-out=again.bin', ...targets],
    });
    const drift = again.status === 0 ? driftIn((await shown(cwd, 'again.bin')).stdout) : failedPlan(again);
    // The plan before it has looked at everything.
    await terraformDone({ ...run, args: ['destroy', '-refresh=false', ...change] });
    const types = new Set(graph.nodes.map(typeOf).filter(leftOut));
    return { created, leftOut: [...types].sort(), drift, remaining: await addressesIn(cwd) };
  }, of);
}

/** Resources of a configuration, and what each of them needs. */
export interface ResourceGraph {
  readonly nodes: readonly string[];
  readonly needs: ReadonlyMap<string, readonly string[]>;
}

/** Reads what `terraform graph` writes. */
export function readGraph(dot: string): ResourceGraph {
  const nodes = [...dot.matchAll(/^\s*"([^"]+)" \[label=/gmu)].map(([, name = '']) => name);
  const needs = new Map<string, string[]>();
  for (const [, from = '', to = ''] of dot.matchAll(/^\s*"([^"]+)" -> "([^"]+)";/gmu)) {
    needs.set(from, [...(needs.get(from) ?? []), to]);
  }
  return { nodes, needs };
}

/** The resources that are of none of these types and need none of them, however far away. */
export function withoutTypes({ nodes, needs }: ResourceGraph, leftOut: (type: string) => boolean): readonly string[] {
  const out = new Map<string, boolean>();
  const isOut = (address: string): boolean => {
    const known = out.get(address);
    if (known !== undefined) return known;
    // Set first: a graph that is not one of Terraform's could have a circle.
    out.set(address, false);
    const answer = leftOut(typeOf(address)) || (needs.get(address) ?? []).some(isOut);
    out.set(address, answer);
    return answer;
  };
  return nodes.filter((address) => !address.includes('data.') && !isOut(address));
}

/** The place in the configuration that an address comes from: `module.a["x"].aws_vpc.this[0]` comes from `module.a.aws_vpc.this`. */
export function withoutKeys(address: string): string {
  return address.replaceAll(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]/gu, '');
}

/** The type in an address: `module.a.aws_vpc.this` is an `aws_vpc`. */
export function typeOf(address: string): string {
  return /(?:^|\.)(aws_\w+|terraform_data)\./u.exec(address)?.[1] ?? '';
}

/** What keeps people from destroying an archive keeps a test from cleaning up: it is switched off in the copy. */
function allowDestroying(root: string): void {
  for (const name of globSync('**/*.tf', { cwd: root })) {
    const file = join(root, name);
    const text = readFileSync(file, 'utf8');
    const changed = text.replaceAll(/(prevent_destroy\s*=\s*)true/gu, '$1false');
    if (changed !== text) writeFileSync(file, changed);
  }
}

/** What the state holds. Its list needs no provider, whose start takes seconds. */
async function addressesIn(cwd: string): Promise<readonly string[]> {
  const { stdout } = await terraformDone({ cwd, args: ['state', 'list'], provider: false });
  return stdout.split('\n').filter((address) => address !== '' && !isRead(address));
}

/** Whether an address is of what is only read: a data source, whichever modules it is in. */
function isRead(address: string): boolean {
  return /^(?:module\.[\w-]+\.)*data\./u.test(withoutKeys(address));
}

async function shown(cwd: string, file: string): Promise<TerraformResult> {
  return await terraformDone({ cwd, args: ['show', '-json', file], provider: false });
}

function driftIn(text: string): readonly Drift[] {
  const plan = JSON.parse(text) as {
    readonly resource_changes?: readonly {
      readonly address: string;
      readonly mode: string;
      readonly change: { readonly actions: readonly string[]; readonly before: unknown; readonly after: unknown };
    }[];
  };
  return (plan.resource_changes ?? [])
    .filter(({ mode, change }) => mode === 'managed' && change.actions.join() !== 'no-op')
    .map(({ address, change: { actions, before, after } }) => ({
      address,
      actions,
      changed: differing(before, after),
    }));
}

function differing(before: unknown, after: unknown): readonly string[] {
  const [was, is] = [before, after].map((of) => (of ?? {}) as Readonly<Record<string, unknown>>);
  return [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])]
    .filter((key) => JSON.stringify(was?.[key]) !== JSON.stringify(is?.[key]))
    .sort();
}

function failedPlan({ status, stdout, stderr }: TerraformResult): never {
  throw new Error(`the second plan ended with ${status}:\n${stdout.slice(-2_000)}\n${stderr.slice(-4_000)}`);
}
