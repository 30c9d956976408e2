/** A definition in the Amazon States Language, as far as ours use it. */
export interface StateMachine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

type State =
  | {
      readonly Type: 'Task';
      readonly Resource: string;
      readonly Parameters: Readonly<Record<string, unknown>>;
      readonly ResultSelector?: Readonly<Record<string, string>>;
      readonly ResultPath?: string | null;
      readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
      readonly Next?: string;
      readonly End?: boolean;
    }
  | {
      readonly Type: 'Choice';
      readonly Choices: readonly {
        readonly Variable: string;
        readonly Next: string;
        readonly NumericGreaterThan?: number;
        readonly StringEquals?: string;
        readonly IsPresent?: boolean;
      }[];
      readonly Default: string;
    }
  | { readonly Type: 'Wait'; readonly Seconds: number; readonly Next: string }
  | { readonly Type: 'Fail'; readonly Error: string }
  | { readonly Type: 'Succeed' };

/** What a service answers to a call of a state machine: a result, or the name of an error. */
export type Answer = { readonly result: unknown } | { readonly error: string };

/** One call that a state machine made. */
export interface Call {
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Seconds after the start. */
  readonly atSeconds: number;
}

export interface Execution {
  readonly outcome: 'succeeded' | 'timed out' | { readonly failed: string };
  readonly calls: readonly Call[];
  readonly seconds: number;
}

/**
 * Runs a definition as AWS documents it, with time that passes only in waits. Retries are not run: `answer` gives what comes of
 * the last one.
 *
 * @throws {TypeError} for a path or a choice that is not known here.
 */
export function execute(machine: StateMachine, input: unknown, answer: (call: Call) => Answer): Execution {
  let state: Record<string, unknown> = { ...(input as Record<string, unknown>) };
  let name: string | undefined = machine.StartAt;
  let seconds = 0;
  const calls: Call[] = [];
  const ended = (outcome: Execution['outcome']): Execution => ({ outcome, calls, seconds });

  while (name !== undefined) {
    if (machine.TimeoutSeconds !== undefined && seconds > machine.TimeoutSeconds) return ended('timed out');
    const current: State | undefined = machine.States[name];
    if (current === undefined) throw new TypeError(`there is no state \`${name}\``);
    switch (current.Type) {
      case 'Succeed':
        return ended('succeeded');
      case 'Fail':
        return ended({ failed: current.Error });
      case 'Wait':
        seconds += current.Seconds;
        name = current.Next;
        break;
      case 'Choice':
        name = current.Choices.find((choice) => isChosen(choice, state))?.Next ?? current.Default;
        break;
      case 'Task': {
        const action = current.Resource.replace(/^arn:[\w-]+:states:::aws-sdk:/u, '');
        const call: Call = { action, parameters: filled(current.Parameters, state), atSeconds: seconds };
        calls.push(call);
        const given = answer(call);
        if ('error' in given) {
          const caught: { readonly Next: string } | undefined = current.Catch?.find(
            ({ ErrorEquals }) => ErrorEquals.includes(given.error) || ErrorEquals.includes('States.ALL'),
          );
          if (caught === undefined) return ended({ failed: given.error });
          name = caught.Next;
        } else {
          if (typeof current.ResultPath === 'string') state = { ...state, ...placed(current, given.result) };
          // Without a path the result takes the place of everything.
          else if (current.ResultPath === undefined) state = given.result as Record<string, unknown>;
          if (current.End === true) return ended('succeeded');
          name = current.Next;
        }
        break;
      }
    }
  }
  return ended('succeeded');
}

function isChosen(choice: Extract<State, { readonly Type: 'Choice' }>['Choices'][number], state: unknown): boolean {
  const value = at(choice.Variable, state);
  if (choice.IsPresent !== undefined) return (value !== undefined) === choice.IsPresent;
  if (choice.StringEquals !== undefined) return value === choice.StringEquals;
  if (choice.NumericGreaterThan !== undefined) return Number(value) > choice.NumericGreaterThan;
  throw new TypeError(`the choice on \`${choice.Variable}\` is of a kind that is not known here`);
}

function placed(
  task: { readonly ResultPath?: string | null; readonly ResultSelector?: Readonly<Record<string, string>> },
  result: unknown,
): Record<string, unknown> {
  const field = /^\$\.(\w+)$/u.exec(task.ResultPath ?? '')?.[1];
  if (field === undefined) throw new TypeError(`the result path \`${task.ResultPath}\` is not known here`);
  return { [field]: task.ResultSelector === undefined ? result : filled(task.ResultSelector, result) };
}

/** Fields whose name ends with `.$` hold a path, `States.ArrayLength` of one or `States.Array` with one. */
function filled(template: Readonly<Record<string, unknown>>, state: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => {
      if (!key.endsWith('.$')) return [key, value];
      const [, call, path] = /^States\.(ArrayLength|Array)\((.+)\)$/u.exec(String(value)) ?? [];
      const name = key.slice(0, -2);
      if (call === undefined || path === undefined) return [name, at(String(value), state)];
      const found = at(path, state);
      return [name, call === 'Array' ? [found] : (found as readonly unknown[]).length];
    }),
  );
}

function at(path: string, state: unknown): unknown {
  const steps = /^\$((?:\.\w+|\[\d+\])*)$/u.exec(path)?.[1];
  if (steps === undefined) throw new TypeError(`the path \`${path}\` is not known here`);
  let value: unknown = state;
  for (const [, field, index] of steps.matchAll(/\.(\w+)|\[(\d+)\]/gu)) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[field ?? index ?? ''];
  }
  return value;
}
