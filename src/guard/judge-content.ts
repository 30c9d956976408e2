import { areaOf } from '../core/content-rules.ts';
import type { Finding } from '../core/finding.ts';
import { ruleId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { GovernedSession } from '../core/session.ts';
import { inputDenial, injectionNotice, isHeeded, promptDenial } from './content-verdict.ts';
import type { ContentDenial } from './content-verdict.ts';
import type { Call } from './decide-call.ts';
import type { HookEvent } from './hook-event.ts';
import { scanFields } from './hook-record.ts';
import type { ScanDeed } from './hook-record.ts';
import { inspectInput, inspectPrompt } from './inspect-event.ts';
import type { Inspected, InspectedText } from './inspect-event.ts';
import type { GuardPorts, GuardScene } from './ports.ts';

/** What holds for a text that our own detectors could not look at. */
export const NOT_LOOKED_AT: ContentDenial = {
  ruleId: ruleId('dlp/unchecked'),
  reason: 'It could not be looked at because of a fault in Sallyport. The operator sees more with "sallyport status".',
};

/** What the content of a call's input makes of its decision, and what the record says of it. */
export interface InputJudgement {
  readonly call: Call;
  readonly scan: JsonObject;
  /** Whether the record may tell programs, paths and hosts of the call: no secret was found in its input. */
  readonly isPlain: boolean;
}

/** Looks at what a tool is given. Never rejects. */
export async function judgeInput(
  ports: GuardPorts,
  event: HookEvent,
  call: Call,
  { id, workspace, homeDir }: GovernedSession,
): Promise<InputJudgement> {
  const isDenied = call.decision.verdict === 'deny';
  // What is denied goes nowhere, whatever it holds: it is looked at for the sake of its record alone.
  const inspected = await inspectInput(ports, event, call.action, !isDenied, id);
  const isPlain =
    inspected.kind === 'none' || (inspected.kind === 'ran' && !inspected.inspection.findings.some(isUnspoken));
  if (isDenied) return { call, scan: {}, isPlain };
  const denial = denialIn(inspected, (ran) =>
    inputDenial(ran.inspection, () => knownToStay(ports, call, { workspace, homeDir })),
  );
  if (denial === null) return { call, scan: scanFields(inspected, deedOf(inspected)), isPlain };
  const denied: Call = { ...call, decision: { verdict: 'deny', ...denial } };
  return { call: denied, scan: scanFields(inspected, 'refused'), isPlain };
}

/** What fails is not known to stay: the call is then denied with its record, as any other. */
function knownToStay(ports: GuardPorts, { action }: Call, scene: GuardScene): boolean {
  try {
    return ports.staysHere(action, scene);
  } catch (error) {
    ports.logError?.(`guard: where a call leads was not found out: ${error instanceof Error ? error.name : 'unknown'}`);
    return false;
  }
}

/** Whether a finding is of what no record holds: it may be a part of a name, a path or a host. */
function isUnspoken({ detectorId }: Finding): boolean {
  const area = areaOf(detectorId);
  return area === 'secret' || area === 'company';
}

/** What is done with a prompt. */
export interface PromptJudgement {
  /** Null where it goes on. */
  readonly denial: ContentDenial | null;
  /** What the developer is told beside a prompt that goes on. */
  readonly notice: string | null;
  readonly scan: JsonObject;
}

/** What the developer reads in the place of an answer. */
export function promptRefusal({ ruleId, reason }: ContentDenial): string {
  return `The prompt was not sent (rule ${ruleId}). ${reason}`;
}

/** Of a prompt that nobody looked at, because its session is closed. */
export const UNJUDGED: PromptJudgement = { denial: null, notice: null, scan: {} };

/** Looks at a prompt. Never rejects. */
export async function judgePrompt(ports: GuardPorts, event: HookEvent): Promise<PromptJudgement> {
  const inspected = await inspectPrompt(ports, event);
  const denial = denialIn(inspected, (ran) => promptDenial(ran.inspection, ran.text.text));
  if (denial !== null) return { denial, notice: null, scan: scanFields(inspected, 'refused') };
  const seen = inspected.kind === 'ran' ? injectionNotice(inspected.inspection) : null;
  const notice = seen === null ? null : `this prompt holds ${seen}.`;
  return { denial, notice, scan: scanFields(inspected, deedOf(inspected)) };
}

/** What a text that goes on leaves in the record. */
export function deedOf(inspected: Inspected): ScanDeed {
  return inspected.kind === 'ran' && isHeeded(inspected.inspection) ? 'recorded' : 'nothing';
}

function denialIn(inspected: Inspected, judge: (ran: InspectedText) => ContentDenial | null): ContentDenial | null {
  if (inspected.kind === 'ran') return judge(inspected);
  return inspected.kind === 'failed' ? NOT_LOOKED_AT : null;
}
