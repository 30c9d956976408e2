/** What can be measured, by the names of the folders of detectors. */
export const EVALUATED_AREAS = ['secrets', 'pii', 'injection', 'commands'] as const;
export type EvaluatedArea = (typeof EVALUATED_AREAS)[number];

/** Where a detector, or a class of risk, spoke; half-open, in UTF-16 code units of the row's text. */
export interface Hit {
  readonly id: string;
  readonly startUtf16: number;
  readonly endUtf16: number;
}
