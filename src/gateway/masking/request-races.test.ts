import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEFAULT_GATEWAY_RULES } from '../../core/gateway-rules.ts';
import { makeSessionId } from '../../core/ids.ts';
import type { DetectorId, SessionId } from '../../core/ids.ts';
import type { Inspection } from '../../core/inspection.ts';
import type { JsonObject } from '../../core/json.ts';
import { placeholderKey } from '../../mask/index.ts';
import { assistant, call, maskingRig, MASKING, result, seen, sent, text, user, wentUp } from './masking-rig.ts';
import { requestMasker } from './request-masker.ts';
import type { Masking } from './request-masker.ts';

const KEY = 'KEYA1B2C3D4E5F6';
const PDF = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } };

function body(...messages: JsonObject[]): JsonObject {
  return { model: 'm', messages };
}

/** Sees a value by what stands in front of it, as detectors see passwords. */
function told(text: string): Inspection {
  const findings = Array.from(text.matchAll(/password = (\S+)/g), ({ 0: match, 1: value = '', index }) => ({
    detectorId: 'secret/password' as DetectorId,
    startByte: 0,
    endByte: 0,
    startUtf16: index + match.length - value.length,
    endUtf16: index + match.length,
    confidence: 1,
  }));
  return { rules: MASKING, findings, engines: [], missing: null, bundleDigest: 'bundle-1' };
}

test('what one text of a request shows to be a secret is masked in all of them, also in those in front', async () => {
  const rig = maskingRig();
  rig.look = (passing) => Promise.resolve(told(passing.text));
  const request = body(
    user(text('is it hunter2correct?')),
    assistant(text('I look.'), call('t1', 'Read', {}), call('t2', 'Read', {})),
    user(result('t1', 'hunter2correct'), result('t2', 'password = hunter2correct')),
  );
  const masking = wentUp(await rig.mask(request));
  assert.doesNotMatch(masking.bytes.toString(), /hunter2/);
  assert.deepEqual(masking.report['masked'], { 'secret/password': 3 });
  rig.restart();
  assert.deepEqual(wentUp(await rig.mask(request)).bytes, masking.bytes);
});

test('what was not sent again on purpose stays where it is', async (t) => {
  const request = body(user(PDF, text('read it')));
  const kinds = (maskings: readonly Masking[]): readonly string[] => maskings.map(({ kind }) => kind);
  await t.test('two requests at one time were both sent before anybody was asked', async () => {
    const rig = maskingRig();
    const both = await Promise.all([rig.mask(request), rig.mask(request)]);
    assert.deepEqual(kinds(both), ['refused', 'refused']);
    assert.deepEqual(kinds([await rig.mask(request)]), ['masked']);
  });
  await t.test('who counts tokens, or is a subagent, neither asks nor answers', async () => {
    const rig = maskingRig();
    const unheard = async (): Promise<Masking> => await rig.mask(request, 'messages', false);
    assert.deepEqual(kinds([await unheard(), await unheard(), await rig.mask(request)]), Array(3).fill('refused'));
    assert.deepEqual(kinds([await unheard(), await rig.mask(request), await unheard()]), [
      'refused',
      'masked',
      'masked',
    ]);
  });
});

test('a document that two requests bring at one time goes up in both as it was decided once', async () => {
  const rig = maskingRig();
  rig.documents = new Map([['\0\0\0', { text: `mail a@b.example, key ${KEY}`, isWhole: true }]]);
  const [one, other] = await Promise.all([rig.mask(body(user(PDF))), rig.mask(body(user(PDF)))]);
  assert.deepEqual(wentUp(one).bytes, wentUp(other).bytes);
  assert.equal(wentUp(other).bytes.includes(KEY), false);
});

test('a conversation with more texts than a session remembers goes up, again and after a restart', async () => {
  const rig = maskingRig();
  const words = Array.from({ length: 100_050 }, (_, at) => `w${at}`);
  const request = body(user(text(KEY)), assistant(call('t', 'X', { words })), user(result('t', KEY)));
  const before = wentUp(await rig.mask(request)).bytes;
  assert.equal(before.includes(KEY), false);
  rig.restart();
  assert.ok(wentUp(await rig.mask(request)).bytes.equals(before));
});

test('a policy that looks back counts from the next request on, however late it came to this one', async () => {
  const rig = maskingRig();
  const first = body(user(text('a@b.example')), assistant(text('ok')));
  const second = body(user(text('a@b.example')), assistant(text('ok')), user(text('more')));
  rig.rules = { ...MASKING, pii: 'allow' };
  await rig.mask(first);
  const mask = rig.read(second);
  rig.rules = MASKING;
  rig.bundle = 'bundle-2';
  rig.gateway = { ...DEFAULT_GATEWAY_RULES, retroactive: ['pii'] };
  await mask();
  assert.doesNotMatch(JSON.stringify(sent(await rig.mask(second))), /a@b/);
});

test('a session is opened once while a request of it is on its way, however many others come', async () => {
  const opened: SessionId[] = [];
  const gate = Promise.withResolvers<void>();
  const masker = requestMasker({
    inspects: () => true,
    inspect: async (passing) => {
      if (passing.text.includes('slow')) await gate.promise;
      return seen({ rules: MASKING, bundle: 'bundle-1' }, passing.text);
    },
    rules: () => ({ gateway: DEFAULT_GATEWAY_RULES, bundle: 'bundle-1' }),
    readDocument: () => Promise.resolve(null),
    store: {
      open: (id) => {
        opened.push(id);
        return { key: placeholderKey(Buffer.alloc(32, 1)), entries: [], append: () => undefined };
      },
    },
    read: () => Promise.resolve(),
  });
  const send = async (sessionId: SessionId, words: string): Promise<Masking> => {
    const bytes = Buffer.from(JSON.stringify(body(user(text(words)))));
    const start = masker.start(sessionId, bytes);
    assert.ok(typeof start !== 'string');
    return await masker.mask({ sessionId, bytes, start, format: 'messages', isHeard: true, cutsIn: () => [] });
  };
  const [first, ...others] = Array.from({ length: 130 }, (_, at) => makeSessionId(at, new Uint8Array(16)));
  assert.ok(first !== undefined);
  const slow = send(first, `slow ${KEY}`);
  for (const id of others) await send(id, 'words');
  await send(first, 'words');
  gate.resolve();
  assert.equal(wentUp(await slow).bytes.includes(KEY), false);
  assert.equal(opened.filter((id) => id === first).length, 1);
  for (const id of others) await send(id, 'words');
  await send(first, 'words');
  assert.equal(opened.filter((id) => id === first).length, 2, 'it is let go once nothing of it is on its way');
});
