import { canariesAnswered, cutCanaries } from '../../src/gateway/canary-cut.ts';
import { readMessagesBody, toolNames } from '../../src/gateway/messages-body.ts';
import { toolOutcomes } from '../../src/gateway/tool-results.ts';
import { MARK, promise, promiseUnmarked } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { asBytes } from '../material.ts';

const CANARY = 'toolu_sallyport_1';
const isCanary = (id: string): boolean => /^toolu_sallyport_\d$/.test(id);

const USE = { type: 'tool_use', id: CANARY, name: 'Bash', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: CANARY, content: 'no', is_error: true };
const MESSAGES: readonly object[] = [
  { role: 'user', content: MARK },
  { role: 'assistant', content: [USE, { type: 'text', text: `speaks of ${CANARY}` }] },
  { role: 'user', content: [RESULT] },
  { role: 'assistant', content: [USE] },
  { role: 'user', content: [{ ...RESULT, tool_use_id: 'toolu_2' }, RESULT] },
];
const BODY = {
  model: 'm',
  stream: true,
  metadata: { user_id: JSON.stringify({ session_id: 's' }) },
  tools: [{ name: 'Bash', input_schema: {} }],
  messages: MESSAGES,
};

const WORDS = [
  ...'"messages": "content": "role": "tools": "model": "stream": "metadata": "user_id": "tool_use_id": "type": "is_error":'.split(
    ' ',
  ),
  ...`"tool_result" "tool_use" "assistant" ${CANARY} \\u0074oolu_sallyport_1 "\\ud800" {} [] null true 1.0e1 , : \\ "`.split(
    ' ',
  ),
  ...[USE, RESULT].map((block) => JSON.stringify(block)),
];

export const gatewayBodyEntry: FuzzEntry = {
  name: 'gateway-body',
  about: 'bodies of model calls: read as JSON.parse reads them, canaries cut out and nothing else, or refused',
  maxBytes: 256 * 1024,
  most: { baseMs: 100, msPerMb: 3000 },
  open(): OpenEntry {
    const bodies = [BODY, { messages: [] }, ...MESSAGES.map((message) => ({ ...BODY, messages: [message] }))];
    return {
      seeds: asBytes(bodies.flatMap((body) => [JSON.stringify(body), JSON.stringify(body, null, 2)])),
      words: asBytes(WORDS),
      run(input, watch) {
        const bytes = Buffer.from(input);
        const body = watch.time(() => readMessagesBody(bytes));
        if (typeof body === 'string') {
          promiseUnmarked(body, 'why a body is refused');
          return body;
        }
        const parsed = parsedObject(bytes);
        const { messages, tools, model, isStream } = body;
        if (parsed !== null) {
          promise(model === (typeof parsed['model'] === 'string' ? parsed['model'] : null), 'the model is another');
          promise(isStream === (parsed['stream'] === true), 'a stream is none');
          const span = bytes.toString('utf8', messages.start, messages.end);
          promise(JSON.stringify(JSON.parse(span)) === JSON.stringify(parsed['messages']), 'the messages are others');
        }
        const names = watch.time(() => (tools === null ? [] : toolNames(bytes, tools)));
        const outcomes = watch.time(() => toolOutcomes(bytes, messages, () => true));
        const answered = watch.time(() => canariesAnswered(bytes, messages, isCanary));
        const cut = watch.time(() => cutCanaries(bytes, messages, isCanary));
        if (cut !== null) {
          if (parsed !== null) promise(parsedObject(cut) !== null, 'what is left of a body is no JSON');
          const again = readMessagesBody(cut);
          promise(typeof again === 'object', 'what is left of a body cannot be read');
          promise(cutCanaries(cut, again.messages, isCanary)?.equals(cut) === true, 'a second cut cuts more');
        }
        return `${parsed !== null} ${names?.length} ${outcomes?.size} ${answered?.length} ${cut === null ? 'uncut' : bytes.length - cut.length}`;
      },
    };
  },
};

function parsedObject(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
