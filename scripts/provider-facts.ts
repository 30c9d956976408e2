// Writes test/infra/data/provider-facts.json: what the provider for AWS says of the types that infra/terraform uses.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFolders } from '../test/infra/lib/faults.ts';
import { FACTS_FILE, factsOf } from '../test/infra/lib/schema.ts';
import type { ProviderFacts, SchemaBlock } from '../test/infra/lib/schema.ts';
import { providerSkip, providerVersion, terraformDone } from '../test/infra/lib/terraform-program.ts';
import { TERRAFORM_ROOT } from '../test/infra/lib/terraform.ts';

/** A schema as far as it is read here. */
interface ProviderSchema {
  readonly version: string;
  readonly resource: Readonly<Record<string, SchemaBlock>>;
  readonly data: Readonly<Record<string, SchemaBlock>>;
}

/** An extract of the schema beside the repository: the source where the provider itself is absent. */
export const SCHEMA_EXTRACT = fileURLToPath(
  new URL('../../shared/reference/aws-provider-schema.json', import.meta.url),
);

/** The types that the Terraform files use, sorted. */
export async function typesInUse(): Promise<{
  readonly resource: readonly string[];
  readonly data: readonly string[];
}> {
  const folders = [...(await readFolders(TERRAFORM_ROOT)).values()];
  const used = (kind: 'resource' | 'data'): string[] =>
    [...new Set(folders.flatMap(({ said }) => Object.keys(said[kind])))]
      .filter((type) => type.startsWith('aws_'))
      .sort();
  return { resource: used('resource'), data: used('data') };
}

/** The schema as the provider in the mirror tells it. */
export async function schemaOfProvider(): Promise<ProviderSchema> {
  const cwd = mkdtempSync(join(tmpdir(), 'sallyport-schema-'));
  try {
    const version = providerVersion() ?? '';
    const required = { aws: { source: 'hashicorp/aws', version } };
    writeFileSync(join(cwd, 'main.tf.json'), JSON.stringify({ terraform: { required_providers: required } }));
    await terraformDone({ cwd, args: ['init', '-no-color'], provider: true });
    const { stdout } = await terraformDone({ cwd, args: ['providers', 'schema', '-json'], provider: true });
    const told = JSON.parse(stdout) as {
      readonly provider_schemas: Readonly<
        Record<string, Record<string, Record<string, { readonly block: SchemaBlock }>>>
      >;
    };
    const aws = told.provider_schemas['registry.terraform.io/hashicorp/aws'] ?? {};
    const blocks = (of: string): Record<string, SchemaBlock> =>
      Object.fromEntries(Object.entries(aws[of] ?? {}).map(([type, { block }]) => [type, block]));
    return { version, resource: blocks('resource_schemas'), data: blocks('data_source_schemas') };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** The schema as the extract tells it, which has fewer types. */
export function schemaOfExtract(): ProviderSchema {
  const told = JSON.parse(readFileSync(SCHEMA_EXTRACT, 'utf8')) as {
    readonly version?: string;
    readonly resource_schemas: Readonly<Record<string, SchemaBlock>>;
    readonly data_source_schemas: Readonly<Record<string, SchemaBlock>>;
  };
  return { version: told.version ?? 'unknown', resource: told.resource_schemas, data: told.data_source_schemas };
}

/** The facts about the types in use that a schema holds; types that it lacks are left out. */
export async function factsFrom(schema: ProviderSchema): Promise<ProviderFacts> {
  const used = await typesInUse();
  const cut = (kind: 'resource' | 'data'): ProviderFacts['resource'] =>
    Object.fromEntries(
      used[kind].flatMap((type) => {
        const block = schema[kind][type];
        return block === undefined ? [] : [[type, factsOf(block)]];
      }),
    );
  return { provider: 'hashicorp/aws', version: schema.version, resource: cut('resource'), data: cut('data') };
}

if (import.meta.main) {
  const missing = providerSkip();
  if (missing !== false && !existsSync(SCHEMA_EXTRACT)) {
    process.stderr.write(`error: ${missing}, and there is no extract of its schema either\n`);
    process.exit(1);
  }
  const facts = await factsFrom(missing === false ? await schemaOfProvider() : schemaOfExtract());
  // One type per line: a change of one type is one line of a diff.
  const lines = (of: ProviderFacts['resource']): string =>
    Object.entries(of)
      .map(([type, block]) => `    ${JSON.stringify(type)}: ${JSON.stringify(block)}`)
      .join(',\n');
  writeFileSync(
    FACTS_FILE,
    `{\n  "provider": ${JSON.stringify(facts.provider)},\n  "version": ${JSON.stringify(facts.version)},\n  "resource": {\n${lines(facts.resource)}\n  },\n  "data": {\n${lines(facts.data)}\n  }\n}\n`,
  );
  process.stdout.write(
    `${Object.keys(facts.resource).length} resource types, ${Object.keys(facts.data).length} data types\n`,
  );
}
