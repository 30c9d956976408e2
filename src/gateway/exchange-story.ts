import { DETECTION_AREAS } from '../core/finding.ts';
import type { DetectionArea } from '../core/finding.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { FINDING_FATES, GUARD_STATES } from '../core/telemetry.ts';
import type { ExchangeFacts, FindingFate, GuardState } from '../core/telemetry.ts';

/** What is learned of an exchange as it goes on; the rest of its facts come from the moments. */
export type Learned = Partial<Omit<ExchangeFacts, FromElsewhere>>;

type FromElsewhere = 'startedAtMs' | 'times' | 'findings' | 'guards' | 'blocks' | 'toolUseIds';

/** Moments of an exchange after its begin. */
export type StoryMoment = 'goes-up' | 'answered' | 'first-byte';

/** Gathers what is told of one exchange. Each part may come or not; the facts are whole at any time. */
export interface ExchangeStory {
  learn(facts: Learned): void;
  /** Takes the moment as it is now; of one that comes again, the first holds. */
  reach(moment: StoryMoment): void;
  /** Takes the ids of calls in the reply. */
  calls(toolUseIds: readonly string[]): void;
  /** Takes what the record says of the request's content. */
  content(report: JsonObject): void;
  /** Takes what was found in the model's words. */
  found(findings: ExchangeFacts['findings']): void;
  facts(): ExchangeFacts;
}

/**
 * @param startedAtMs milliseconds since the Unix epoch.
 * @param uptimeMs milliseconds that only go forward, with fractions.
 */
export function exchangeStory(startedAtMs: number, uptimeMs: () => number): ExchangeStory {
  const startMs = uptimeMs();
  const moments = new Map<StoryMoment, number>();
  let learned: Learned = {};
  const toolUseIds: string[] = [];
  let report: JsonObject | null = null;
  const inReply: ExchangeFacts['findings'][number][] = [];
  const since = (moment: StoryMoment): number | null => moments.get(moment) ?? null;

  return {
    learn: (facts) => {
      learned = { ...learned, ...facts };
    },
    reach: (moment) => {
      if (!moments.has(moment)) moments.set(moment, uptimeMs() - startMs);
    },
    calls: (ids) => {
      toolUseIds.push(...ids);
    },
    content: (given) => {
      report = given;
    },
    found: (findings) => {
      inReply.push(...findings.map(({ area, fate, count }) => ({ area, fate, count })));
    },
    facts: () => {
      const [goesUp, answered] = [since('goes-up'), since('answered')];
      const content = contentFacts(report);
      return {
        ...NOTHING_LEARNED,
        ...learned,
        toolUseIds,
        startedAtMs,
        times: {
          beforeUpstreamMs: goesUp,
          upstreamWaitMs: goesUp === null || answered === null ? null : answered - goesUp,
          firstByteMs: since('first-byte'),
          totalMs: uptimeMs() - startMs,
        },
        ...content,
        findings: [...content.findings, ...inReply],
      };
    },
  };
}

const NOTHING_LEARNED: Omit<ExchangeFacts, FromElsewhere> = {
  kind: 'other',
  provider: 'anthropic',
  model: null,
  status: null,
  outcome: 'client-gone',
  stopReason: null,
  isStream: false,
  requestBytes: 0,
  replyBytes: 0,
  tokens: null,
  upstream: null,
  requestId: null,
  messageId: null,
  sessionId: null,
  clientSessionId: null,
};

/** What the record of a request's content counts by detector, counted by area. */
export function contentFacts(report: JsonObject | null): Pick<ExchangeFacts, 'findings' | 'guards' | 'blocks'> {
  const texts = report === null ? undefined : report['texts'];
  const count = (name: string): number => (isJsonObject(texts) ? numberOf(texts[name]) : 0);
  return {
    findings: report === null ? [] : FINDING_FATES.flatMap((fate) => findingsOf(report, fate)),
    guards: guardsOf(report),
    blocks: { known: count('known'), scanned: count('new') },
  };
}

/** Where the record counts what became of findings. */
const FATE_FIELDS: Readonly<Record<FindingFate, readonly string[]>> = {
  alerted: ['alerts', 'injections'],
  masked: ['masked'],
  redacted: ['redacted'],
  blocked: ['blocked'],
};

function findingsOf(report: JsonObject, fate: FindingFate): ExchangeFacts['findings'] {
  const sums = new Map<DetectionArea, number>();
  for (const field of FATE_FIELDS[fate]) {
    const counts = report[field];
    for (const [detectorId, count] of isJsonObject(counts) ? Object.entries(counts) : []) {
      const area = DETECTION_AREAS.find((name) => detectorId.startsWith(`${name}/`));
      if (area !== undefined) sums.set(area, (sums.get(area) ?? 0) + numberOf(count));
    }
  }
  return [...sums].map(([area, count]) => ({ area, fate, count }));
}

function guardsOf(report: JsonObject | null): ExchangeFacts['guards'] {
  const own: GuardState = report === null ? 'skipped' : 'unchecked' in report ? 'failed' : 'ran';
  const engines = report === null ? undefined : report['engines'];
  const asked = (Array.isArray(engines) ? (engines as readonly Json[]) : []).flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    const [guard, state] = [stringField(entry, 'engine'), GUARD_STATES.find((name) => name === entry['outcome'])];
    return guard === null || state === undefined ? [] : [{ guard, state }];
  });
  return [{ guard: 'content', state: own }, ...asked];
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
