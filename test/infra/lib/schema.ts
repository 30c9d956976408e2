import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isBody } from './hcl.ts';
import type { Body } from './hcl.ts';

/** What the provider says of one block: which arguments there are, and which blocks may stand inside. */
export interface BlockFacts {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Given by the provider: may be read, may not be set. */
  readonly computed: readonly string[];
  readonly blocks: Readonly<Record<string, NestedFacts>>;
}

export interface NestedFacts {
  readonly min: number;
  /** 0: no limit. */
  readonly max: number;
  readonly block: BlockFacts;
}

/** Facts about the types that the deployment uses, cut from the schema of one version of the provider. */
export interface ProviderFacts {
  readonly provider: string;
  readonly version: string;
  readonly resource: Readonly<Record<string, BlockFacts>>;
  readonly data: Readonly<Record<string, BlockFacts>>;
}

/** Where the facts lie. `node scripts/provider-facts.ts` writes them. */
export const FACTS_FILE = fileURLToPath(new URL('../data/provider-facts.json', import.meta.url));

/** The committed facts. */
export function providerFacts(): ProviderFacts {
  if (!existsSync(FACTS_FILE)) throw new Error('no provider facts: node scripts/provider-facts.ts writes them');
  return JSON.parse(readFileSync(FACTS_FILE, 'utf8')) as ProviderFacts;
}

/** A block as `terraform providers schema -json` writes it. */
export interface SchemaBlock {
  readonly attributes?: Readonly<Record<string, { readonly required?: boolean; readonly optional?: boolean }>>;
  readonly block_types?: Readonly<
    Record<string, { readonly block: SchemaBlock; readonly min_items?: number; readonly max_items?: number }>
  >;
}

/** The facts in one block of a provider's schema. */
export function factsOf(block: SchemaBlock): BlockFacts {
  const attributes = Object.entries(block.attributes ?? {});
  const named = (chosen: (of: { readonly required?: boolean; readonly optional?: boolean }) => boolean): string[] =>
    attributes
      .filter(([, of]) => chosen(of))
      .map(([name]) => name)
      .sort();
  const blocks = Object.entries(block.block_types ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    required: named(({ required }) => required === true),
    optional: named(({ optional }) => optional === true),
    computed: named(({ required, optional }) => required !== true && optional !== true),
    blocks: Object.fromEntries(
      blocks.map(([name, { block: inner, min_items: min, max_items: max }]) => [
        name,
        { min: min ?? 0, max: max ?? 0, block: factsOf(inner) },
      ]),
    ),
  };
}

/** Arguments that Terraform itself gives to every resource and every data source. */
const META = ['count', 'for_each', 'provider', 'depends_on', 'lifecycle', 'provisioner', 'connection', 'dynamic'];

/**
 * What is wrong with a block by the provider's schema: names that it does not have, names that it wants and does not find, blocks too
 * few or too many. Values are not judged: only the provider itself knows them.
 */
export function schemaFaults(body: Body, facts: BlockFacts, place: string, nested = false): readonly string[] {
  const dynamic = isBody(body['dynamic']) ? body['dynamic'] : {};
  const known = [...facts.required, ...facts.optional];
  const faults: string[] = [];
  for (const name of Object.keys(body)) {
    if (known.includes(name) || name in facts.blocks || name === 'dynamic' || (!nested && META.includes(name)))
      continue;
    faults.push(`${place}: ${facts.computed.includes(name) ? `${name} is read-only` : `no argument ${name}`}`);
  }
  for (const name of facts.required) {
    if (!(name in body) && !(name in dynamic)) faults.push(`${place}: ${name} is required`);
  }
  for (const name of Object.keys(dynamic)) {
    if (!known.includes(name) && !(name in facts.blocks)) faults.push(`${place}: no block ${name}`);
  }
  for (const [name, { min, max, block }] of Object.entries(facts.blocks)) {
    const written = listOf(body[name]);
    const made = listOf(dynamic[name]);
    if (written.length < min && made.length === 0) faults.push(`${place}: at least ${min} of block ${name}`);
    if (max > 0 && written.length > max) faults.push(`${place}: at most ${max} of block ${name}`);
    const contents = made.flatMap((one) => listOf(one['content']));
    for (const one of [...written, ...contents]) faults.push(...schemaFaults(one, block, `${place}.${name}`, true));
  }
  return faults;
}

function listOf(value: unknown): readonly Body[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).filter(isBody);
}
