import type { OpaqueAction } from '../../core/gateway-rules.ts';
import type { DetectorId } from '../../core/ids.ts';
import { maskText } from '../../mask/index.ts';
import type { OpaqueBlock } from '../leaves/index.ts';
import type { Refusal } from '../refusal.ts';
import type { ReadInjection } from './content-ports.ts';
import { blockedRefusal } from './content-refusals.ts';
import type { Decided, DecideRequest } from './decide-texts.ts';
import { inspectLeaf } from './inspect-leaf.ts';
import type { ChainKey, LeafDecision } from './leaf-decision.ts';
import type { KeyedOpaque, MessageTexts } from './message-texts.ts';
import { opaqueAction, opaqueData, opaqueKind, opaqueRefusal, STRIPPED } from './opaque.ts';

/** How a document is looked at. */
const DOCUMENT = { place: 'tool-result', source: 'repository-file', path: null, isAskedOutside: true } as const;
const PASSES: LeafDecision['places'] = [];
const STRIPS: LeafDecision['places'] = [{ start: 0, end: 0, action: 'redact', detectorId: STRIPPED }];

/** What was seen of a block: a document whose text may go up in its place, or nothing that can be told. */
type Seen =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly places: LeafDecision['places'];
      readonly isWhole: boolean;
      readonly blocked: readonly DetectorId[];
      readonly injections: readonly DetectorId[];
    }
  | { readonly kind: 'unseen' };

/** Decides on content that is no text, by its text where it has one, and else by what the policy says of its kind. */
export async function decideOpaque(
  request: DecideRequest,
  messages: readonly MessageTexts[],
  lastOwn: number,
  decisions: Map<ChainKey, LeafDecision>,
): Promise<Pick<Decided, 'refusal' | 'documents' | 'injections'>> {
  const { session, rules, report, asked, isHeard } = request;
  const documents = new Map<ChainKey, string>();
  const injections: ReadInjection[] = [];
  let refusal: Refusal | null = null;
  const hold = (key: ChainKey, places: LeafDecision['places']): void => {
    const decision = { places, bundle: rules.bundle };
    session.decide(key, decision);
    decisions.set(key, decision);
  };
  for (const [index, { bytes, parts }] of messages.entries())
    for (const part of parts) {
      if (part.kind !== 'opaque') continue;
      const known = session.decisionOf(part.key);
      if (known !== null) {
        decisions.set(part.key, known);
        const text = isReplacedByText(known) ? await readText(request, bytes, part.block) : null;
        // Without its text the document is left out.
        if (text !== null) documents.set(part.key, text);
        continue;
      }
      const seen = await look(request, bytes, part);
      // Another request of the session may have come to the same block first.
      const meanwhile = session.decisionOf(part.key);
      if (meanwhile !== null) {
        decisions.set(part.key, meanwhile);
        if (seen.kind === 'text' && isReplacedByText(meanwhile)) documents.set(part.key, seen.text);
        continue;
      }
      if (seen.kind === 'text' && seen.injections.length > 0) {
        report.saw('injection', seen.injections);
        const { toolUseId } = part.block;
        injections.push({ source: DOCUMENT.source, detectorIds: seen.injections, toolUseId });
      }
      if (seen.kind === 'text' && seen.blocked.length > 0) {
        report.saw('blocked', seen.blocked);
        if (index > lastOwn) refusal ??= blockedRefusal(seen.blocked);
      }
      if (seen.kind === 'text' && seen.places.length > 0) {
        hold(part.key, seen.places);
        documents.set(part.key, seen.text);
        report.opaque(opaqueKind(part.block), 'text');
        continue;
      }
      const action = actionFor(request, part.block, seen);
      const isNew = index > lastOwn;
      const isSentAgain = isHeard && asked.has(part.key);
      const goes = action === 'allow' || (action === 'ask' && isNew && isSentAgain);
      report.opaque(opaqueKind(part.block), goes ? (action === 'ask' ? 'sent again' : 'allowed') : action);
      if (!goes && isNew && (action === 'ask' || action === 'deny')) {
        refusal ??= { why: 'content-blocked', message: opaqueRefusal(part.block, action) };
        if (isHeard) session.asked.add(part.key);
        if (action === 'ask') continue;
      }
      hold(part.key, goes ? PASSES : STRIPS);
    }
  return { refusal, documents, injections };
}

/** Whether a decision says that a document's text goes up in its place. */
export function isReplacedByText({ places }: LeafDecision): boolean {
  return places.some(({ detectorId }) => detectorId !== STRIPPED);
}

function actionFor({ rules }: DecideRequest, block: OpaqueBlock, seen: Seen): OpaqueAction {
  if (seen.kind === 'unseen') return opaqueAction(rules.gateway, block);
  // Its text was looked at. What else is in it is as good as an image.
  return seen.isWhole ? 'allow' : rules.gateway.opaque.image;
}

async function look(request: DecideRequest, bytes: Buffer, { block }: KeyedOpaque): Promise<Seen> {
  const { ports, session, report } = request;
  if (block.kind !== 'pdf' && block.kind !== 'document') return { kind: 'unseen' };
  const data = opaqueData(bytes, block);
  const document = data === null ? null : await ports.readDocument(data, block.mediaType);
  if (document === null) return { kind: 'unseen' };
  const { text, isWhole } = document;
  const reading = await inspectLeaf(ports.inspect, { text, ...DOCUMENT }, null, false);
  if ('reason' in reading) return { kind: 'unseen' };
  report.saw('alert', reading.alerts);
  const masked = maskText(text, reading.places, session.memory);
  report.wrote(masked);
  const { blocked, injections } = reading;
  return { kind: 'text', text, places: masked.used, isWhole, blocked, injections };
}

async function readText({ ports }: DecideRequest, bytes: Buffer, block: OpaqueBlock): Promise<string | null> {
  const data = opaqueData(bytes, block);
  return data === null ? null : ((await ports.readDocument(data, block.mediaType))?.text ?? null);
}
