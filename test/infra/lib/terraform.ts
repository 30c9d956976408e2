import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { giveAliases, setOfflineProviders } from './offline-providers.ts';
import { inTurn, providerVersion, sharedFolder, terraform, terraformDone } from './terraform-program.ts';

export { providerSkip, terraformSkip } from './terraform-program.ts';

/** Where the modules, stacks and examples lie. */
export const TERRAFORM_ROOT = fileURLToPath(new URL('../../../infra/terraform/', import.meta.url));

/** One thing that a plan would have: a resource or what a module of it holds. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly mode: 'managed' | 'data';
  readonly index?: string | number;
  readonly provider_name: string;
  /** What is known before anything exists. What is not known yet is left out. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** A module in the part of a plan that says what there would be. */
export interface PlannedModule {
  readonly address?: string;
  readonly resources?: readonly PlannedResource[];
  readonly child_modules?: readonly PlannedModule[];
}

/** A plan as `terraform show -json` tells it, with its resources in one list. */
export interface Plan {
  readonly resources: readonly PlannedResource[];
  readonly planned_values: {
    readonly root_module: PlannedModule;
    readonly outputs?: Readonly<Record<string, unknown>>;
  };
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly mode: string;
    readonly change: { readonly actions: readonly string[]; readonly after_unknown?: unknown };
  }[];
  readonly configuration: {
    readonly provider_config?: Readonly<Record<string, unknown>>;
    readonly root_module: Readonly<Record<string, unknown>>;
  };
  readonly variables?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** How a module is tested. */
export interface ModuleTestOptions {
  /** Whether commands may start the provider, and so take turns. */
  readonly provider?: boolean;
  /** Further variables, as those of a provider that runs already. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What `terraform test` said of one module. */
export interface ModuleTest {
  /** One line per run that did not pass, empty when all did. */
  readonly failures: readonly string[];
  /** The names of the runs that passed. */
  readonly passed: readonly string[];
}

/**
 * What `modules/MODULE/documents` gives for these variables, without any provider: its outputs by name, a document as the string of
 * JSON that it is. A variable that the submodule does not declare is an error.
 */
export async function renderDocuments(
  module: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  return withCopy(async (root) => {
    const cwd = join(root, 'modules', module, 'documents');
    if (!existsSync(cwd)) throw new Error(`modules/${module} has no folder documents`);
    return await outputsOf(cwd, variables);
  });
}

/** The outputs of any configuration that needs no provider. Files are written to `cwd`: give it a copy. */
export async function outputsOf(
  cwd: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const file = join(cwd, 'test-variables.json');
  writeFileSync(file, JSON.stringify(variables));
  const calls = globSync('*.tf', { cwd }).some((name) => /^module /mu.test(readFileSync(join(cwd, name), 'utf8')));
  if (calls) await terraformDone({ cwd, args: ['init', '-no-color', '-backend=false'], provider: false });
  const args = ['apply', '-auto-approve', '-input=false', '-no-color', `-var-file=${file}`];
  const { stdout } = await terraformDone({ cwd, args, provider: false });
  const undeclared = /Value for undeclared variable[\s\S]{0,400}?named "([^"]+)"/u.exec(stdout);
  if (undeclared) throw new Error(`${cwd.split('/').slice(-2).join('/')} declares no variable "${undeclared[1]}"`);
  const state = JSON.parse(readFileSync(join(cwd, 'terraform.tfstate'), 'utf8')) as {
    readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
  };
  return Object.fromEntries(Object.entries(state.outputs).map(([name, { value }]) => [name, value]));
}

/**
 * What the real provider would build of an example, with credentials that open nothing and without a network. Variables come from
 * the example's own `terraform.tfvars.example` and `sallyport.auto.tfvars.json`. Made once for the same files, then kept.
 */
export async function planOf(example: 'full' | 'minimal'): Promise<Plan> {
  const kept = join(sharedFolder(), `plan-${example}-${filesDigest(example)}.json`);
  if (!existsSync(kept)) {
    for (const old of globSync(`plan-${example}-*.json`, { cwd: sharedFolder() })) {
      rmSync(join(sharedFolder(), old), { force: true });
    }
    await withCopy(async (root) => {
      const cwd = join(root, 'examples', example);
      await prepareExample(cwd);
      // Whoever waited for the turn may find that another test file has made the plan.
      const command = ['sh', '-c', PLAN_SCRIPT, 'plan', kept];
      const { status, stdout, stderr } = await inTurn({ cwd, command });
      if (status !== 0)
        throw new Error(`no plan of examples/${example}:\n${stdout.slice(-2_000)}\n${stderr.slice(-8_000)}`);
    });
  }
  const plan = JSON.parse(readFileSync(kept, 'utf8')) as Omit<Plan, 'resources'>;
  return { ...plan, resources: resourcesIn(plan.planned_values.root_module) };
}

/** Gives the example's copy its variables, and providers that ask nobody, or an emulator only. */
export async function prepareExample(cwd: string, { emulator = false } = {}): Promise<void> {
  const variables = join(cwd, 'terraform.tfvars.example');
  if (existsSync(variables)) cpSync(variables, join(cwd, 'terraform.tfvars'));
  await setOfflineProviders(cwd, { emulator });
}

/**
 * Runs `terraform validate` and `terraform test` in `infra/terraform/PATH`.
 *
 * @throws when the configuration is not valid: no run is counted then.
 */
export async function moduleTest(path: string, { env, provider = true }: ModuleTestOptions = {}): Promise<ModuleTest> {
  return withCopy(async (root) => {
    const run = { cwd: join(root, path), provider, ...(env === undefined ? {} : { env }) };
    // Whoever calls a module gives it its further providers: where it is checked alone, nobody has.
    const removeProviders = await giveAliases(run.cwd);
    await terraformDone({ ...run, args: ['init', '-no-color', '-input=false', '-backend=false'] });
    await terraformDone({ ...run, args: ['validate', '-no-color'] });
    removeProviders();
    const { stdout, stderr, status } = await terraform({ ...run, args: ['test', '-no-color', '-json'] });
    const events = jsonLines(stdout);
    const runs = events.flatMap(({ type, test_run: run }) => (type === 'test_run' && run ? [run] : []));
    const ended = runs.filter(({ progress }) => progress === undefined || progress === 'complete');
    const failed = ended.filter(({ status: of }) => of !== 'pass');
    const told = events.flatMap(({ diagnostic: of }) =>
      of?.severity === 'error' ? [`${of.summary}: ${of.detail}`] : [],
    );
    if (status !== 0 && failed.length === 0) {
      throw new Error(`terraform test of ${path} ended with ${status}: ${told.join('\n') || stderr.slice(-4_000)}`);
    }
    return {
      passed: ended.filter(({ status: of }) => of === 'pass').map(({ run }) => run),
      failures: failed.map(({ path: file, run, status: of }) => `${file}: ${run}: ${of}\n${told.join('\n')}`),
    };
  });
}

/** Runs `use` with a copy of all Terraform files, in which commands may leave what they like. The copy goes afterwards. */
export async function withCopy<T>(use: (root: string) => Promise<T>, of = TERRAFORM_ROOT): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-tf-'));
  try {
    cpSync(of, root, { recursive: true, filter: (from) => !/\/\.terraform(\/|$)/u.test(from) });
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** All resources in a module and in those below it. */
export function resourcesIn(module: PlannedModule): readonly PlannedResource[] {
  return [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(resourcesIn)];
}

const PLAN_SCRIPT = `
test -e "$1" && exit 0
terraform init -no-color -input=false >/dev/null &&
  terraform plan -no-color -input=false -lock=false -out=plan.bin >/dev/null &&
  terraform show -json plan.bin >plan.json &&
  mv plan.json "$1"
`;

interface TestEvent {
  readonly type?: string;
  readonly test_run?: {
    readonly path: string;
    readonly run: string;
    readonly status?: string;
    readonly progress?: string;
  };
  readonly diagnostic?: { readonly severity: string; readonly summary: string; readonly detail: string };
}

function jsonLines(text: string): readonly TestEvent[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as TestEvent);
}

/** Tells one state of the files from another: all that an example may read, and the provider. */
function filesDigest(example: string): string {
  const hash = createHash('sha256').update(providerVersion() ?? '');
  const read = globSync(['modules/**/*', 'stacks/**/*', `examples/${example}/**/*`], {
    cwd: TERRAFORM_ROOT,
    withFileTypes: true,
  });
  for (const file of read
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
