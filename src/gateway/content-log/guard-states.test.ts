import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../../core/json.ts';
import { replyGuards, requestGuards } from './guard-states.ts';

const NEW: JsonObject = { texts: { new: 3, known: 9 } };

const CASES: readonly { name: string; report: JsonObject; inspects?: boolean; guard: string; want: unknown }[] = [
  {
    name: 'detectors that looked at all that is new ran',
    report: NEW,
    guard: 'detectors',
    want: { state: 'ran', findings: 0 },
  },
  {
    name: 'findings of every kind count',
    report: {
      ...NEW,
      masked: { 'pii/email': 2 },
      redacted: { 'secret/key': 1 },
      alerts: { 'company/x': 1 },
      injections: { 'injection/y': 1 },
    },
    guard: 'detectors',
    want: { state: 'ran', findings: 5 },
  },
  {
    name: 'nothing ran where the policy has nothing looked at',
    report: NEW,
    inspects: false,
    guard: 'detectors',
    want: { state: 'skipped', reason: 'policy' },
  },
  {
    name: 'nothing ran where all was known',
    report: { texts: { new: 0, known: 9 } },
    guard: 'detectors',
    want: { state: 'skipped', reason: 'nothing-new' },
  },
  {
    name: 'what was looked at again for a policy that looks back ran',
    report: { texts: { new: 0, known: 9, rewritten: 1 } },
    guard: 'detectors',
    want: { state: 'ran', findings: 0 },
  },
  {
    name: 'one text that could not be looked at is a failure, whatever was found in others',
    report: {
      ...NEW,
      masked: { 'pii/email': 2 },
      unchecked: { 'looking at it failed': 1, 'an engine gave no answer': 2 },
    },
    guard: 'detectors',
    want: { state: 'failed', reason: 'an engine gave no answer; looking at it failed', findings: 2 },
  },
  {
    name: 'engines say each for itself how they fared',
    report: {
      ...NEW,
      engines: [
        { engine: 'a', outcome: 'ran', reason: null, findings: 2, tookMs: 1 },
        { engine: 'b', outcome: 'skipped', reason: 'too-large', findings: 0, tookMs: 0 },
        { engine: 'c', outcome: 'failed', reason: 'time-out', findings: 0, tookMs: 9 },
        { engine: 'd', outcome: 'something else', reason: null, findings: 0, tookMs: 9 },
      ],
    },
    guard: 'engines',
    want: [
      { name: 'a', state: 'ran', findings: 2 },
      { name: 'b', state: 'skipped', reason: 'too-large' },
      { name: 'c', state: 'failed', reason: 'time-out', findings: 0 },
      { name: 'd', state: 'failed', reason: 'no-reason-given', findings: 0 },
    ],
  },
  {
    name: 'an image that went up unseen was not looked at',
    report: { ...NEW, opaque: { 'image: allowed': 2, 'document: text': 1 } },
    guard: 'opaque',
    want: { state: 'skipped', reason: 'image: allowed' },
  },
  {
    name: 'a document that was sent again after a question was not looked at',
    report: { ...NEW, opaque: { 'document: sent again': 1 } },
    guard: 'opaque',
    want: { state: 'skipped', reason: 'document: sent again' },
  },
  {
    name: 'content that was read or held back was seen to',
    report: { ...NEW, opaque: { 'document: text': 1, 'media: strip': 2 } },
    guard: 'opaque',
    want: { state: 'ran', findings: 3 },
  },
  {
    name: 'without such content there is nothing to see to',
    report: NEW,
    guard: 'opaque',
    want: { state: 'skipped', reason: 'nothing-new' },
  },
];

for (const { name, report, inspects = true, guard, want } of CASES)
  test(name, () => assert.deepEqual(requestGuards(report, inspects)[guard], want));

const LOOKED = { isLookedAt: true, areas: ['secret'], wordFindings: 1, calls: { decided: 2, refused: 1 } };

test('the guards of a reply say what they saw', () =>
  assert.deepEqual(replyGuards(LOOKED), {
    words: { state: 'ran', findings: 1, areas: ['secret'] },
    calls: { state: 'ran', findings: 1, decided: 2 },
  }));

test('a reply that nobody looked at is never said to have been', () => {
  const none = { state: 'skipped', reason: 'no-model-reply' };
  assert.deepEqual(replyGuards({ ...LOOKED, isLookedAt: false }), { words: none, calls: none });
  assert.deepEqual(replyGuards({ ...LOOKED, areas: null, calls: { decided: 0, refused: 0 } }), {
    words: { state: 'skipped', reason: 'policy' },
    calls: { state: 'skipped', reason: 'no-calls' },
  });
});
