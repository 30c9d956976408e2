import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfiguration } from './hcl.ts';
import type { Body, Configuration } from './hcl.ts';
import { referencesIn } from './expressions.ts';
import type { Reference } from './expressions.ts';
import { schemaFaults } from './schema.ts';
import type { BlockFacts, ProviderFacts } from './schema.ts';

/** One folder with Terraform files, and what they say. */
export interface Folder {
  /** Relative to the root of all Terraform files. */
  readonly path: string;
  readonly said: Configuration;
}

/** Every folder below `root` that holds `.tf` files, by its path. */
export async function readFolders(root: string): Promise<ReadonlyMap<string, Folder>> {
  const paths = new Set(globSync('**/*.tf', { cwd: root }).map(dirname));
  const folders = [...paths].filter((path) => !path.includes('.terraform')).sort();
  const read = folders.map(async (path) => [path, { path, said: await readConfiguration(join(root, path)) }] as const);
  return new Map(await Promise.all(read));
}

/** Types and arguments that the provider does not know, or misses. */
export function providerFaults({ path, said }: Folder, facts: ProviderFacts): readonly string[] {
  return (['resource', 'data'] as const).flatMap((kind) =>
    Object.entries(said[kind]).flatMap(([type, named]) => {
      const known = facts[kind][type];
      if (BUILT_IN.includes(type)) return [];
      if (known === undefined) return [`${path}: no facts about ${kind} ${type}: node scripts/provider-facts.ts`];
      return Object.entries(named).flatMap(([name, bodies]) =>
        bodies.flatMap((body) => schemaFaults(body, known, `${path}: ${kind} ${type}.${name}`)),
      );
    }),
  );
}

/** Names that nothing in the folder declares, and attributes that their type does not have. */
export function referenceFaults(
  folder: Folder,
  folders: ReadonlyMap<string, Folder>,
  facts: ProviderFacts,
): readonly string[] {
  const faults = new Set<string>();
  for (const { place, value } of placesIn(folder.said)) {
    for (const reference of referencesIn(value)) {
      const fault = faultOf(reference, folder, folders, facts);
      if (fault !== null) faults.add(`${folder.path}: ${place}: ${fault}`);
    }
  }
  return [...faults];
}

/** Calls of modules that are not ours, name no folder, give what is not asked for, or leave out what is. */
export function callFaults({ path, said }: Folder, folders: ReadonlyMap<string, Folder>): readonly string[] {
  return Object.entries(said.module).flatMap(([name, bodies]) =>
    bodies.flatMap((body) => {
      const place = `${path}: module ${name}`;
      const source = String(body['source']);
      if (!/^\.{1,2}\//u.test(source)) return [`${place}: ${source} is not a module of this repository`];
      const called = folders.get(join(path, source));
      if (called === undefined) return [`${place}: no folder ${source}`];
      const declared = Object.entries(called.said.variable);
      const given = Object.keys(body).filter((key) => !CALL_META.includes(key));
      return [
        ...given.filter((key) => !(key in called.said.variable)).map((key) => `${place}: no input ${key}`),
        ...declared
          .filter(([key, of]) => !given.includes(key) && !of.some((one) => 'default' in one))
          .map(([key]) => `${place}: input ${key} is missing`),
      ];
    }),
  );
}

/** Variables and locals that nothing reads. */
export function unusedFaults({ path, said }: Folder): readonly string[] {
  const read = placesIn(said).flatMap(({ place, value }) =>
    // A variable's own validation is no use of it.
    referencesIn(value).filter((one) => !(one.kind === 'variable' && place === `variable ${one.name}`)),
  );
  const uses = (kind: 'variable' | 'local', name: string): boolean =>
    read.some((one) => one.kind === kind && one.name === name);
  return [
    ...Object.keys(said.variable).filter((name) => !uses('variable', name)),
    ...localNames(said).filter((name) => !uses('local', name)),
  ].map((name) => `${path}: nothing reads ${name}`);
}

/** Every part of a configuration that may hold expressions, with the words that name it. */
export function placesIn(said: Configuration): readonly { readonly place: string; readonly value: unknown }[] {
  const typed = (['resource', 'data'] as const).flatMap((kind) =>
    Object.entries(said[kind]).flatMap(([type, named]) =>
      Object.entries(named).map(([name, value]) => ({ place: `${kind} ${type}.${name}`, value })),
    ),
  );
  const named = (['variable', 'output', 'module', 'provider', 'check'] as const).flatMap((kind) =>
    Object.entries(said[kind]).map(([name, value]) => ({ place: `${kind} ${name}`, value })),
  );
  return [...typed, ...named, { place: 'locals', value: said.locals }];
}

const BUILT_IN = ['terraform_data'];
const CALL_META = ['source', 'providers', 'count', 'for_each', 'depends_on', 'version'];

function localNames(said: Configuration): readonly string[] {
  return said.locals.flatMap((one) => Object.keys(one));
}

function faultOf(
  reference: Reference,
  { path, said }: Folder,
  folders: ReadonlyMap<string, Folder>,
  facts: ProviderFacts,
): string | null {
  switch (reference.kind) {
    case 'variable':
      return reference.name in said.variable ? null : `no variable ${reference.name}`;
    case 'local':
      return localNames(said).includes(reference.name) ? null : `no local ${reference.name}`;
    case 'module':
      return moduleFault(reference.name, reference.output, said.module[reference.name], path, folders);
    case 'resource':
    case 'data': {
      const { kind, type, name, attribute } = reference;
      if (said[kind][type]?.[name] === undefined) return `no ${kind} ${type}.${name}`;
      const known = facts[kind][type];
      if (attribute === null || known === undefined || hasAttribute(known, attribute)) return null;
      return `${kind} ${type} has no attribute ${attribute}`;
    }
  }
}

function moduleFault(
  name: string,
  output: string | null,
  call: readonly Body[] | undefined,
  path: string,
  folders: ReadonlyMap<string, Folder>,
): string | null {
  if (call === undefined) return `no module ${name}`;
  const called = folders.get(join(path, String(call[0]?.['source'])));
  return output === null || called === undefined || output in called.said.output
    ? null
    : `module ${name} has no output ${output}`;
}

function hasAttribute({ required, optional, computed, blocks }: BlockFacts, name: string): boolean {
  return name === 'id' || name in blocks || [...required, ...optional, ...computed].includes(name);
}
