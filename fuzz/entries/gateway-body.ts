import { bodyWithoutCanaries, readBody } from '../../src/gateway/body-rig.ts';
import { canariesAnswered } from '../../src/gateway/canary-cut.ts';
import type { MessageFormat } from '../../src/gateway/message-format.ts';
import { toolNames } from '../../src/gateway/messages-body.ts';
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
const CONVERSE_USE = { toolUse: { toolUseId: CANARY, name: 'Bash', input: {} } };
const CONVERSE_RESULT = { toolResult: { toolUseId: CANARY, content: [{ text: 'no' }], status: 'error' } };
const CONVERSE_MESSAGES: readonly object[] = [
  { role: 'user', content: [{ text: MARK }] },
  { role: 'assistant', content: [CONVERSE_USE, { text: `speaks of ${CANARY}` }] },
  { role: 'user', content: [CONVERSE_RESULT, { cachePoint: { type: 'default' } }] },
];
const CONVERSE_BODY = {
  toolConfig: { tools: [{ toolSpec: { name: 'Bash', inputSchema: { json: {} } } }] },
  messages: CONVERSE_MESSAGES,
};
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
  ...'"toolUse": "toolResult": "toolUseId": "status": "toolConfig": "toolSpec": "cachePoint": "error"'.split(' '),
  ...[USE, RESULT, CONVERSE_USE, CONVERSE_RESULT].map((block) => JSON.stringify(block)),
];

export const gatewayBodyEntry: FuzzEntry = {
  name: 'gateway-body',
  about: 'bodies of model calls: read as JSON.parse reads them, canaries cut out and nothing else, or refused',
  maxBytes: 256 * 1024,
  most: { baseMs: 100, msPerMb: 3000 },
  open(): OpenEntry {
    const bodies = [
      BODY,
      CONVERSE_BODY,
      { messages: [] },
      ...MESSAGES.map((message) => ({ ...BODY, messages: [message] })),
      ...CONVERSE_MESSAGES.map((message) => ({ ...CONVERSE_BODY, messages: [message] })),
    ];
    return {
      seeds: asBytes(bodies.flatMap((body) => [JSON.stringify(body), JSON.stringify(body, null, 2)])),
      words: asBytes(WORDS),
      run: (input, watch) =>
        (['messages', 'converse'] as const).map((format) => readAs(format, Buffer.from(input), watch)).join(' '),
    };
  },
};

function readAs(format: MessageFormat, bytes: Buffer, watch: Parameters<OpenEntry['run']>[1]): string {
  const body = watch.time(() => readBody(bytes, format));
  if (typeof body === 'string') {
    promiseUnmarked(body, 'why a body is refused');
    return body;
  }
  const parsed = parsedObject(bytes);
  const { messages, tools, model, isStream } = body;
  if (parsed !== null) {
    const isConverse = format === 'converse';
    const named = !isConverse && typeof parsed['model'] === 'string' ? parsed['model'] : null;
    promise(model === named, 'the model is another');
    promise(isStream === (!isConverse && parsed['stream'] === true), 'a stream is none');
    const span = bytes.toString('utf8', messages.start, messages.end);
    promise(JSON.stringify(JSON.parse(span)) === JSON.stringify(parsed['messages']), 'the messages are others');
  }
  const names = watch.time(() => (tools === null ? [] : toolNames(bytes, tools)));
  const outcomes = watch.time(() => toolOutcomes(bytes, body, () => true));
  const answered = watch.time(() => canariesAnswered(bytes, body, isCanary));
  const cut = watch.time(() => bodyWithoutCanaries(bytes, format, isCanary));
  if (cut !== null) {
    if (parsed !== null) promise(parsedObject(cut) !== null, 'what is left of a body is no JSON');
    const again = readBody(cut, format);
    promise(typeof again === 'object', 'what is left of a body cannot be read');
    promise(bodyWithoutCanaries(cut, format, isCanary)?.equals(cut) === true, 'a second cut cuts more');
  }
  return `${parsed !== null} ${names?.length} ${outcomes?.size} ${answered?.length} ${cut === null ? 'uncut' : bytes.length - cut.length}`;
}

function parsedObject(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
