import { areaOf } from '../../core/content-rules.ts';
import type { Refusal } from '../refusal.ts';
import { maskText } from '../../mask/index.ts';
import type { MaskFinding } from '../../mask/index.ts';
import type { ToolUseHead } from '../leaves/index.ts';
import type { ContentPorts, ReadInjection, RulesInForce } from './content-ports.ts';
import { blockedRefusal, uncheckedRefusal } from './content-refusals.ts';
import { decideOpaque } from './decide-opaque.ts';
import { inspectLeaf } from './inspect-leaf.ts';
import type { LeafReading, Unchecked } from './inspect-leaf.ts';
import type { ChainKey, LeafDecision } from './leaf-decision.ts';
import { isOwn, leafScene, seamKind } from './leaf-scene.ts';
import type { MaskReport } from './mask-report.ts';
import { UNCHECKED } from './mask-session.ts';
import type { MaskSession } from './mask-session.ts';
import type { KeyedLeaf, MessageTexts } from './message-texts.ts';
import type { SeamKind } from './seam.ts';

/** A request whose texts are to be decided on. */
export interface DecideRequest {
  readonly session: MaskSession;
  readonly ports: ContentPorts;
  readonly rules: RulesInForce;
  readonly toolUses: ReadonlyMap<string, ToolUseHead>;
  readonly report: MaskReport;
  /** What was held back under `ask` before this request came. */
  readonly asked: ReadonlySet<ChainKey>;
  /** Whether somebody hears of a refusal and sends again on purpose. */
  readonly isHeard: boolean;
}

/** What came of it. Whatever is refused, a decision was made for all that can be: the next request passes without it. */
export interface Decided {
  readonly refusal: Refusal | null;
  readonly injections: readonly ReadInjection[];
  /** The texts of documents that go up as text. */
  readonly documents: ReadonlyMap<ChainKey, string>;
  /** What holds for this request, whatever its session forgets meanwhile. */
  readonly decisions: ReadonlyMap<ChainKey, LeafDecision>;
  /** Whether some of that holds for this request alone, for texts that could not be looked at. */
  readonly hasLeftOut: boolean;
  /** Whether the policy has texts looked at: then there is a decision for each. */
  readonly isLookedAt: boolean;
}

interface Pending {
  readonly part: KeyedLeaf;
  /** Whether it comes with this turn, so that refusing it does not stop the session for good. */
  readonly isNew: boolean;
  /** What was decided under another policy, where that is to be looked at again. */
  readonly before: LeafDecision | null;
}

/** How often a text is looked at in vain before it is left out for good. */
const MAX_FAILURES = 4;

/** Decides on each text of which nothing is known yet. The texts are looked at side by side, and decided on in order. */
export async function decideTexts(request: DecideRequest, messages: readonly MessageTexts[]): Promise<Decided> {
  const { session, report, rules, ports } = request;
  const isRetroactive = rules.gateway.retroactive.length > 0;
  const isLookedAt = ports.inspects();
  const pending: Pending[] = [];
  const lastOwn = messages.findLastIndex(({ role }) => role === 'assistant');
  const decisions = new Map<ChainKey, LeafDecision>();
  let hasOpaque = false;
  for (const [index, message] of messages.entries())
    for (const part of message.parts) {
      if (part.kind === 'opaque') {
        hasOpaque = true;
        continue;
      }
      const known = session.decisionOf(part.key);
      if (known !== null) decisions.set(part.key, known);
      const isAgain = known !== null && isRetroactive && known.bundle !== rules.bundle;
      report.countText(known === null);
      if (isLookedAt && (known === null || isAgain))
        pending.push({ part, isNew: index > lastOwn && !isAgain, before: known });
    }
  const readings = await Promise.all(pending.map(({ part }) => readingOf(request, part)));
  const decided = { ...decideAll(request, pending, readings, decisions), isLookedAt };
  if (!hasOpaque) return { ...decided, documents: new Map() };
  const opaque = await decideOpaque(request, messages, lastOwn, decisions);
  return {
    ...decided,
    refusal: decided.refusal ?? opaque.refusal,
    documents: opaque.documents,
    injections: [...decided.injections, ...opaque.injections],
  };
}

function readingOf({ ports, toolUses }: DecideRequest, { leaf, tails }: KeyedLeaf): Promise<LeafReading | Unchecked> {
  const kind = seamKind(leaf.place);
  return inspectLeaf(
    ports.inspect,
    { text: leaf.text, ...leafScene(leaf.place, toolUses) },
    kind === null ? null : { tails, kind },
    isOwn(leaf.place),
  );
}

function decideAll(
  request: DecideRequest,
  pending: readonly Pending[],
  readings: readonly (LeafReading | Unchecked)[],
  decisions: Map<ChainKey, LeafDecision>,
): Omit<Decided, 'documents' | 'isLookedAt'> {
  const { session, report, rules, toolUses } = request;
  const torn = tornTails(pending, readings);
  const injections: ReadInjection[] = [];
  let hasLeftOut = false;
  let refusal: Refusal | null = null;
  const hold = (key: ChainKey, decision: LeafDecision): void => {
    session.decide(key, decision);
    decisions.set(key, decision);
  };
  learnAll(request, pending, readings);
  for (const [index, { part, isNew, before }] of pending.entries()) {
    const { key, leaf } = part;
    const reading = readings[index];
    // Another request of the session may have come to the same text first.
    const meanwhile = before === null ? session.decisionOf(key) : null;
    if (meanwhile !== null) decisions.set(key, meanwhile);
    if (reading === undefined || meanwhile !== null) continue;
    if ('reason' in reading) {
      report.unchecked(reading.reason);
      if (before !== null) continue;
      const failures = (session.failures.get(key) ?? 0) + 1;
      session.failures.set(key, failures);
      if (leaf.place.part === 'system' || (isNew && failures === 1 && !isOwn(leaf.place))) {
        refusal ??= uncheckedRefusal(reading.reason);
        continue;
      }
      const whole = { start: 0, end: leaf.text.length, action: 'redact', detectorId: UNCHECKED } as const;
      const decision = { places: [whole], bundle: rules.bundle };
      if (failures < MAX_FAILURES) {
        hasLeftOut = true;
        decisions.set(key, decision);
      } else hold(key, decision);
      continue;
    }
    session.failures.delete(key);
    report.ran(reading.engines);
    report.saw('alert', reading.alerts);
    const found = [...reading.places, ...(torn.get(index) ?? [])];
    const places = before === null ? found : again(before, found, rules);
    const masked = maskText(leaf.text, places, session.memory);
    report.wrote(masked);
    if (before !== null && !isSame(before, masked.used)) report.rewritten();
    hold(key, { places: masked.used, bundle: rules.bundle });
    if (before !== null) continue;
    if (reading.blocked.length > 0) {
      report.saw('blocked', reading.blocked);
      if (isNew) refusal ??= blockedRefusal(reading.blocked);
    }
    const { part: where } = leaf.place;
    if (reading.injections.length > 0 && (where === 'tool-result' || where === 'document' || where === 'unknown')) {
      report.saw('injection', reading.injections);
      const toolUseId = leaf.place.part === 'tool-result' ? leaf.place.toolUseId : null;
      injections.push({ source: leafScene(leaf.place, toolUses).source, detectorIds: reading.injections, toolUseId });
    }
  }
  return { refusal, injections, decisions, hasLeftOut };
}

/** Makes known what is found in any of the texts: one that says less of a value may stand in front of one that says more. */
function learnAll(
  { session, rules }: DecideRequest,
  pending: readonly Pending[],
  readings: readonly (LeafReading | Unchecked)[],
): void {
  if (pending.length < 2) return;
  for (const [index, { part, before }] of pending.entries()) {
    const reading = readings[index];
    if (reading === undefined || 'reason' in reading || reading.places.length === 0) continue;
    const found = before === null ? reading.places : again(before, reading.places, rules);
    maskText(part.leaf.text, found, session.memory);
  }
}

/** The ends of texts that are part of something torn apart, by the place of the text among those that are decided on. */
function tornTails(
  pending: readonly Pending[],
  readings: readonly (LeafReading | Unchecked)[],
): ReadonlyMap<number, readonly MaskFinding[]> {
  const tails = new Map<number, readonly MaskFinding[]>();
  const last = new Map<SeamKind, number>();
  for (const [index, { part }] of pending.entries()) {
    const kind = seamKind(part.leaf.place);
    if (kind === null) continue;
    const reading = readings[index];
    const before = last.get(kind);
    if (reading !== undefined && 'tornTail' in reading && reading.tornTail !== null && before !== undefined) {
      const text = pending[before]?.part.leaf.text ?? '';
      const end = text.replace(/[\r\n]+$/, '').length;
      const { length, finding } = reading.tornTail;
      const place = { ...finding, startUtf16: Math.max(0, end - length), endUtf16: end };
      tails.set(before, [...(tails.get(before) ?? []), place]);
    }
    last.set(kind, index);
  }
  return tails;
}

/** What was decided before, and what the areas that look back see now. */
function again(before: LeafDecision, found: readonly MaskFinding[], { gateway }: RulesInForce): readonly MaskFinding[] {
  const back: ReadonlySet<string> = new Set(gateway.retroactive);
  return [
    ...found.filter(({ detectorId }) => back.has(areaOf(detectorId) ?? '')),
    ...before.places.map(({ start, end, action, detectorId }) => ({
      detectorId,
      startUtf16: start,
      endUtf16: end,
      action,
    })),
  ];
}

function isSame({ places }: LeafDecision, used: LeafDecision['places']): boolean {
  return (
    places.length === used.length &&
    places.every(({ start, end, action }, index) => {
      const other = used[index];
      return other?.start === start && other.end === end && other.action === action;
    })
  );
}
