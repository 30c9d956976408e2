import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import type { JsonObject } from '../core/json.ts';
import { startScriptedModel, turns } from '../drill/scripted-model.ts';
import { eventFrame } from '../drill/scripted-model-reply.ts';
import type { Script, ScriptedModel } from '../drill/scripted-model.ts';
import { CONVERSE_CODEC } from './converse-codec.ts';
import { errorMessage, failingAppend, nextTurn, post, PROVEN, usingRig, wire } from './gateway-rig.ts';
import type { GatewayRig, GatewayRigOptions } from './gateway-rig.ts';
import { MASKING, seen } from './masking/masking-rig.ts';

const STREAM = '/model/us.anthropic.claude-x/converse-stream';
const WHOLE = '/model/us.anthropic.claude-x/converse';
const FRESH = 'client-session-fresh';
const LS = { name: 'Bash', input: { command: 'ls' } };
const GO: JsonObject = { role: 'user', content: [{ text: 'go' }] };
const ASK: JsonObject = {
  inferenceConfig: { maxTokens: 10 },
  messages: [GO],
  toolConfig: { tools: [{ toolSpec: { name: 'Bash', inputSchema: { json: {} } } }] },
};

function withRig(
  script: Script,
  use: (rig: GatewayRig<ScriptedModel>) => Promise<void>,
  options: GatewayRigOptions = {},
): Promise<void> {
  return usingRig(startScriptedModel({ script }), { ...options, provider: 'bedrock' }, use);
}

function unproven(path: string, body: JsonObject): Buffer {
  return Buffer.from(post(path, body).toString('latin1').replace(PROVEN, FRESH), 'latin1');
}

/** The events of a stream, as the Messages service would have written them. */
function events(body: Buffer): readonly JsonObject[] {
  const splitter = CONVERSE_CODEC.splitter(1024 * 1024);
  return splitter.push(body).map((unit) => CONVERSE_CODEC.read(unit, false) ?? {});
}

for (const path of [STREAM, WHOLE]) {
  test(`a request goes up and its reply comes down byte for byte: ${path}`, async () => {
    await withRig(turns([{ text: 'héllo', toolUses: [LS] }]), async (rig) => {
      const body = `  {"messages":[ {"role":"user","content":[{"text":"h\\u00e9"}]} ], "new":1e2}\n`;
      const direct = await wire(rig.model.url, post(path, body));
      const reply = await wire(rig.gateway.url, post(path, body));
      assert.equal(reply.status, 200);
      assert.ok(reply.isWhole && reply.body.equals(direct.body));
      assert.equal(rig.model.requests[1]?.bodyBytes.toString(), body);
      assert.equal(rig.model.requests[1]?.url, path);
      assert.deepEqual(rig.events(), ['request', 'tool_use', 'response']);
      const [request] = rig.bodies('request');
      assert.deepEqual([request?.['model'], request?.['stream']], ['us.anthropic.claude-x', path === STREAM]);
      const [use] = rig.bodies('tool_use');
      assert.deepEqual([use?.['toolUseId'], use?.['name']], ['tooluse_drill_0_0', 'Bash']);
      const [response] = rig.bodies('response');
      assert.deepEqual([response?.['ended'], response?.['stopReason']], ['complete', 'tool_use']);
      const usage = response?.['usage'] as JsonObject | undefined;
      assert.deepEqual(usage?.['input_tokens'], Math.ceil(body.length / 4));
    });
  });

  test(`the first request gets a canary, and only its denial opens the way to the model: ${path}`, async () => {
    await withRig(turns([{ text: 'from the model' }]), async (rig) => {
      const canary = await wire(rig.gateway.url, unproven(path, ASK));
      assert.equal(canary.status, 200);
      assert.match(canary.body.toString(), /"toolUseId":"toolu_sallyport_0000","name":"Bash"/);
      assert.equal(rig.model.requests.length, 0);

      const toolUseId = 'toolu_sallyport_0000';
      const answered = [
        GO,
        { role: 'assistant', content: [{ toolUse: { toolUseId, name: 'Bash', input: {} } }] },
        { role: 'user', content: [{ toolResult: { toolUseId, content: [{ text: 'denied' }], status: 'error' } }] },
      ];
      const early = await wire(rig.gateway.url, unproven(path, { ...ASK, messages: answered }));
      assert.equal(early.status, 400);
      assert.match(errorMessage(early.body), /hooks did not reach the guard/);

      rig.proven.add(FRESH);
      const reply = await wire(rig.gateway.url, unproven(path, { ...ASK, messages: answered }));
      assert.equal(reply.status, 200);
      assert.equal(rig.model.requests[0]?.bodyBytes.toString(), JSON.stringify(ASK));
    });
  });

  test(`an SDK without hooks gets answers and no calls: ${path}`, async () => {
    const script = turns([{ text: 'only text' }, { toolUses: [LS] }]);
    await withRig(script, async (rig) => {
      const { toolConfig: _, ...noTools } = ASK;
      const anonymous = (body: JsonObject): Buffer =>
        Buffer.from(
          post(path, body)
            .toString('latin1')
            .replace(/X-Claude-Code-Session-Id: [^\r]*\r\n/, ''),
          'latin1',
        );
      const text = await wire(rig.gateway.url, anonymous(noTools));
      assert.ok(text.isWhole);
      assert.equal(rig.bodies('response')[0]?.['ended'], 'complete');

      const tools = await wire(rig.gateway.url, anonymous(ASK));
      assert.equal(tools.status, 400);
      assert.match(errorMessage(tools.body), /names no client session/);

      const messages = [GO, { role: 'assistant', content: [{ text: 'x' }] }, GO];
      const call = await wire(rig.gateway.url, anonymous({ ...noTools, messages }));
      assert.ok(!call.body.includes('tooluse_drill'), 'a call that nobody offered does not pass');
      assert.equal(rig.bodies('response')[1]?.['ended'], 'tool-use-unproven');
    });
  });

  test(`a call whose record is not durable does not leave: ${path}`, async () => {
    await withRig(turns([{ toolUses: [LS] }]), async (rig) => {
      rig.onAppend = (record) => (record.body['event'] === 'tool_use' ? failingAppend() : Promise.resolve());
      const reply = await wire(rig.gateway.url, post(path, ASK));
      assert.ok(!reply.isWhole || reply.status !== 200);
      assert.ok(!reply.body.includes('contentBlockStop') && !reply.body.includes('"stopReason"'));
      assert.match(reply.body.toString(), /audit log unavailable/);
    });
  });

  test(`a result that came without the guard's decision ends the session: ${path}`, async () => {
    await withRig(turns([{ toolUses: [LS] }, { text: 'x' }]), async (rig) => {
      await wire(rig.gateway.url, post(path, ASK));
      const toolUseId = 'tooluse_drill_0_0';
      const messages = [
        GO,
        { role: 'assistant', content: [{ toolUse: { toolUseId, ...LS } }] },
        { role: 'user', content: [{ toolResult: { toolUseId, content: [{ text: 'a.txt' }], status: 'success' } }] },
      ];
      const refused = await wire(rig.gateway.url, post(path, { ...ASK, messages }));
      assert.match(errorMessage(refused.body), /a tool ran without the guard's decision/);
      assert.equal(rig.model.requests.length, 1);
      rig.decided.add(toolUseId);
    });
  });
}

test('no byte that completes a call leaves before its record is durable', async () => {
  await withRig(turns([{ text: 'now', toolUses: [LS] }]), async (rig) => {
    let seen: Buffer = Buffer.alloc(0);
    let whileHeld: Buffer = Buffer.alloc(0);
    rig.onAppend = async (record) => {
      if (record.body['event'] !== 'tool_use') return;
      while (!seen.includes('"toolUse":{"input":"\\":\\"ls')) await nextTurn();
      await nextTurn();
      whileHeld = seen;
    };
    await wire(rig.gateway.url, post(STREAM, ASK), (body) => {
      seen = body;
    });
    const stops = (body: Buffer): number =>
      events(body).filter((event) => event['type'] === 'content_block_stop').length;
    assert.deepEqual([stops(whileHeld), stops(seen)], [1, 2]);
  });
});

test('a call in an event that nobody knows is seen, and recorded before it leaves', async () => {
  const body = eventFrame('future', { parts: [{ toolUse: { toolUseId: 'hidden', name: 'Bash', input: {} } }] });
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  await withRig(
    () => ({ status: 200, body, headers }),
    async (rig) => {
      const reply = await wire(rig.gateway.url, post(STREAM, ASK));
      assert.ok(reply.body.equals(body));
      assert.equal(rig.bodies('tool_use')[0]?.['toolUseId'], 'hidden');
    },
  );
});

test('a stream is cut with a word where it cannot be checked', async () => {
  const good = eventFrame('messageStart', { role: 'assistant' });
  const bad = eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'a', toolUse: { input: 'b' } } });
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  await withRig(
    () => ({ status: 200, body: Buffer.concat([good, bad]), headers }),
    async (rig) => {
      const reply = await wire(rig.gateway.url, post(STREAM, ASK));
      assert.ok(!reply.isWhole && reply.body.subarray(0, good.length).equals(good) && !reply.body.includes(bad));
      assert.match(reply.body.toString(), /cannot be checked: a piece of a block is two things at once/);
      assert.equal(rig.bodies('response')[0]?.['ended'], 'unreadable-reply');
    },
  );
});

test('an error of the service passes as it is', async () => {
  const headers = { 'x-amzn-errortype': 'ThrottlingException', 'content-type': 'application/json' };
  await withRig(
    () => ({ status: 429, body: '{"message":"Too many"}', headers }),
    async (rig) => {
      const reply = await wire(rig.gateway.url, post(STREAM, ASK));
      assert.equal(reply.status, 429);
      assert.match(reply.head, /x-amzn-errortype: ThrottlingException/);
      assert.equal(reply.body.toString(), '{"message":"Too many"}');
    },
  );
});

for (const { name, body } of [
  { name: 'no messages', body: { toolConfig: {} } },
  { name: 'messages that are none', body: { messages: 'x' } },
  { name: 'a key twice', body: '{"messages":[],"messages":[]}' },
]) {
  test(`a body that cannot be read is refused: ${name}`, async () => {
    await withRig(turns([]), async (rig) => {
      const reply = await wire(rig.gateway.url, post(WHOLE, body));
      assert.equal(reply.status, 400);
      assert.equal(rig.model.requests.length, 0);
    });
  });
}

const MAIL = 'ada.byron@mail.example';
const CONTENT: GatewayRigOptions['content'] = {
  inspects: () => true,
  inspect: ({ text }) => Promise.resolve(seen({ rules: MASKING, bundle: 'bundle-of-the-rig' }, text)),
};

for (const path of [STREAM, WHOLE]) {
  test(`what is masked going up is true again in text, calls and their record: ${path}`, async () => {
    const script: Script = ({ bodyBytes }) => {
      const [token = ''] = /qzEMAIL[0-9a-z]*/.exec(bodyBytes.toString()) ?? [];
      return { text: `I write to ${token} now.`, toolUses: [{ name: 'Bash', input: { command: `mail ${token}` } }] };
    };
    await withRig(
      script,
      async (rig) => {
        const toolUseId = 'tooluse_before';
        const messages = [
          { role: 'user', content: [{ text: `write to ${MAIL}` }] },
          { role: 'assistant', content: [{ toolUse: { toolUseId, name: 'Read', input: { file_path: `/${MAIL}` } } }] },
          { role: 'user', content: [{ toolResult: { toolUseId, content: [{ json: { to: MAIL } }, { text: MAIL }] } }] },
        ];
        const reply = await wire(rig.gateway.url, post(path, { ...ASK, messages, system: [{ text: `for ${MAIL}` }] }));
        const up = rig.model.requests[0]?.bodyBytes.toString() ?? '';
        assert.ok(!up.includes(MAIL) && up.includes('qzEMAIL'), up);
        assert.ok(!reply.body.includes('qzEMAIL'));
        assert.ok(reply.isWhole);
        const { text, input } = path === STREAM ? streamed(reply.body) : whole(reply.body);
        assert.equal(text, `I write to ${MAIL} now.`);
        assert.deepEqual(input, { command: `mail ${MAIL}` });
        const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex');
        assert.equal(rig.bodies('tool_use')[0]?.['inputSha256'], digest, 'as the guard sees it');
      },
      { content: CONTENT },
    );
  });
}

interface Said {
  readonly text: string;
  readonly input: unknown;
}

function streamed(body: Buffer): Said {
  const deltas = events(body).flatMap((event) => (event['delta'] === undefined ? [] : [event['delta'] as JsonObject]));
  const joined = (name: string): string =>
    deltas.flatMap((delta) => (typeof delta[name] === 'string' ? [delta[name]] : [])).join('');
  return { text: joined('text'), input: JSON.parse(joined('partial_json')) };
}

function whole(body: Buffer): Said {
  const reply = JSON.parse(body.toString()) as {
    output: { message: { content: [{ text: string }, { toolUse: { input: unknown } }] } };
  };
  const [{ text }, { toolUse }] = reply.output.message.content;
  return { text, input: toolUse.input };
}
