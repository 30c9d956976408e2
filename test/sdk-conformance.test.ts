import assert from 'node:assert/strict';
import { test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import type {
  Citation,
  CitationsDelta,
  ContentBlock,
  ConverseCommandInput,
  Message,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';

import { isJsonObject, stringField } from '../src/core/json.ts';
import { recorded, TOKEN } from '../src/gateway/gateway-rig.ts';
import type { GatewayRig } from '../src/gateway/gateway-rig.ts';
import { objectMembers } from '../src/gateway/json-spans.ts';
import { ANY_TOKEN, fullRig, holdsPlanted, MAIL, OTHER_MAIL, SECRET, tokensIn } from './gateway-full-rig.ts';
import {
  CONVERSE_JSON,
  CONVERSE_STREAM,
  exceptionFrame,
  INVOKE_JSON,
  INVOKE_STREAM,
  MESSAGES_JSON,
  SSE,
} from './gateway-replies.ts';
import type { ReplyForm, SaidBlock } from './gateway-replies.ts';
import { startUpstream } from './gateway-upstream.ts';
import type { Asked, Upstream } from './gateway-upstream.ts';

// The official clients through the gateway, with masking as the policy has it: what they give their callers is true, and
// the model behind saw none of it. Only the model is scripted.

type Rig = GatewayRig<Upstream>;
type Test = Parameters<typeof fullRig>[0];

const MODEL = 'us.anthropic.claude-x-v1:0';
const SYSTEM = `Answer in one line. The owner is ${MAIL}.`;
const NOTES = `token = ${SECRET}\nowner: ${MAIL}\nreviewer: ${OTHER_MAIL}\n`;
const LETTER = `Dear team, write to ${OTHER_MAIL} before Friday.`;
const READ = { type: 'object' as const, properties: { file_path: { type: 'string' } } };
const THOUGHT = { thinking: 'I look at the notes first.', signature: 'c2lnbmF0dXJl' };

/** What the model says to the first request: all kinds of blocks, with the tokens that it was given. */
function firstWords(seen: Buffer): readonly SaidBlock[] {
  const [mail = 'no token', other = 'no token'] = tokensIn(seen, 'EMAIL');
  return [
    THOUGHT,
    { text: `I write to ${mail} and ${other}.`, cited: { words: `write to ${other} before`, title: `For ${mail}` } },
    { call: { id: 'toolu_1', name: 'Read', input: { file_path: `/w/${mail}/"notes".txt`, limit: 5 } } },
  ];
}

/** What it says once it has the notes. */
function lastWords(seen: Buffer): readonly SaidBlock[] {
  const [secret = 'no token'] = tokensIn(seen, 'SECRET');
  return [{ text: `The token is ${secret}, é😀.` }];
}

const FIRST_TEXT_IS_TRUE = [
  `I write to ${MAIL} and ${OTHER_MAIL}.`,
  `I write to ${OTHER_MAIL} and ${MAIL}.`,
] as readonly string[];

/** A model that says its first words until it is told of the notes. */
async function conversing(t: Test, form: ReplyForm): Promise<Rig> {
  const model = await startUpstream((asked) => {
    const isSecond = /"tool_?result"|"toolResult"/i.test(asked.body.toString());
    const said = isSecond ? lastWords(asked.body) : firstWords(asked.body);
    asked.reply.writeHead(200, { 'content-type': form.contentType, 'request-id': 'req_1' });
    for (const { bytes } of form.units(said)) asked.reply.write(bytes);
    asked.reply.end();
  });
  return await fullRig(t, model, { provider: form.provider });
}

/** What must hold for each conversation: nothing planted went up, and what went up once stays as it was. */
function assertKept(rig: Rig): void {
  const { model } = rig;
  for (const { body, headers } of model.asked) {
    assert.ok(!holdsPlanted(body), 'the model saw a planted value');
    assert.ok(!JSON.stringify(headers).includes(TOKEN), "the model saw the session's token");
    assert.ok(tokensIn(body, 'EMAIL').length > 0);
  }
  const [first, second] = model.asked;
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(tokensIn(second.body, 'SECRET').length, 1);
  const sent = memberText(first.body, 'messages').slice(0, -1);
  assert.ok(
    memberText(second.body, 'messages').startsWith(sent),
    'the prefix of the second turn is not that of the first',
  );
  for (const name of ['system', 'tools', 'toolConfig'])
    assert.equal(memberText(second.body, name), memberText(first.body, name));
  // The model reads its own words as it wrote them.
  const [mail = '', other = ''] = tokensIn(first.body, 'EMAIL');
  assert.ok(second.body.includes(`I write to ${mail} and ${other}.`));
  assert.ok(second.body.includes(JSON.stringify(`/w/${mail}/"notes".txt`)));
  assert.deepEqual(
    rig.bodies('response').map(({ ended }) => ended),
    ['complete', 'complete'],
  );
}

function memberText(body: Buffer, name: string): string {
  const span = objectMembers(body, { start: 0, end: body.length })?.get(name);
  return span === undefined ? '' : body.toString('utf8', span.start, span.end);
}

/** Whether what a caller was given holds true values alone. */
function assertTrue(given: unknown): void {
  const text = JSON.stringify(given);
  assert.doesNotMatch(text, ANY_TOKEN);
  assert.ok(text.includes(MAIL) || text.includes(SECRET));
}

const TOOLS: Anthropic.Tool[] = [{ name: 'Read', description: 'Reads a file.', input_schema: READ }];

const QUESTION: Anthropic.MessageParam = {
  role: 'user',
  content: [
    {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: LETTER },
      title: `Letter to ${OTHER_MAIL}`,
      citations: { enabled: true },
    },
    { type: 'text', text: `Ask ${MAIL} about this, é😀.` },
  ],
};

function notesFor(reply: Anthropic.Message): Anthropic.MessageParam {
  const call = reply.content.find((block) => block.type === 'tool_use');
  return { role: 'user', content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: NOTES }] };
}

function assertFirstReply(reply: Anthropic.Message): void {
  assertTrue(reply);
  const [thought, said, call] = reply.content;
  assert.deepEqual(thought, { type: 'thinking', ...THOUGHT });
  assert.ok(said?.type === 'text' && FIRST_TEXT_IS_TRUE.includes(said.text), JSON.stringify(said));
  const [cited] = said.citations ?? [];
  assert.ok(cited?.type === 'char_location');
  assert.match(cited.cited_text, /^write to [a-z.@-]+ before$/);
  assert.match(cited.document_title ?? '', /^For [a-z.]+@northwind-labs\.com$/);
  assert.ok(call?.type === 'tool_use' && isJsonObject(call.input));
  assert.match(stringField(call.input, 'file_path') ?? '', /^\/w\/[a-z.]+@northwind-labs\.com\/"notes"\.txt$/);
  assert.equal(call.input['limit'], 5);
  assert.equal(reply.stop_reason, 'tool_use');
}

function assertLastReply({ content: [said] }: Anthropic.Message): void {
  assert.ok(said?.type === 'text');
  assert.equal(said.text, `The token is ${SECRET}, é😀.`);
}

type Ask = (messages: Anthropic.MessageParam[]) => Promise<Anthropic.Message>;

async function loop(rig: Rig, ask: Ask): Promise<void> {
  const first = await ask([QUESTION]);
  assertFirstReply(first);
  const last = await ask([QUESTION, { role: 'assistant', content: first.content }, notesFor(first)]);
  assertLastReply(last);
  assertKept(rig);
}

const anthropic = (rig: Rig): Anthropic =>
  new Anthropic({ baseURL: rig.gateway.url, authToken: TOKEN, apiKey: null, maxRetries: 0 });

const bedrock = (rig: Rig): AnthropicBedrock =>
  new AnthropicBedrock({ baseURL: rig.gateway.url, apiKey: TOKEN, awsRegion: 'us-east-1', maxRetries: 0 });

for (const { name, form, client } of [
  { name: '@anthropic-ai/sdk', form: MESSAGES_JSON, client: anthropic },
  { name: '@anthropic-ai/bedrock-sdk', form: INVOKE_JSON, client: bedrock },
])
  test(`${name}: messages.create gives true values over a loop of tools, and the model sees none`, async (t) => {
    const rig = await conversing(t, form);
    const { messages: resource } = client(rig);
    await loop(rig, (messages) =>
      resource.create({ model: MODEL, max_tokens: 99, system: SYSTEM, tools: TOOLS, messages }),
    );
  });

for (const { name, form, client } of [
  { name: '@anthropic-ai/sdk', form: SSE, client: anthropic },
  { name: '@anthropic-ai/bedrock-sdk', form: INVOKE_STREAM, client: bedrock },
])
  test(`${name}: messages.stream accumulates true values over a loop of tools, and the model sees none`, async (t) => {
    const rig = await conversing(t, form);
    const { messages: resource } = client(rig);
    await loop(rig, async (messages) => {
      const stream = resource.stream({ model: MODEL, max_tokens: 99, system: SYSTEM, tools: TOOLS, messages });
      let text = '';
      stream.on('text', (delta) => (text += delta));
      const final = await stream.finalMessage();
      assert.equal(text, await stream.finalText());
      return final;
    });
  });

test('@anthropic-ai/sdk: tokens are counted on what would go up, and models are listed', async (t) => {
  const model = await startUpstream(({ url, reply }) => {
    reply.writeHead(200, { 'content-type': 'application/json' });
    const listed = { data: [{ type: 'model', id: MODEL, display_name: 'X' }], has_more: false };
    reply.end(JSON.stringify(url.startsWith('/v1/models') ? listed : { input_tokens: 42 }));
  });
  const rig = await fullRig(t, model, { provider: 'anthropic' });
  const client = anthropic(rig);
  const counted = await client.messages.countTokens({
    model: MODEL,
    system: SYSTEM,
    tools: TOOLS,
    messages: [QUESTION],
  });
  assert.equal(counted.input_tokens, 42);
  const [asked] = model.asked;
  assert.ok(asked !== undefined && !holdsPlanted(asked.body));
  assert.equal(tokensIn(asked.body, 'EMAIL').length, 2);
  const listed = await client.models.list();
  assert.deepEqual(
    listed.data.map(({ id }) => id),
    [MODEL],
  );
});

const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_9' };

for (const { status, type, kind } of [
  { status: 400, type: 'invalid_request_error', kind: Anthropic.BadRequestError },
  { status: 401, type: 'authentication_error', kind: Anthropic.AuthenticationError },
  { status: 403, type: 'permission_error', kind: Anthropic.PermissionDeniedError },
  { status: 429, type: 'rate_limit_error', kind: Anthropic.RateLimitError },
  { status: 529, type: 'overloaded_error', kind: Anthropic.InternalServerError },
])
  test(`@anthropic-ai/sdk: a ${status} of the service is the SDK's own error, with its body and headers`, async (t) => {
    const body = { type: 'error', error: { type, message: 'as the service said' }, request_id: 'req_9' };
    const model = await startUpstream(({ reply }) => {
      reply.writeHead(status, { 'content-type': 'application/json', 'retry-after': '7', 'request-id': 'req_9' });
      reply.end(JSON.stringify(body));
    });
    const client = anthropic(await fullRig(t, model, { provider: 'anthropic' }));
    for (const stream of [false, true]) {
      const asking = client.messages.create({ model: MODEL, max_tokens: 9, stream, messages: [QUESTION] });
      await assert.rejects(asking, (error) => {
        assert.ok(error instanceof kind);
        assert.equal(error.status, status);
        assert.deepEqual(error.error, body);
        assert.equal(error.requestID, 'req_9');
        assert.equal(error.headers?.get('retry-after'), '7');
        return true;
      });
    }
  });

test('@anthropic-ai/sdk: repeats after an overload when it was told to, and goes on', async (t) => {
  let times = 0;
  const model = await startUpstream(({ reply }) => {
    times += 1;
    const isLast = times === 3;
    reply.writeHead(isLast ? 200 : 529, { 'content-type': 'application/json', 'retry-after-ms': '1' });
    reply.end(isLast ? MESSAGES_JSON.units([{ text: 'at last' }])[0]?.bytes : JSON.stringify(overloaded));
  });
  const rig = await fullRig(t, model, { provider: 'anthropic' });
  const client = anthropic(rig).withOptions({ maxRetries: 2 });
  const reply = await client.messages.create({ model: MODEL, max_tokens: 9, messages: [QUESTION] });
  assert.deepEqual(reply.content, [{ type: 'text', text: 'at last' }]);
  assert.equal(new Set(model.asked.map(({ body }) => body.toString())).size, 1, 'each time with the same bytes');
});

test('@anthropic-ai/sdk: an error event in mid-stream is an error, after what came before it', async (t) => {
  const model = await startUpstream(({ body, reply }) => {
    reply.writeHead(200, { 'content-type': SSE.contentType });
    for (const { bytes } of SSE.units(firstWords(body)).slice(0, 20)) reply.write(bytes);
    reply.end(`event: error\ndata: ${JSON.stringify(overloaded)}\n\n`);
  });
  const client = anthropic(await fullRig(t, model, { provider: 'anthropic' }));
  const stream = client.messages.stream({ model: MODEL, max_tokens: 9, system: SYSTEM, messages: [QUESTION] });
  let text = '';
  stream.on('text', (delta) => (text += delta));
  await assert.rejects(stream.finalMessage(), (error) => {
    assert.ok(error instanceof Anthropic.APIError);
    assert.deepEqual(error.error, overloaded);
    return true;
  });
  assert.match(text, /^I write to /);
  assert.doesNotMatch(text, ANY_TOKEN);
});

for (const { name, form, client } of [
  { name: '@anthropic-ai/sdk', form: SSE, client: anthropic },
  { name: '@anthropic-ai/bedrock-sdk', form: INVOKE_STREAM, client: bedrock },
])
  test(`${name}: a stream that the caller aborts is cut at the upstream, and its record says so`, async (t) => {
    const half = (asked: Asked): void => {
      asked.reply.writeHead(200, { 'content-type': form.contentType });
      for (const { bytes } of form.units(firstWords(asked.body)).slice(0, 16)) asked.reply.write(bytes);
    };
    const rig = await fullRig(t, await startUpstream(half), { provider: form.provider });
    const { messages: resource } = client(rig);
    const stream = resource.stream({ model: MODEL, max_tokens: 9, system: SYSTEM, messages: [QUESTION] });
    stream.on('text', () => stream.abort());
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
    await rig.model.asked[0]?.cut;
    await recorded(rig, 'response');
    assert.equal(rig.bodies('response')[0]?.['ended'], 'client-gone');
  });

test("@anthropic-ai/sdk: a refusal of the gateway's own is the SDK's error, with the reason", async (t) => {
  const rig = await fullRig(t, await startUpstream(() => undefined), { provider: 'anthropic' });
  const client = new Anthropic({ baseURL: rig.gateway.url, authToken: 'sp_nobody', apiKey: null, maxRetries: 0 });
  await assert.rejects(client.messages.create({ model: MODEL, max_tokens: 9, messages: [QUESTION] }), (error) => {
    assert.ok(error instanceof Anthropic.PermissionDeniedError);
    assert.match(error.message, /does not know this session token/);
    return true;
  });
  assert.equal(rig.model.asked.length, 0);
});

// An AWS client proves who it is with the session's token in place of a Bedrock API key, and speaks HTTP/1.1: a key is
// what AWS_BEARER_TOKEN_BEDROCK is read for, and this SDK's own choice is HTTP/2, which the gateway does not speak.
process.env['AWS_BEARER_TOKEN_BEDROCK'] = TOKEN;

const aws = (rig: Rig): BedrockRuntimeClient =>
  new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: rig.gateway.url,
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });

test('@aws-sdk/client-bedrock-runtime: InvokeModel gives true values over a loop of tools, and the model sees none', async (t) => {
  const rig = await conversing(t, INVOKE_JSON);
  const client = aws(rig);
  await loop(rig, async (messages) => {
    const { body } = await client.send(new InvokeModelCommand(invocation(messages)));
    return JSON.parse(Buffer.from(body).toString()) as Anthropic.Message;
  });
});

test('@aws-sdk/client-bedrock-runtime: InvokeModelWithResponseStream gives true values, and the model sees none', async (t) => {
  const rig = await conversing(t, INVOKE_STREAM);
  const client = aws(rig);
  await loop(rig, async (messages) => {
    const { body = [] } = await client.send(new InvokeModelWithResponseStreamCommand(invocation(messages)));
    const events: Anthropic.MessageStreamEvent[] = [];
    for await (const { chunk } of body)
      events.push(JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()) as Anthropic.MessageStreamEvent);
    return joined(events);
  });
});

function invocation(messages: Anthropic.MessageParam[]): {
  readonly modelId: string;
  readonly contentType: string;
  readonly body: string;
} {
  const body = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 99, system: SYSTEM, tools: TOOLS, messages };
  return { modelId: MODEL, contentType: 'application/json', body: JSON.stringify(body) };
}

/** A message out of its events, as a caller of InvokeModelWithResponseStream must put it together. */
function joined(events: readonly Anthropic.MessageStreamEvent[]): Anthropic.Message {
  const parts: Anthropic.ContentBlock[] = [];
  let stopReason: Anthropic.Message['stop_reason'] = null;
  const inputs = new Map<number, string>();
  for (const event of events) {
    if (event.type === 'content_block_start') parts[event.index] = structuredClone(event.content_block);
    if (event.type === 'message_delta') stopReason = event.delta.stop_reason;
    if (event.type !== 'content_block_delta') continue;
    const [part, { delta }] = [parts[event.index], event];
    if (delta.type === 'text_delta' && part?.type === 'text') part.text += delta.text;
    if (delta.type === 'citations_delta' && part?.type === 'text') part.citations?.push(delta.citation);
    if (delta.type === 'thinking_delta' && part?.type === 'thinking') part.thinking += delta.thinking;
    if (delta.type === 'signature_delta' && part?.type === 'thinking') part.signature = delta.signature;
    if (delta.type === 'input_json_delta')
      inputs.set(event.index, `${inputs.get(event.index) ?? ''}${delta.partial_json}`);
  }
  for (const [index, input] of inputs) {
    const part = parts[index];
    if (part?.type === 'tool_use') part.input = JSON.parse(input);
  }
  return { content: parts, stop_reason: stopReason } as Anthropic.Message;
}

const CONVERSE_QUESTION: Message = {
  role: 'user',
  content: [
    {
      document: {
        name: 'letter',
        format: 'txt',
        source: { text: LETTER },
        context: `Letter to ${OTHER_MAIL}`,
        citations: { enabled: true },
      },
    },
    { text: `Ask ${MAIL} about this, é😀.` },
  ],
};

async function converseLoop(rig: Rig, ask: (input: ConverseCommandInput) => Promise<ContentBlock[]>): Promise<void> {
  const asking = (messages: Message[]): Promise<ContentBlock[]> =>
    ask({
      modelId: MODEL,
      system: [{ text: SYSTEM }],
      toolConfig: { tools: [{ toolSpec: { name: 'Read', inputSchema: { json: READ } } }] },
      messages,
    });
  const content = await asking([CONVERSE_QUESTION]);
  assertTrue(content);
  const [thought, said, call] = content;
  const { text, signature } = thought?.reasoningContent?.reasoningText ?? {};
  assert.deepEqual({ thinking: text, signature }, THOUGHT);
  const words = said?.text ?? said?.citationsContent?.content?.[0]?.text ?? '';
  assert.ok(FIRST_TEXT_IS_TRUE.includes(words), words);
  const [cited] = said?.citationsContent?.citations ?? [];
  assert.match(cited?.title ?? '', /^For [a-z.]+@northwind-labs\.com$/);
  assert.match(cited?.sourceContent?.[0]?.text ?? '', /^write to [a-z.@-]+ before$/);
  const { toolUseId, input } = call?.toolUse ?? {};
  assert.ok(isJsonObject(input ?? null));
  assert.match(JSON.stringify(input), /"\/w\/[a-z.]+@northwind-labs\.com\/\\"notes\\"\.txt"/);
  const result: Message = {
    role: 'user',
    content: [{ toolResult: { toolUseId, content: [{ text: NOTES }, { json: { owner: MAIL } }] } }],
  };
  const [last] = await asking([CONVERSE_QUESTION, { role: 'assistant', content }, result]);
  assert.equal(last?.text, `The token is ${SECRET}, é😀.`);
  assertKept(rig);
}

test('@aws-sdk/client-bedrock-runtime: Converse gives true values over a loop of tools, and the model sees none', async (t) => {
  const rig = await conversing(t, CONVERSE_JSON);
  const client = aws(rig);
  await converseLoop(rig, async (input) => {
    const { output, stopReason } = await client.send(new ConverseCommand(input));
    assert.ok(stopReason === 'tool_use' || stopReason === 'end_turn');
    return output?.message?.content ?? [];
  });
});

test('@aws-sdk/client-bedrock-runtime: ConverseStream gives true values over a loop of tools, and the model sees none', async (t) => {
  const rig = await conversing(t, CONVERSE_STREAM);
  const client = aws(rig);
  await converseLoop(rig, async (input) => {
    const { stream = [] } = await client.send(new ConverseStreamCommand(input));
    const blocks: Gathered[] = [];
    let stopReason: string | undefined;
    for await (const event of stream) {
      stopReason ??= event.messageStop?.stopReason;
      const { contentBlockIndex: index = 0, start } = event.contentBlockStart ?? {};
      if (start?.toolUse !== undefined) blocks[index] = { ...NOTHING, call: start.toolUse };
      const { contentBlockIndex: at = 0, delta } = event.contentBlockDelta ?? {};
      if (delta === undefined) continue;
      const block = (blocks[at] ??= { ...NOTHING });
      block.text += delta.text ?? '';
      block.input += delta.toolUse?.input ?? '';
      block.thought += delta.reasoningContent?.text ?? '';
      block.signature += delta.reasoningContent?.signature ?? '';
      if (delta.citation !== undefined) block.citations = [...block.citations, citationOf(delta.citation)];
    }
    assert.ok(stopReason === 'tool_use' || stopReason === 'end_turn');
    return blocks.map(contentOf);
  });
});

interface Gathered {
  text: string;
  input: string;
  thought: string;
  signature: string;
  citations: Citation[];
  call: { toolUseId: string | undefined; name: string | undefined } | null;
}

/** A citation as it goes back up: as it came, but for its type. */
function citationOf({ title, location, sourceContent = [] }: CitationsDelta): Citation {
  const quoted = sourceContent.map(({ text = '' }) => ({ text }));
  return {
    ...(title === undefined ? {} : { title }),
    ...(location === undefined ? {} : { location }),
    sourceContent: quoted,
  };
}

const NOTHING: Gathered = { text: '', input: '', thought: '', signature: '', citations: [], call: null };

function contentOf({ text, input, thought, signature, citations, call }: Gathered): ContentBlock {
  if (call !== null) return { toolUse: { ...call, input: JSON.parse(input) } };
  if (thought !== '') return { reasoningContent: { reasoningText: { text: thought, signature } } };
  return citations.length === 0 ? { text } : { citationsContent: { content: [{ text }], citations } };
}

const THROTTLED = { name: 'ThrottlingException', message: /Too many requests/ };

test('@aws-sdk/client-bedrock-runtime: an error of the service is the typed error of the SDK', async (t) => {
  const model = await startUpstream(({ reply }) => {
    reply.writeHead(429, { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException' });
    reply.end('{"message":"Too many requests"}');
  });
  const client = aws(await fullRig(t, model, { provider: 'bedrock' }));
  const input = { modelId: MODEL, messages: [CONVERSE_QUESTION] };
  await assert.rejects(client.send(new ConverseCommand(input)), THROTTLED);
  await assert.rejects(client.send(new ConverseStreamCommand(input)), THROTTLED);
  await assert.rejects(client.send(new InvokeModelCommand(invocation([QUESTION]))), THROTTLED);
  await assert.rejects(client.send(new InvokeModelWithResponseStreamCommand(invocation([QUESTION]))), THROTTLED);
});

for (const { form, send } of [
  {
    form: CONVERSE_STREAM,
    send: async (client: BedrockRuntimeClient) =>
      (
        await client.send(
          new ConverseStreamCommand({ modelId: MODEL, system: [{ text: SYSTEM }], messages: [CONVERSE_QUESTION] }),
        )
      ).stream,
  },
  {
    form: INVOKE_STREAM,
    send: async (client: BedrockRuntimeClient) =>
      (await client.send(new InvokeModelWithResponseStreamCommand(invocation([QUESTION])))).body,
  },
])
  test(`@aws-sdk/client-bedrock-runtime: an error in mid-stream is the typed error of the SDK: ${form.name}`, async (t) => {
    const model = await startUpstream(({ body, reply }) => {
      reply.writeHead(200, { 'content-type': form.contentType });
      for (const { bytes } of form.units(firstWords(body)).slice(0, 16)) reply.write(bytes);
      reply.end(exceptionFrame('throttlingException', { message: 'Too many requests' }));
    });
    const events = (await send(aws(await fullRig(t, model, { provider: 'bedrock' })))) ?? [];
    let seen = 0;
    await assert.rejects(async () => {
      for await (const event of events) {
        assert.ok(Object.keys(event).length > 0);
        seen += 1;
      }
    }, THROTTLED);
    assert.ok(seen > 10);
  });

test('@aws-sdk/client-bedrock-runtime: with keys of AWS in place of a session token nothing goes up', async (t) => {
  const rig = await fullRig(t, await startUpstream(() => undefined), { provider: 'bedrock' });
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: rig.gateway.url,
    requestHandler: new NodeHttpHandler(),
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    authSchemePreference: ['aws.auth#sigv4'],
    maxAttempts: 1,
  });
  await assert.rejects(client.send(new ConverseCommand({ modelId: MODEL, messages: [CONVERSE_QUESTION] })), {
    message: /carries no session token/,
  });
  assert.equal(rig.model.asked.length, 0);
});

test('@aws-sdk/client-bedrock-runtime: what it sends over HTTP/2, as it does by itself, fails at once and goes nowhere', async (t) => {
  const rig = await fullRig(t, await startUpstream(() => undefined), { provider: 'bedrock' });
  const client = new BedrockRuntimeClient({ region: 'us-east-1', endpoint: rig.gateway.url, maxAttempts: 1 });
  await assert.rejects(client.send(new ConverseCommand({ modelId: MODEL, messages: [CONVERSE_QUESTION] })));
  assert.equal(rig.model.asked.length, 0);
});
