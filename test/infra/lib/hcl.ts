import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';

/** The body of a block: attributes, and nested blocks as lists. Expressions stay text, between `${` and `}`. */
export type Body = Readonly<Record<string, unknown>>;

/** What the `.tf` files of one folder say together. */
export interface Configuration {
  /** By type, then by name: each `resource "TYPE" "NAME"`. */
  readonly resource: Readonly<Record<string, Readonly<Record<string, readonly Body[]>>>>;
  readonly data: Readonly<Record<string, Readonly<Record<string, readonly Body[]>>>>;
  readonly variable: Readonly<Record<string, readonly Body[]>>;
  readonly output: Readonly<Record<string, readonly Body[]>>;
  readonly module: Readonly<Record<string, readonly Body[]>>;
  readonly provider: Readonly<Record<string, readonly Body[]>>;
  readonly locals: readonly Body[];
  readonly terraform: readonly Body[];
  readonly check: Readonly<Record<string, readonly Body[]>>;
  /** `moved`, `import` and the like, which nothing here reads. */
  readonly rest: readonly string[];
}

/** Reads all `.tf` files of a folder. It throws on text that is no HCL. */
export async function readConfiguration(folder: string): Promise<Configuration> {
  const merged: { [kind: string]: unknown } = {};
  for (const file of globSync('*.tf', { cwd: folder }).sort()) {
    for (const [kind, blocks] of Object.entries(await parseHcl(join(folder, file)))) {
      merged[kind] = kind in merged ? mergeBlocks(merged[kind], blocks) : blocks;
    }
  }
  const known = ['resource', 'data', 'variable', 'output', 'module', 'provider', 'locals', 'terraform', 'check'];
  const labelled = (kind: string): never => (merged[kind] ?? {}) as never;
  const listed = (kind: string): readonly Body[] => (merged[kind] ?? []) as readonly Body[];
  return {
    resource: labelled('resource'),
    data: labelled('data'),
    variable: labelled('variable'),
    output: labelled('output'),
    module: labelled('module'),
    provider: labelled('provider'),
    check: labelled('check'),
    locals: listed('locals'),
    terraform: listed('terraform'),
    rest: Object.keys(merged).filter((kind) => !known.includes(kind)),
  };
}

/** One file as the parser gives it. */
export async function parseHcl(file: string): Promise<Readonly<Record<string, unknown>>> {
  return (await parse(file, readFileSync(file, 'utf8'))) as Readonly<Record<string, unknown>>;
}

/** Blocks of the same kind from two files: lists are put together, labels merged. */
function mergeBlocks(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
  if (!isBody(a) || !isBody(b)) return b;
  const merged: { [label: string]: unknown } = { ...a };
  for (const [label, value] of Object.entries(b)) merged[label] = label in a ? mergeBlocks(a[label], value) : value;
  return merged;
}

/** Whether a value is an object rather than a list or a plain value. */
export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
