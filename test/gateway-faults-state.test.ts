import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { contentKeys } from '../src/bin/content-keys.ts';
import { maskStore } from '../src/bin/mask-store.ts';
import type { ModelCredentials } from '../src/core/control.ts';
import type { Json, JsonObject } from '../src/core/json.ts';
import { controlClient } from '../src/cli/control-client.ts';
import { errorMessage, post, wire } from '../src/gateway/gateway-rig.ts';
import type { GatewayRig, WireReply } from '../src/gateway/gateway-rig.ts';
import { objectMembers } from '../src/gateway/json-spans.ts';
import { makeHome, sallyport, startDaemonProcess } from './daemon-process.ts';
import {
  ANY_TOKEN,
  fullRig,
  holdsPlanted,
  MAIL,
  maskingPolicy,
  OTHER_MAIL,
  rigState,
  SECRET,
  tokensIn,
} from './gateway-full-rig.ts';
import { CONVERSE_STREAM, requestOf, SSE } from './gateway-replies.ts';
import type { ReplyForm } from './gateway-replies.ts';
import { readReply } from './gateway-reply-reading.ts';
import { startUpstream } from './gateway-upstream.ts';
import type { Upstream } from './gateway-upstream.ts';

// What happens to the journal of masks, the content key and the daemon while a conversation goes on. Whatever it is:
// nothing planted goes up, and what went up once goes up in the same bytes again, or not at all.

type Rig = GatewayRig<Upstream>;
type Test = Parameters<typeof makeHome>[0] & Parameters<typeof fullRig>[0];

/** A model that says each value it was told of. */
async function echoing(form: ReplyForm): Promise<Upstream> {
  return await startUpstream(({ body, reply }) => {
    const tokens = [...tokensIn(body, 'EMAIL'), ...tokensIn(body, 'SECRET')];
    reply.writeHead(200, { 'content-type': form.contentType });
    for (const { bytes } of form.units([{ text: tokens.join(' ') }])) reply.write(bytes);
    reply.end();
  });
}

/** The first turns of one conversation, of which each tells of another value. */
function turnsOf(form: ReplyForm, count: number): JsonObject {
  const said = [`Write to ${MAIL}.`, `Then to ${OTHER_MAIL}, not ${MAIL}.`, `The key is ${SECRET}, of ${OTHER_MAIL}.`];
  const messages = said
    .slice(0, count)
    .flatMap((text, at): readonly Json[] => [
      { role: 'user', content: form.isConverse ? [{ text }] : text },
      ...(at === count - 1 ? [] : [{ role: 'assistant', content: form.isConverse ? [{ text: 'Done.' }] : 'Done.' }]),
    ]);
  return requestOf(form, '', { messages });
}

const VALUES = [[MAIL], [MAIL, OTHER_MAIL], [MAIL, OTHER_MAIL, SECRET]] as const;

const ask = (rig: Rig, turn: number, form: ReplyForm = SSE): Promise<WireReply> =>
  wire(rig.gateway.url, post(form.path, turnsOf(form, turn)));

function assertAnswered(reply: WireReply, turn: number, form: ReplyForm = SSE): void {
  assert.equal(reply.status, 200, reply.body.toString());
  const { text } = readReply(form, reply.body);
  assert.doesNotMatch(text, ANY_TOKEN);
  assert.deepEqual(text.split(' ').toSorted(), [...(VALUES[turn - 1] ?? [])].toSorted());
}

/** The messages of a request as the model saw them, without the end of the list. */
function sentIn(body: Buffer): string {
  const span = objectMembers(body, { start: 0, end: body.length })?.get('messages');
  assert.ok(span !== undefined && !holdsPlanted(body));
  return body.toString('utf8', span.start, span.end - 1);
}

function assertSamePrefix(bodies: readonly Buffer[]): void {
  const sent = bodies.map(sentIn);
  for (const [at, one] of sent.entries()) assert.ok(one.startsWith(sent[at - 1] ?? ''), `request ${at + 1}`);
}

test('another gateway with the same key and journal goes on with the same bytes, and so does the first one after it', async (t) => {
  const [state, model] = [rigState(t), await echoing(SSE)];
  const start = (): Promise<Rig> => fullRig(t, model, { provider: 'anthropic', state });
  const first = await start();
  assertAnswered(await ask(first, 1), 1);
  const second = await start();
  assertAnswered(await ask(second, 2), 2);
  assertAnswered(await ask(first, 3), 3);
  const third = await start();
  assertAnswered(await ask(third, 3), 3);
  assertSamePrefix(model.asked.map(({ body }) => body));
});

for (const { what, harm } of [
  { what: 'gone', harm: (path: string) => rmSync(path) },
  {
    what: 'cut in the middle of a line',
    harm: (path: string) => writeFileSync(path, readFileSync(path).subarray(0, -9)),
  },
  { what: 'full of something else', harm: (path: string) => writeFileSync(path, 'x\n'.repeat(9)) },
  { what: 'longer by half a line', harm: (path: string) => appendFileSync(path, 'AAAA') },
])
  test(`after a restart with a journal that is ${what} texts are looked at anew, and go up in the same bytes`, async (t) => {
    const [state, model] = [rigState(t), await echoing(SSE)];
    const start = (): Promise<Rig & { readonly masks: string }> => fullRig(t, model, { provider: 'anthropic', state });
    const before = await start();
    assertAnswered(await ask(before, 2), 2);
    for (const name of readdirSync(before.masks)) harm(join(before.masks, name));
    const after = await start();
    assertAnswered(await ask(after, 3), 3);
    assertAnswered(await ask(await start(), 3), 3);
    assertSamePrefix(model.asked.map(({ body }) => body));
  });

test('after a restart without the content key of the session nothing of it goes up', async (t) => {
  const [state, model] = [rigState(t), await echoing(SSE)];
  const before = await fullRig(t, model, { provider: 'anthropic', state });
  assertAnswered(await ask(before, 1), 1);
  for (const name of readdirSync(join(state, 'keys'))) rmSync(join(state, 'keys', name));
  const after = await fullRig(t, model, { provider: 'anthropic', state });
  const reply = await ask(after, 2);
  assert.equal(reply.status, 403);
  assert.match(errorMessage(reply.body), /content key of this session is gone/);
  assert.equal(model.asked.length, 1);
  assert.equal(after.bodies('refused')[0]?.['why'], 'no-content-key');
});

/** Addresses of one turn: so many that what is kept of it does not fit into the rest of a page. */
const addressesOf = (turn: number): readonly string[] =>
  Array.from({ length: 60 }, (_, at) => [`user.number${turn}x${at}`, 'northwind-labs.com'].join('@'));

function longTurns(count: number): JsonObject {
  const messages = Array.from({ length: count }, (_, at): readonly Json[] => [
    { role: 'user', content: `Write to ${addressesOf(at + 1).join(' and ')}.` },
    ...(at === count - 1 ? [] : [{ role: 'assistant', content: 'Done.' }]),
  ]).flat();
  return requestOf(SSE, '', { messages });
}

for (const { what, before, fill } of [
  // A file that is open already would keep it from becoming so.
  { what: 'read-only', before: 0, fill: (masks: string) => mustRun('mount', ['-o', 'remount,ro', masks]) },
  { what: 'on a full disk', before: 1, fill: (masks: string) => fillTo(masks) },
])
  test(
    `while the folder of masks is ${what} new values go nowhere, and then on without a loss`,
    { skip: mountSkip() },
    async (t) => {
      let masks = '';
      // In front of the removal of the folder, in which nothing may be mounted then.
      t.after(() => mustRun('umount', ['-l', masks]));
      const [state, model] = [rigState(t), await echoing(SSE)];
      masks = join(state, 'masks');
      mustRun('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'tmpfs', masks]);
      const rig = await fullRig(t, model, { provider: 'anthropic', state });
      const say = (to: Rig, turn: number): Promise<WireReply> => wire(to.gateway.url, post(SSE.path, longTurns(turn)));
      const assertSaid = (reply: WireReply, turn: number): void => {
        assert.equal(reply.status, 200, reply.body.toString());
        const all = Array.from({ length: turn }, (_, at) => addressesOf(at + 1)).flat();
        assert.deepEqual(readReply(SSE, reply.body).text.split(' ').toSorted(), all.toSorted());
      };
      for (let turn = 1; turn <= before; turn += 1) assertSaid(await say(rig, turn), turn);
      fill(masks);
      // What is kept of a turn or two may fit into the last page.
      let turn = before + 1;
      let reply = await say(rig, turn);
      for (; reply.status === 200 && turn < 8; turn += 1) reply = await say(rig, turn + 1);
      const passed = model.asked.length;
      for (let times = 0; times < 2; times += 1) {
        assert.equal(reply.status, 403, 'it passed without being kept');
        assert.match(errorMessage(reply.body), /what it masks could not be kept/);
        reply = await say(rig, turn);
      }
      assert.equal(model.asked.length, passed);
      assert.equal(rig.bodies('refused')[0]?.['why'], 'audit-unavailable');

      mustRun('mount', ['-o', 'remount,rw', masks]);
      rmSync(join(masks, 'filler'), { force: true });
      assertSaid(await say(rig, turn), turn);
      const keys = contentKeys(join(state, 'keys'));
      const store = maskStore(
        masks,
        (id) => keys.of(id),
        () => undefined,
      );
      const entries = store.open(rig.sessionId)?.entries.join('') ?? '';
      for (let one = 1; one <= turn; one += 1)
        assert.ok(entries.includes(addressesOf(one)[0] ?? ''), `turn ${one} is kept`);
      const after = await fullRig(t, model, { provider: 'anthropic', state });
      assertSaid(await say(after, turn + 1), turn + 1);
      assertSamePrefix(model.asked.map(({ body }) => body));
    },
  );

const CREDENTIALS: ModelCredentials = {
  anthropicApiKey: 'upstream-key',
  anthropicAuthToken: null,
  awsAccessKeyId: null,
  awsSecretAccessKey: null,
  awsSessionToken: null,
  awsProfile: null,
  awsBearerToken: 'upstream-token',
  googleAccessToken: null,
  googleCredentialsFile: null,
};

for (const form of [SSE, CONVERSE_STREAM])
  for (const signal of ['SIGTERM', 'SIGKILL'] as const)
    test(`a conversation goes on with the same bytes after the daemon was restarted by ${signal}: ${form.name}`, async (t) => {
      const { model, home, start } = await daemonStage(t, form);
      let daemon = await start();
      const opened = await controlClient(daemon.status.controlSocket).openSession({
        workspace: home.folder,
        homeDir: home.folder,
        environment: {},
        credentials: CREDENTIALS,
        watchPid: process.pid,
        about: {},
      });
      for (const turn of [1, 2, 3]) {
        const request = post(form.path, turnsOf(form, turn))
          .toString()
          .replace(/x-api-key: .*/, `x-api-key: ${opened.token}`);
        assertAnswered(await wire(daemon.status.gatewayUrl, request), turn, form);
        await daemon.end(signal);
        daemon = await start();
        await controlClient(daemon.status.controlSocket).beat(opened.sessionId, CREDENTIALS);
      }
      assert.equal(model.asked.length, 3);
      assertSamePrefix(model.asked.map(({ body }) => body));
      const second = sallyport(home, ['up', '--policy', home.policyFile]);
      assert.equal(second.status, 1);
      assert.match(second.stderr, /running already/, 'two gateways do not write one journal');
      await daemon.end('SIGTERM');
    });

async function daemonStage(
  t: Test,
  form: ReplyForm,
): Promise<{
  readonly model: Upstream;
  readonly home: ReturnType<typeof makeHome>;
  readonly start: () => ReturnType<typeof startDaemonProcess>;
}> {
  const model = await echoing(form);
  t.after(() => model.close());
  const home = makeHome(t, maskingPolicy(form.provider, model.url));
  return { model, home, start: () => startDaemonProcess(t, home) };
}

/** Fills the file system of a folder. */
function fillTo(folder: string): void {
  const filler = join(folder, 'filler');
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096'], { stdio: 'ignore' });
  assert.ok(readFileSync(filler).length > 0);
}

function mustRun(program: string, words: readonly string[]): void {
  const ran = spawnSync(program, words, { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
}

/** Why a row with a mount cannot run here, or false. */
function mountSkip(): string | false {
  if (process.getuid?.() !== 0) return 'mounting a small tmpfs needs root';
  const place = '/var/tmp/sp-masks-mount-probe';
  mkdirSync(place, { recursive: true });
  const ran = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { encoding: 'utf8' });
  if (ran.status === 0) spawnSync('umount', [place]);
  rmSync(place, { recursive: true, force: true });
  return ran.status === 0 ? false : `this machine does not let tests mount: ${ran.stderr.trim()}`;
}
