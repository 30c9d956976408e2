/** The session of the client that every request of the bench names; its hooks are proven once. */
export const CLIENT_SESSION = '3f0a6d1e-52c7-4b6e-9a51-0c9d4be7a110';
/** A word of the company's list in the policy of the bench. */
export const COMPANY_WORD = 'Heliotrope';
/** How the planted credentials begin: put together here, for one that stood whole in a file would look like a real one. */
export const CREDENTIAL_START = ['gh', 'p_'].join('');
/** How the planted addresses end. */
export const MAIL_DOMAIN = '-mail.io';

/** Bytes that one turn of {@link conversation} adds. */
export const TURN_BYTES = 10_240;
/** Bytes of a request that each of {@link smallRequests} has. */
const SMALL_BYTES = 4_096;
/** What stands in a template where each request gets letters of its own, so that nothing of it is known from before. */
const STAMP = '################';
const STAMP_LETTERS = 'abcdefghijklmnop';

/** Makes bodies of one length that differ from one another. The bytes are the caller's until the next call. */
export interface BodySource {
  next(): Buffer;
}

/** Requests of about 4 KB: one prompt, most of it text of its own, with a person, a credential and a company word in it. */
export function smallRequests(isStream: boolean, seed: number): BodySource {
  const random = randomOf(seed);
  const fixed = requestBody([promptMessage('')], SMALL_SETTING, isStream).length;
  const text = turnText(random, SMALL_BYTES - fixed, seed);
  return stamped(requestBody([promptMessage(text)], SMALL_SETTING, isStream));
}

/** Requests of about `bytes` as a session sends them, nothing of whose results is known from before. */
export function sessionRequests(bytes: number, seed: number): BodySource {
  const random = randomOf(seed);
  const messages = openingMessages(random);
  const fixed = requestBody(messages, CLIENT_SETTING, false).length;
  for (let left = bytes - fixed, turn = 0; left > 0; left -= TURN_BYTES, turn += 1) {
    messages.push(...turnMessages(random, seed, turn, Math.min(left, TURN_BYTES)));
  }
  return stamped(requestBody(messages, CLIENT_SETTING, false));
}

/** Requests of {@link conversation} that lead up to its start. */
export const LEAD_UP = 4;

/**
 * The requests of one session that grows: {@link LEAD_UP} in equal steps up to about `startBytes`, and then each one turn
 * longer than the one before. In the order of fields and with the moving mark of the prompt cache of the real client.
 */
export function conversation(startBytes: number, seed: number): BodySource {
  const random = randomOf(seed);
  const [head, tail] = settingAround(CLIENT_SETTING, false);
  const pieces = openingMessages(random).map(bytesOf);
  const stepTurns = Math.ceil((startBytes - head.length - tail.length) / TURN_BYTES / LEAD_UP);
  let turn = 0;
  let requests = 0;
  return {
    next: () => {
      requests += 1;
      let newest: Message | null = null;
      for (const until = turn + (requests <= LEAD_UP ? stepTurns : 1); turn < until; turn += 1) {
        const added = turnMessages(random, seed, turn, TURN_BYTES);
        [, newest] = added;
        pieces.push(...added.map(bytesOf));
      }
      const marked = newest === null ? pieces : [...pieces.slice(0, -1), bytesOf(withMark(newest))];
      return Buffer.concat([head, ...marked.flatMap((one, at) => (at === 0 ? [one] : [COMMA, one])), tail]);
    },
  };
}

/** A request that may only be answered once the session's hooks are seen to work. */
export function firstRequest(): Buffer {
  return requestBody([promptMessage('go')], SMALL_SETTING, false);
}

const COMMA = Buffer.from(',');

function bytesOf(message: Message): Buffer {
  return Buffer.from(JSON.stringify(message));
}

type Message = { readonly role: string; readonly content: unknown } & Readonly<Record<string, unknown>>;

/** Bytes of text in the parts of a request that stay the same all through a session. */
interface Setting {
  readonly systemBytes: number;
  readonly tools: readonly { readonly name: string; readonly bytes: number }[];
}

const SMALL_SETTING: Setting = { systemBytes: 120, tools: [{ name: 'Bash', bytes: 60 }] };
/** As measured at the client. */
const CLIENT_SETTING: Setting = {
  systemBytes: 7_000,
  tools: [
    { name: 'Agent', bytes: 5_200 },
    { name: 'Bash', bytes: 4_600 },
    { name: 'Edit', bytes: 900 },
    { name: 'ListAgents', bytes: 1_900 },
    { name: 'Read', bytes: 1_800 },
    { name: 'ReportFindings', bytes: 2_400 },
    { name: 'Skill', bytes: 1_700 },
    { name: 'ToolSearch', bytes: 1_400 },
    { name: 'Write', bytes: 500 },
  ],
};
const SYSTEM_MESSAGE_BYTES = 16_000;

function requestBody(messages: readonly Message[], setting: Setting, isStream: boolean): Buffer {
  const [head, tail] = settingAround(setting, isStream);
  return Buffer.concat([head, Buffer.from(messages.map((one) => JSON.stringify(one)).join(',')), tail]);
}

/** What stands before and behind the messages. */
function settingAround(setting: Setting, isStream: boolean): readonly [Buffer, Buffer] {
  const random = randomOf(1);
  const mark = { cache_control: { type: 'ephemeral' } };
  const rest = {
    system: [
      { type: 'text', text: 'x-client-version: 2.1; entry=cli' },
      { type: 'text', text: prose(random, setting.systemBytes), ...mark },
    ],
    tools: setting.tools.map(({ name, bytes }) => ({
      name,
      description: prose(random, bytes / 2),
      input_schema: {
        type: 'object',
        properties: { command: { type: 'string', description: prose(random, bytes / 2) } },
        required: ['command'],
      },
    })),
    metadata: { user_id: JSON.stringify({ device_id: '0'.repeat(64), session_id: CLIENT_SESSION }) },
    max_tokens: 32_000,
    thinking: { type: 'adaptive' },
    stream: isStream,
  };
  return [Buffer.from('{"model":"claude-bench","messages":['), Buffer.from(`],${JSON.stringify(rest).slice(1)}`)];
}

function promptMessage(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text: `run ${STAMP}\n${text}` }] };
}

function openingMessages(random: Random): Message[] {
  const system = { role: 'system', content: prose(random, SYSTEM_MESSAGE_BYTES), output_config: { effort: 'medium' } };
  return [promptMessage(prose(random, 1_200)), system];
}

/** A call of a tool and its result, both as the client puts them into the next request. */
function turnMessages(random: Random, seed: number, turn: number, bytes: number): readonly [Message, Message] {
  const id = `toolu_bench_${seed}_${turn}`;
  const use = {
    type: 'tool_use',
    id,
    name: 'Bash',
    input: { command: `cat src/${word(random)}.ts`, description: 'Look' },
  };
  const content = turnText(random, bytes - 400, seed + turn);
  return [
    { role: 'assistant', content: [{ type: 'text', text: 'Looking.' }, use] },
    { role: 'user', content: [{ tool_use_id: id, type: 'tool_result', content, is_error: false }] },
  ];
}

/** The newest result carries the mark; in the next request it stands without. */
function withMark(message: Message): Message {
  const content = message.content as readonly object[];
  return { ...message, content: content.map((block) => ({ ...block, cache_control: { type: 'ephemeral' } })) };
}

/** Lines like those of sources, with one finding of each area among them. */
function turnText(random: Random, bytes: number, nth: number): string {
  const planted = [
    `owner: ${word(random)}.${word(random)}@${word(random)}${nth % 97}${MAIL_DOMAIN}`,
    `key = "${CREDENTIAL_START}${letters(random, 36)}"`,
    `project ${COMPANY_WORD}, run ${STAMP}`,
  ];
  const lines: string[] = [];
  for (let length = 0; length < bytes;) {
    const line = planted.length > 0 && random() < 0.2 ? (planted.pop() ?? '') : codeLine(random);
    lines.push(line);
    length += line.length + 2;
  }
  return lines.join('\n').slice(0, bytes);
}

function codeLine(random: Random): string {
  const [a, b, c, d] = [word(random), word(random), word(random), word(random)];
  switch (Math.floor(random() * 5)) {
    case 0:
      return `  const ${a} = ${b}.${c}(${d}, ${Math.floor(random() * 90)});`;
    case 1:
      return `  if (${a} === null) return '${b} ${c}';`;
    case 2:
      return `// The ${a} of a ${b} is its ${c}, for the ${d} comes later.`;
    case 3:
      return `src/${a}/${b}.ts:${Math.floor(random() * 900)}: ${c} is not a ${d}`;
    default:
      return `${a} ${b} ${c} ${d} ok`;
  }
}

function prose(random: Random, bytes: number): string {
  let text = '';
  while (text.length < bytes) text += `${word(random)} `;
  return text.slice(0, bytes);
}

const SYLLABLES = [
  'ba',
  'de',
  'fil',
  'go',
  'hu',
  'kar',
  'li',
  'mo',
  'nen',
  'pa',
  'ro',
  'sit',
  'tu',
  'vel',
  'wan',
  'zo',
];

function word(random: Random): string {
  const syllable = (): string => SYLLABLES[Math.floor(random() * SYLLABLES.length)] ?? '';
  return syllable() + syllable() + (random() < 0.5 ? syllable() : '');
}

function letters(random: Random, count: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: count }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
}

/** Gives the template again and again, each time with other letters in all of its stamps. */
function stamped(template: Buffer): BodySource {
  const places: number[] = [];
  for (let at = template.indexOf(STAMP); at !== -1; at = template.indexOf(STAMP, at + 1)) places.push(at);
  let count = Math.floor(Math.random() * 2 ** 40);
  return {
    next: () => {
      count += 1;
      let letters = '';
      for (let left = count; letters.length < STAMP.length; left = Math.floor(left / 16)) {
        letters += STAMP_LETTERS[left % 16];
      }
      for (const at of places) template.write(letters, at, 'latin1');
      return template;
    },
  };
}

type Random = () => number;

/** Numbers from 0 to 1, the same for one seed (mulberry32). */
function randomOf(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
