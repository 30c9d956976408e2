import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a step asks for: a call of AWS, a script, or a person's word. */
export type Step = {
  readonly name: string;
  readonly onFailure: 'Continue' | 'Abort';
  readonly isCritical: boolean;
  readonly timeoutSeconds: number;
} & (
  | { readonly action: 'aws:executeAwsApi'; readonly service: string; readonly api: string; readonly inputs: Inputs }
  | {
      readonly action: 'aws:executeScript';
      readonly handler: string;
      readonly script: string;
      readonly payload: Inputs;
    }
  | {
      readonly action: 'aws:approve';
      readonly topic: string;
      readonly approvers: readonly string[];
      readonly minApprovals: number;
    }
);

export type Inputs = Readonly<Record<string, unknown>>;

/** An automation document of Systems Manager, of the schema and the actions that ours use. */
export interface Automation {
  readonly assumeRole: string;
  readonly steps: readonly Step[];
}

const FIELDS = ['action', 'inputs', 'isCritical', 'maxAttempts', 'name', 'onFailure', 'timeoutSeconds'];

/** @throws {TypeError} for whatever Systems Manager would refuse, and for what ours have no use for. */
export function readAutomation(text: string): Automation {
  const document = JSON.parse(text) as Record<string, unknown>;
  const { schemaVersion, description, assumeRole, mainSteps, ...others } = document;
  if (schemaVersion !== '0.3') throw new TypeError('an automation needs the schema 0.3');
  if (Object.keys(others).length > 0) throw new TypeError(`unknown fields ${Object.keys(others).join(', ')}`);
  if (typeof description !== 'string' || typeof assumeRole !== 'string') throw new TypeError('a text is missing');
  const steps = (mainSteps as readonly Record<string, unknown>[]).map(readStep);
  const names = steps.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw new TypeError('two steps have one name');
  return { assumeRole, steps };
}

function readStep(step: Record<string, unknown>): Step {
  const unknown = Object.keys(step).filter((name) => !FIELDS.includes(name));
  if (unknown.length > 0) throw new TypeError(`unknown fields ${unknown.join(', ')}`);
  const { name, onFailure, isCritical, timeoutSeconds, action } = step;
  const inputs = step['inputs'] as Record<string, unknown>;
  if (typeof name !== 'string' || !/^[a-zA-Z0-9_]{3,128}$/u.test(name))
    throw new TypeError(`\`${String(name)}\` is no name`);
  if (onFailure !== 'Continue' && onFailure !== 'Abort') throw new TypeError(`${name}: what after a failure?`);
  if (typeof isCritical !== 'boolean' || typeof timeoutSeconds !== 'number') throw new TypeError(`${name}: incomplete`);
  const common = { name, onFailure, isCritical, timeoutSeconds } as const;
  switch (action) {
    case 'aws:executeAwsApi': {
      const { Service, Api, ...rest } = inputs;
      return { ...common, action, service: String(Service), api: String(Api), inputs: rest };
    }
    case 'aws:executeScript': {
      const { Runtime, Handler, Script, InputPayload, ...rest } = inputs;
      if (Object.keys(rest).length > 0 || Runtime !== 'python3.11') throw new TypeError(`${name}: inputs`);
      // A script has ten minutes, and a pair of braces would be taken for a variable of the automation.
      if (timeoutSeconds > 600 || String(Script).includes('{{')) throw new TypeError(`${name}: script`);
      return { ...common, action, handler: String(Handler), script: String(Script), payload: InputPayload as Inputs };
    }
    case 'aws:approve': {
      const { NotificationArn, Message, MinRequiredApprovals, Approvers, ...rest } = inputs;
      if (Object.keys(rest).length > 0 || String(Message).length > 4_096) throw new TypeError(`${name}: inputs`);
      // Systems Manager sends to topics alone whose names begin with this word.
      if (!/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:Automation/u.test(String(NotificationArn)))
        throw new TypeError(`${name}: nobody is told over \`${String(NotificationArn)}\``);
      return {
        ...common,
        action,
        topic: String(NotificationArn),
        approvers: Approvers as readonly string[],
        minApprovals: Number(MinRequiredApprovals),
      };
    }
    default:
      throw new TypeError(`${name}: the action \`${String(action)}\` is not known here`);
  }
}

/** How an automation ended, and what became of each step that it came to. */
export interface Ended {
  readonly status: 'Success' | 'Failed';
  readonly steps: readonly { readonly name: string; readonly failed: string | null }[];
}

/** Goes through the steps as Systems Manager does. `act` throws where a step fails. */
export async function runAutomation(automation: Automation, act: (step: Step) => unknown): Promise<Ended> {
  const steps: { name: string; failed: string | null }[] = [];
  for (const step of automation.steps) {
    try {
      await act(step);
      steps.push({ name: step.name, failed: null });
    } catch (error) {
      steps.push({ name: step.name, failed: error instanceof Error ? error.message : String(error) });
      if (step.onFailure === 'Abort') break;
    }
  }
  const isFailed = steps.some(
    ({ name, failed }) => failed !== null && automation.steps.find((step) => step.name === name)?.isCritical,
  );
  return { status: isFailed ? 'Failed' : 'Success', steps };
}

/** A call that a script made of its stand-in for boto3. */
export interface ScriptCall {
  readonly call: string;
  readonly inputs: Inputs;
}

const SCRIPTS = fileURLToPath(new URL('automation-scripts/', import.meta.url));
const LIMIT_MS = 60_000;

/** Why scripts cannot be run here, or false where they can. */
export function pythonSkip(python = 'python3'): string | false {
  return spawnSync(python, ['-c', 'pass'], { timeout: LIMIT_MS }).status === 0 ? false : `${python} is not there`;
}

/**
 * Runs the script of a step with a stand-in for boto3, which answers and refuses as told, and on a clock that only its own waits move.
 * Each page of `answers` is one of a list; calls that are no list get them one after the other, the last again and again.
 */
export function runScript(
  step: Extract<Step, { readonly action: 'aws:executeScript' }>,
  world: {
    readonly answers?: Readonly<Record<string, readonly unknown[]>>;
    readonly refused?: readonly { readonly call: string; readonly value: string; readonly isMissing?: true }[];
  } = {},
): {
  readonly returned?: unknown;
  readonly failed?: string;
  readonly calls: readonly ScriptCall[];
  /** Seconds that it waited, in order; no time passes. */
  readonly slept: readonly number[];
} {
  const { script, handler, payload } = step;
  const told = { script, handler, payload, answers: world.answers ?? {}, refused: world.refused ?? [] };
  const ended = spawnSync('python3', [`${SCRIPTS}run_script.py`], {
    input: JSON.stringify(told),
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: PYTHON_ENV,
  });
  if (ended.status !== 0) throw new Error(`the script ended with ${ended.status}: ${ended.stderr.slice(-2_000)}`);
  return JSON.parse(ended.stdout) as ReturnType<typeof runScript>;
}

/** Makes calls of AWS and does steps of automations for real, one after the other. The caller stops it. */
export interface AwsWorker {
  /** @throws where AWS refuses. */
  call(service: string, api: string, inputs?: Inputs): Promise<unknown>;
  /** @throws where the step fails. */
  do(step: Step): Promise<unknown>;
  stop(): void;
}

/** Starts a worker with the given Python, which has boto3, for the endpoint and credentials in `env`. */
export function awsWorker(python: string, env: Readonly<Record<string, string>>): AwsWorker {
  const child = spawn(python, [`${SCRIPTS}work.py`], {
    env: { ...PYTHON_ENV, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (told: unknown): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(told)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the worker ended');
    const said = JSON.parse(value) as { readonly returned?: unknown; readonly failed?: string };
    if (said.failed !== undefined) throw new Error(said.failed);
    return said.returned;
  };
  return {
    call: (service, api, inputs = {}) => ask({ service, api, inputs }),
    do: async (step) => {
      switch (step.action) {
        case 'aws:approve':
          return null;
        case 'aws:executeScript':
          return ask({ script: step.script, handler: step.handler, payload: step.payload });
        case 'aws:executeAwsApi':
          return ask({ service: step.service, api: step.api, inputs: step.inputs });
      }
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

const PYTHON_ENV = { PATH: process.env['PATH'], HOME: process.env['HOME'], PYTHONDONTWRITEBYTECODE: '1' };
