import { BlockList, isIP } from 'node:net';
import { isArnMatch, isTextMatch, plainValue } from './iam-pattern.ts';
import type { Context } from './iam-pattern.ts';

/** A condition of a statement: operator, then key, then the values of which one has to fit. */
export type Condition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Whether one value that the request brought fits one value that the statement names. */
type Compare = (given: string, wanted: string, context: Context) => boolean;

interface Operator {
  readonly compare: Compare;
  /** Holds if no value fits, and if the request does not bring the key. */
  readonly isNegated: boolean;
}

const sameText: Compare = (given, wanted, context) => given === plainValue(wanted, context);
const sameLetters: Compare = (given, wanted, context) =>
  given.toLowerCase() === plainValue(wanted, context)?.toLowerCase();
const likeText: Compare = (given, wanted, context) => isTextMatch(wanted, given, context);
const likeArn: Compare = (given, wanted, context) => isArnMatch(wanted, given, context);

function compareNumbers(holds: (order: number) => boolean): Compare {
  return (given, wanted) => {
    const [left, right] = [Number(given), Number(wanted)];
    return given !== '' && Number.isFinite(left) && Number.isFinite(right) && holds(left - right);
  };
}

function compareDates(holds: (order: number) => boolean): Compare {
  return (given, wanted) => {
    const [left, right] = [Date.parse(given), Date.parse(wanted)];
    return Number.isFinite(left) && Number.isFinite(right) && holds(left - right);
  };
}

const inRange: Compare = (given, wanted) => {
  const [address = '', bits] = wanted.split('/');
  const family = isIP(address);
  if (family === 0) throw new TypeError(`\`${wanted}\` is no address range`);
  if (isIP(given) !== family) return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(address, bits === undefined ? (family === 6 ? 128 : 32) : Number(bits), kind);
  return range.check(given, kind);
};

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: sameText, isNegated: false },
  StringNotEquals: { compare: sameText, isNegated: true },
  StringEqualsIgnoreCase: { compare: sameLetters, isNegated: false },
  StringNotEqualsIgnoreCase: { compare: sameLetters, isNegated: true },
  StringLike: { compare: likeText, isNegated: false },
  StringNotLike: { compare: likeText, isNegated: true },
  ArnEquals: { compare: likeArn, isNegated: false },
  ArnLike: { compare: likeArn, isNegated: false },
  ArnNotEquals: { compare: likeArn, isNegated: true },
  ArnNotLike: { compare: likeArn, isNegated: true },
  Bool: { compare: sameLetters, isNegated: false },
  IpAddress: { compare: inRange, isNegated: false },
  NotIpAddress: { compare: inRange, isNegated: true },
  NumericEquals: { compare: compareNumbers((order) => order === 0), isNegated: false },
  NumericNotEquals: { compare: compareNumbers((order) => order === 0), isNegated: true },
  NumericLessThan: { compare: compareNumbers((order) => order < 0), isNegated: false },
  NumericLessThanEquals: { compare: compareNumbers((order) => order <= 0), isNegated: false },
  NumericGreaterThan: { compare: compareNumbers((order) => order > 0), isNegated: false },
  NumericGreaterThanEquals: { compare: compareNumbers((order) => order >= 0), isNegated: false },
  DateEquals: { compare: compareDates((order) => order === 0), isNegated: false },
  DateLessThan: { compare: compareDates((order) => order < 0), isNegated: false },
  DateLessThanEquals: { compare: compareDates((order) => order <= 0), isNegated: false },
  DateGreaterThan: { compare: compareDates((order) => order > 0), isNegated: false },
  DateGreaterThanEquals: { compare: compareDates((order) => order >= 0), isNegated: false },
};

/**
 * Whether all conditions of a statement hold.
 *
 * @throws {TypeError} for an operator that is not known here, and for a key with several values under an operator that takes one.
 */
export function isConditionMet(condition: Condition, context: Context): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => isKeyMet(operator, context.get(key.toLowerCase()), values, context)),
  );
}

function isKeyMet(
  name: string,
  given: string | readonly string[] | undefined,
  wanted: readonly string[],
  context: Context,
): boolean {
  if (name === 'Null') return wanted.some((value) => (value.toLowerCase() === 'true') === (given === undefined));
  const { set, operator, isIfExists } = readOperator(name);
  const fits = (value: string): boolean =>
    wanted.some((one) => operator.compare(value, one, context)) !== operator.isNegated;
  if (set === 'all') return given === undefined || [given].flat().every(fits);
  if (set === 'any') return given === undefined ? isIfExists : [given].flat().some(fits);
  if (given === undefined) return isIfExists || operator.isNegated;
  if (typeof given !== 'string')
    throw new TypeError(`\`${name}\` takes one value; a list needs ForAllValues or ForAnyValue`);
  return fits(given);
}

function readOperator(name: string): {
  readonly set: 'all' | 'any' | 'none';
  readonly operator: Operator;
  readonly isIfExists: boolean;
} {
  const parts = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/u.exec(name);
  const operator = OPERATORS[parts?.[2] ?? ''];
  if (parts === null || operator === undefined) throw new TypeError(`the operator \`${name}\` is not known here`);
  const set = parts[1] === 'ForAllValues' ? 'all' : parts[1] === 'ForAnyValue' ? 'any' : 'none';
  return { set, operator, isIfExists: parts[3] !== undefined };
}
