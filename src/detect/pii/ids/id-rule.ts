import { detectorId } from '../../../core/ids.ts';
import type { DetectorId } from '../../../core/ids.ts';

/**
 * One kind of number that a person or a company is known by. A rule matches from the start of a run of letters and
 * digits that holds a digit, so `pattern` needs no left side.
 */
export interface IdRule {
  readonly id: DetectorId;
  /** Sticky, over bytes; bounded and linear. */
  readonly pattern: RegExp;
  /** Lengths that the run of letters and digits at the start may have: rules of other lengths are not tried. */
  readonly firstRun: readonly number[];
  /** Whether the matched text, without its separators and in upper case, passes what the issuer's checks ask. */
  readonly isValid: (compact: string) => boolean;
  /** Whether {@link isValid} verified a check digit. */
  readonly isChecked: boolean;
  /** Words that say what the number is, over ASCII lower case. */
  readonly context: RegExp;
  /**
   * Where it is reported without such words: `anywhere` for a shape or a checksum that nothing else has, `text` where
   * code and its data often hold the like, `never` where any number may look so.
   */
  readonly bare: 'anywhere' | 'text' | 'never';
}

/** What a rule is written as. */
export interface IdRuleFacts {
  readonly name: string;
  readonly pattern: string;
  readonly firstRun: readonly number[];
  /** A check digit's verification; absent where the number has none. */
  readonly check?: (compact: string) => boolean;
  /** What must hold beside it, such as a date within. */
  readonly shape?: (compact: string) => boolean;
  readonly context: RegExp;
  readonly bare?: IdRule['bare'];
  /** Letters count in either case. They are upper case otherwise. */
  readonly anyCase?: boolean;
}

/** Builds a rule; a number is never reported bare unless the facts say so. */
export function idRule({ name, pattern, firstRun, check, shape, context, bare, anyCase }: IdRuleFacts): IdRule {
  return {
    id: detectorId(`pii/${name}`),
    pattern: new RegExp(pattern, anyCase === true ? 'iy' : 'y'),
    firstRun,
    isValid: (compact) => (shape?.(compact) ?? true) && (check?.(compact) ?? true),
    isChecked: check !== undefined,
    context,
    bare: bare ?? 'never',
  };
}
