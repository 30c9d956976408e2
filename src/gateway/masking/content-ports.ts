import type { GatewayRules } from '../../core/gateway-rules.ts';
import type { DetectorId, SessionId } from '../../core/ids.ts';
import type { Inspection, PassingText } from '../../core/inspection.ts';
import type { SourceKind } from '../../core/source-kind.ts';
import type { MaskStore } from './mask-store.ts';
import type { ReadDocument } from './opaque.ts';

/** What looking at content needs of the rest of the program. */
export interface ContentPorts {
  /** Whether the policy in force has anything looked at. */
  readonly inspects: () => boolean;
  /** Looks through a text. What it rejects with counts as not looked at; null where the policy asks for nothing. */
  readonly inspect: (text: PassingText) => Promise<Inspection | null>;
  /** The rules of the policy in force, and the digest of its bundle. */
  readonly rules: () => RulesInForce;
  readonly readDocument: ReadDocument;
  readonly store: MaskStore;
  /** Makes what a text did that a session read last, by the policy in force. */
  readonly read: (session: SessionId, text: ReadInjection) => Promise<void>;
}

export interface RulesInForce {
  readonly gateway: GatewayRules;
  readonly bundle: string;
}

/** A text with an instruction for the model in it. */
export interface ReadInjection {
  readonly source: SourceKind;
  readonly detectorIds: readonly DetectorId[];
  readonly toolUseId: string | null;
}
