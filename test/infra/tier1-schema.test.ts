import assert from 'node:assert/strict';
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { factsFrom, schemaOfExtract, SCHEMA_EXTRACT, typesInUse } from '../../scripts/provider-facts.ts';
import { expressionsIn, referencesIn } from './lib/expressions.ts';
import { callFaults, providerFaults, readFolders, referenceFaults, unusedFaults } from './lib/faults.ts';
import { parseHcl } from './lib/hcl.ts';
import { providerFacts } from './lib/schema.ts';
import type { ProviderFacts } from './lib/schema.ts';
import { moduleTest, TERRAFORM_ROOT, terraformSkip } from './lib/terraform.ts';
import { terraform } from './lib/terraform-program.ts';

const folders = await readFolders(TERRAFORM_ROOT);
const facts = providerFacts();
const isExample = (path: string): boolean => path.startsWith('examples/');
const isDocuments = (path: string): boolean => path.endsWith('/documents');

test('every Terraform file is written as terraform fmt writes it', { skip: terraformSkip() }, async () => {
  const args = ['fmt', '-check', '-recursive', '-no-color', '.'];
  const { stdout, stderr } = await terraform({ cwd: TERRAFORM_ROOT, args, provider: false });
  assert.equal(`${stdout}${stderr}`, '');
});

test('the rules that come of a policy pass their own tests', { skip: terraformSkip() }, async (t) => {
  const { passed, failures } = await moduleTest('modules/policy-rules', { provider: false });
  assert.deepEqual(failures, []);
  assert.ok(passed.length > 0, 'modules/policy-rules has no tests');
  t.diagnostic(`infra: runs of terraform test on policy-rules = ${passed.length}`);
});

test('the committed facts are about all types in use, and about no others', async () => {
  const used = await typesInUse();
  const hint = 'node scripts/provider-facts.ts writes them anew';
  assert.deepEqual(Object.keys(facts.resource).sort(), used.resource, hint);
  assert.deepEqual(Object.keys(facts.data).sort(), used.data, hint);
});

test(
  'the committed facts are what the extract of the schema says',
  { skip: existsSync(SCHEMA_EXTRACT) ? false : 'no extract of the provider schema beside the repository' },
  async () => {
    const extract = await factsFrom(schemaOfExtract());
    for (const kind of ['resource', 'data'] as const) {
      for (const [type, block] of Object.entries(extract[kind])) assert.deepEqual(facts[kind][type], block, type);
    }
  },
);

test('the provider knows every type, argument and block, and misses none', (t) => {
  assert.deepEqual(
    [...folders.values()].flatMap((folder) => providerFaults(folder, facts)),
    [],
  );
  const blocks = [...folders.values()].flatMap(({ said }) => Object.values(said.resource).flatMap(Object.keys));
  t.diagnostic(`infra: resource blocks held against the schema = ${blocks.length}`);
  t.diagnostic(`infra: types with facts = ${Object.keys(facts.resource).length + Object.keys(facts.data).length}`);
});

test('everything that an expression names is declared and has that attribute', () => {
  assert.deepEqual(
    [...folders.values()].flatMap((folder) => referenceFaults(folder, folders, facts)),
    [],
  );
});

test('every call of a module gives what is asked for, of a module in this repository', () => {
  assert.deepEqual(
    [...folders.values()].flatMap((folder) => callFaults(folder, folders)),
    [],
  );
});

test('every variable and local is read somewhere', () => {
  assert.deepEqual([...folders.values()].flatMap(unusedFaults), []);
});

test('every variable says what it is for and of which type', () => {
  const faults = [...folders.values()].flatMap(({ path, said }) =>
    Object.entries(said.variable).flatMap(([name, [body = {}]]) =>
      ['description', 'type'].filter((key) => !(key in body)).map((key) => `${path}: variable ${name} has no ${key}`),
    ),
  );
  assert.deepEqual(faults, []);
});

test('every output says what it is for', () => {
  const faults = [...folders.values()].flatMap(({ path, said }) =>
    Object.entries(said.output)
      .filter(([, [body = {}]]) => !('description' in body))
      .map(([name]) => `${path}: output ${name} has no description`),
  );
  assert.deepEqual(faults, []);
});

test('no data source asks AWS, so a plan needs no account', () => {
  const quiet = ['aws_partition', 'aws_region'];
  const faults = [...folders.values()].flatMap(({ path, said }) =>
    Object.keys(said.data)
      .filter((type) => !quiet.includes(type))
      .map((type) => `${path}: data ${type}`),
  );
  assert.deepEqual(faults, []);
});

test('modules and stacks leave providers and backends to whoever calls them', () => {
  const faults = [...folders.values()]
    .filter(({ path }) => !isExample(path))
    .flatMap(({ path, said }) => [
      ...(Object.keys(said.provider).length > 0 ? [`${path}: a provider block`] : []),
      ...(said.terraform.some((one) => 'backend' in one || 'cloud' in one) ? [`${path}: a backend`] : []),
    ]);
  assert.deepEqual(faults, []);
});

test('every module, stack and example says which versions it wants', () => {
  const faults = [...folders.values()]
    .filter(({ path }) => /^(modules|stacks|examples)\/[^/]+$/u.test(path))
    .filter(({ said }) => {
      const [one = {}] = said.terraform.filter((of) => 'required_version' in of);
      const provider = JSON.stringify(said.terraform.flatMap((of) => of['required_providers'] ?? []));
      const uses = Object.keys(said.resource).some((type) => type.startsWith('aws_'));
      return one['required_version'] !== '>= 1.9' || (uses && !provider.includes('">= 5.80, < 7.0"'));
    });
  assert.deepEqual(
    faults.map(({ path }) => path),
    [],
  );
});

test('folders of documents hold documents only: no provider, no resource, no data source', () => {
  const faults = [...folders.values()]
    .filter(({ path }) => isDocuments(path))
    .filter(({ said }) => {
      const provider = said.terraform.some((one) => 'required_providers' in one);
      return provider || [said.resource, said.data, said.provider].some((of) => Object.keys(of).length > 0);
    });
  assert.deepEqual(
    faults.map(({ path }) => path),
    [],
  );
});

test('a policy document is written in a folder of documents and nowhere else', () => {
  const faults = [...folders.values()]
    .filter(({ path }) => !isDocuments(path))
    .filter(({ said }) => {
      const code = [said.resource, said.locals, said.module, said.output].flatMap(expressionsIn).join('\n');
      return /\bEffect"?\s*[=:]|\bdetail-type\b/u.test(code) || JSON.stringify(said).includes('"Effect"');
    });
  assert.deepEqual(
    faults.map(({ path }) => path),
    [],
  );
});

test('tests of modules set variables that there are, and each of their runs has a name of its own', async () => {
  const faults: string[] = [];
  for (const file of globSync('**/*.tftest.hcl', { cwd: TERRAFORM_ROOT }).sort()) {
    const path = dirname(dirname(file));
    const declared = folders.get(path)?.said.variable ?? {};
    const said = (await parseHcl(join(TERRAFORM_ROOT, file))) as {
      readonly variables?: readonly Record<string, unknown>[];
      readonly run?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
    };
    const runs = Object.entries(said.run ?? {});
    for (const [name, bodies] of runs) {
      if (bodies.length > 1) faults.push(`${file}: two runs ${name}`);
      for (const body of bodies) {
        // A run of another module has that module's variables.
        if ('module' in body) continue;
        const given = ((body['variables'] ?? []) as readonly Record<string, unknown>[]).flatMap(Object.keys);
        for (const key of given) if (!(key in declared)) faults.push(`${file}: run ${name} sets ${key}`);
      }
    }
  }
  assert.deepEqual(faults, []);
});

/** A provider of two types, to show what the checks see. */
const SMALL: ProviderFacts = {
  provider: 'small',
  version: '1',
  resource: {
    aws_wall: {
      required: ['name'],
      optional: ['height', 'tags'],
      computed: ['arn'],
      blocks: {
        gate: { min: 1, max: 2, block: { required: ['lock'], optional: [], computed: [], blocks: {} } },
      },
    },
  },
  data: {},
};

const GATE = 'gate {\n lock = "a"\n }';
for (const { name, text, want } of [
  { name: 'a block as the provider wants it', text: `resource "aws_wall" "w" {\n name = "x"\n ${GATE}\n}`, want: [] },
  { name: 'a type that nobody knows', text: 'resource "aws_moat" "m" {}', want: ['no facts about resource aws_moat'] },
  {
    name: 'a misspelt argument',
    text: `resource "aws_wall" "w" {\n name = "x"\n heigth = 1\n ${GATE}\n}`,
    want: ['no argument heigth'],
  },
  { name: 'a missing argument', text: `resource "aws_wall" "w" {\n ${GATE}\n}`, want: ['name is required'] },
  {
    name: 'an argument that only the provider may give',
    text: `resource "aws_wall" "w" {\n name = "x"\n arn = "y"\n ${GATE}\n}`,
    want: ['arn is read-only'],
  },
  { name: 'a missing block', text: 'resource "aws_wall" "w" {\n name = "x"\n}', want: ['at least 1 of block gate'] },
  {
    name: 'one block too many',
    text: `resource "aws_wall" "w" {\n name = "x"\n ${GATE}\n ${GATE}\n ${GATE}\n}`,
    want: ['at most 2 of block gate'],
  },
  {
    name: 'a fault in a nested block',
    text: 'resource "aws_wall" "w" {\n name = "x"\n gate {\n key = 1\n }\n}',
    want: ['no argument key', 'lock is required'],
  },
  {
    name: 'a fault in a dynamic block',
    text: 'resource "aws_wall" "w" {\n name = "x"\n dynamic "gate" {\n for_each = [1]\n content {\n key = 1\n }\n }\n}',
    want: ['no argument key', 'lock is required'],
  },
  {
    name: 'a count inside a nested block',
    text: 'resource "aws_wall" "w" {\n name = "x"\n gate {\n lock = "a"\n count = 2\n }\n}',
    want: ['no argument count'],
  },
]) {
  test(`the schema check sees ${name}`, async () => {
    const faults = await inFolders({ one: text }, (all) => all.flatMap((folder) => providerFaults(folder, SMALL)));
    assert.equal(faults.length, want.length, faults.join('\n'));
    for (const [index, part] of want.entries()) assert.match(faults[index] ?? '', new RegExp(part, 'u'));
  });
}

for (const { name, text, want } of [
  { name: 'a variable that is not declared', text: 'output "o" {\n value = var.gone\n}', want: 'no variable gone' },
  { name: 'a local inside a template', text: 'output "o" {\n value = "a-${local.gone}"\n}', want: 'no local gone' },
  {
    name: 'a local inside a string inside an expression',
    text: 'output "o" {\n value = upper("a-${local.gone}")\n}',
    want: 'no local gone',
  },
  {
    name: 'a resource in a list of dependencies',
    text: 'output "o" {\n value = 1\n depends_on = [aws_wall.gone]\n}',
    want: 'no resource aws_wall.gone',
  },
  {
    name: 'an attribute that the type does not have',
    text: `resource "aws_wall" "w" {\n name = "x"\n ${GATE}\n}\noutput "o" {\n value = aws_wall.w.length\n}`,
    want: 'no attribute length',
  },
  { name: 'a module that nobody calls', text: 'output "o" {\n value = module.gone.x\n}', want: 'no module gone' },
  {
    name: 'an output that a module does not have',
    text: 'module "m" {\n source = "./inner"\n}\noutput "o" {\n value = module.m.gone\n}',
    want: 'no output gone',
  },
  {
    name: 'words in plain text, which name nothing',
    text: 'output "o" {\n value = "see var.gone, $${local.gone}"\n}',
    want: '',
  },
  { name: 'a key of an object, which names nothing', text: 'output "o" {\n value = { "var.gone" = 1 }\n}', want: '' },
]) {
  test(`the reference check sees ${name}`, async () => {
    const faults = await inFolders({ one: text, 'one/inner': 'output "x" {\n value = 1\n}' }, (all, map) =>
      all.flatMap((folder) => referenceFaults(folder, map, SMALL)),
    );
    assert.match(faults.join('\n'), want === '' ? /^$/u : new RegExp(want, 'u'));
  });
}

for (const { name, text, want } of [
  {
    name: 'an input that the module does not have',
    text: 'source = "./inner"\n need = 1\n gone = 1',
    want: 'no input gone',
  },
  { name: 'an input left out', text: 'source = "./inner"', want: 'input need is missing' },
  { name: 'a folder that is not there', text: 'source = "./gone"', want: 'no folder' },
  { name: 'a module of a registry', text: 'source = "terraform-aws-modules/vpc/aws"', want: 'not a module of this' },
  { name: 'a call with all that is asked for', text: 'source = "./inner"\n need = 1', want: '' },
]) {
  test(`the call check sees ${name}`, async () => {
    const inner = 'variable "need" {}\nvariable "may" {\n default = 1\n}';
    const faults = await inFolders({ one: `module "m" {\n ${text}\n}`, 'one/inner': inner }, (all, map) =>
      all.flatMap((folder) => callFaults(folder, map)),
    );
    assert.match(faults.join('\n'), want === '' ? /^$/u : new RegExp(want, 'u'));
  });
}

type Folders = Awaited<ReturnType<typeof readFolders>>;

/** Writes one file per folder, reads them as the checks do, and hands both forms on. */
async function inFolders<T>(
  texts: Readonly<Record<string, string>>,
  use: (all: readonly (typeof folders extends ReadonlyMap<string, infer F> ? F : never)[], map: Folders) => T,
): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-hcl-'));
  try {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(join(root, path), { recursive: true });
      writeFileSync(join(root, path, 'main.tf'), text);
    }
    const map = await readFolders(root);
    return use([...map.values()], map);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test('whatever a template holds, its references are found and its plain text names nothing', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/u);
  const noise = fc.string({ unit: fc.constantFrom('a', ' ', '.', '(', ')', ',', '1', '\\n', '-', '=') });
  fc.assert(
    fc.property(name, noise, noise, (wanted, before, after) => {
      const found = referencesIn(`var.no ${before}\${upper("}{ $\${var.no} x", var.${wanted}) }${after} local.no`);
      assert.deepEqual(found, [{ kind: 'variable', name: wanted }]);
    }),
  );
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => Array.isArray(referencesIn(`\${${text}`))));
});

test('no file of Terraform lies where the tests would not look', () => {
  const strays = globSync('**/*.{tf,tf.json,tfstate,lock.hcl}', { cwd: TERRAFORM_ROOT }).filter(
    (file) => !/^(modules|stacks|examples)\/.+\.tf$/u.test(file),
  );
  assert.deepEqual(strays, []);
});
