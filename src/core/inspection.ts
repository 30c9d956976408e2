import type { ContentRules } from './content-rules.ts';
import type { Finding } from './finding.ts';
import type { SourceKind } from './source-kind.ts';

/** A text that passes an enforcement point. */
export interface PassingText {
  readonly text: string;
  readonly place: 'prompt' | 'tool-input' | 'tool-result';
  readonly source: SourceKind;
  /** The file that it is of, as far as one is known. */
  readonly path: string | null;
  /** Whether engines outside are asked as well, where the policy names some for the place. */
  readonly isAskedOutside: boolean;
  /** Whether who asks waits until it is looked at, behind others; by default a long wait counts as a failure. */
  readonly isPatient?: boolean;
}

/** What detectors saw in a text, and what the policy says of such findings. */
export interface Inspection {
  readonly rules: ContentRules;
  readonly findings: readonly Finding[];
  /** Scanners outside of this program that were to be asked; none where the policy names none for the place. */
  readonly engines: readonly EngineReport[];
  /** The engine without whose answer nothing passes, where one gave none. */
  readonly missing: string | null;
  /** Digest of the bundle that was in force. */
  readonly bundleDigest: string;
}

/** How one engine fared: whether it ran, and else why not, in fixed words. */
export interface EngineReport {
  readonly engine: string;
  readonly outcome: 'ran' | 'skipped' | 'failed';
  readonly reason: string | null;
  readonly findings: number;
  readonly tookMs: number;
}
