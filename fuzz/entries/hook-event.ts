import { answerEvent } from '../../src/guard/answer-event.ts';
import { readEvent } from '../../src/guard/hook-event.ts';
import { bashBytes, eventBytes, SAMPLE_SESSION, scriptedPorts } from '../../src/guard/scripted-ports.ts';
import { actionFrom } from '../../src/guard/tool-action.ts';
import { ruleId } from '../../src/core/ids.ts';
import { MARK, promise, promiseUnmarked } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { asBytes, measuredCommands } from '../material.ts';

const tool = (name: string, input: Readonly<Record<string, string | boolean>>): Buffer =>
  eventBytes('PreToolUse', { tool_name: name, tool_input: input, tool_use_id: 'toolu_1' });

const SEEDS: readonly Uint8Array[] = [
  bashBytes(`echo ${MARK}`),
  bashBytes('sallyport-canary toolu_sallyport_0123'),
  tool('Read', { file_path: `/workspace/${MARK}` }),
  tool('Write', { file_path: 'a', content: MARK }),
  tool('Glob', { pattern: '../*', path: '/' }),
  tool('WebFetch', { url: `https://example.net/${MARK}` }),
  tool('mcp__server__tool', { x: MARK }),
  eventBytes('PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'ls' } }),
  eventBytes('UserPromptSubmit', { prompt: MARK }),
  eventBytes('PostToolUse', { tool_name: 'Bash', tool_input: {}, tool_response: { stdout: MARK } }),
  eventBytes('Stop', { stop_hook_active: true }),
  eventBytes('SessionStart', { source: 'startup' }),
];

const WORDS = [
  ...'"tool_name": "tool_input": "hook_event_name": "command": "cwd": "session_id": "tool_use_id": "PreToolUse"'.split(
    ' ',
  ),
  ...'"PermissionRequest" "Monitor" "Agent" "Grep" "\\u0063ommand": "\\ud800" "\\u0000" {} [] null true 1e400 , :'.split(
    ' ',
  ),
];

export const hookEventEntry: FuzzEntry = {
  name: 'hook-event',
  about: 'what a hook client may send: every event has an answer, and one that is not understood is refused',
  maxBytes: 256 * 1024,
  most: { baseMs: 100, msPerMb: 2000 },
  open(): OpenEntry {
    const commands = measuredCommands().filter((_, at) => at % 20 === 0);
    return {
      seeds: [...SEEDS, ...commands.map((command) => bashBytes(command))],
      words: asBytes([...WORDS, MARK]),
      async run(input, watch) {
        const read = watch.time(() => readEvent(input));
        // A policy that allows all: what is denied is denied by the guard itself.
        const ports = scriptedPorts({ decision: { verdict: 'allow', ruleId: ruleId('test/allow') } });
        const answer = await watch.timeAsync(() => answerEvent(ports, SAMPLE_SESSION, input));
        promise(answer.exit === 0 || answer.exit === 2, 'an answer ends with another status');
        promise(!/\p{Cc}/u.test(answer.payload), 'an answer holds a control character');
        promise(ports.records.length > 0, 'an event has no record');
        promiseUnmarked(ports.errors, 'a line for the operator');
        if (!read.ok) {
          promiseUnmarked(read.problem, 'why an event cannot be read');
          promise(answer.exit === 2, 'an event that cannot be read is not refused');
          return read.problem;
        }
        const { event } = read;
        promise(isParsed(input), 'bytes that are no JSON are read as an event');
        const said =
          answer.exit === 2 ? 'refused' : (/"permissionDecision":"(\w+)"/.exec(answer.payload)?.[1] ?? 'nothing');
        if (event.name !== 'PreToolUse') return `${event.name.slice(0, 20)} ${said}`;
        const action = watch.time(() => actionFrom(event));
        promise(said !== 'nothing', 'a call that is about to run has no decision');
        if (said === 'allow') {
          const decided = ports.decided.map((each) => JSON.stringify(each.action));
          promise(
            decided.join() === JSON.stringify(action),
            'a call is allowed that the policy did not decide as it is',
          );
        }
        return `${action.kind} ${said} ${action.kind === 'unreadable' ? action.why : ''}`;
      },
    };
  },
};

function isParsed(bytes: Uint8Array): boolean {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) !== undefined;
  } catch {
    return false;
  }
}
