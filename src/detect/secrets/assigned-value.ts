/** A value and the place of its assignment. Half-open, in bytes. */
export interface AssignedValue {
  readonly start: number;
  readonly end: number;
  /** Rest of the name behind the keyword: `_TOKEN`. */
  readonly suffix: string;
  readonly operator: string;
  /** What the value is quoted in, or empty. */
  readonly quote: string;
}

/** Everything that {@link assignedValue} reads lies within so many bytes behind `at`. */
export const ASSIGNMENT_REACH_BYTES = 1024;

/**
 * The value given to the name whose keyword ends at `at`, in the syntax of shells, of the common programming languages,
 * of INI, YAML, JSON (also within a string), XML, HCL and of options: `_KEY = "v"`, `Key": "v"`, `-key=v`, `Key>v<`,
 * `KEY", "v")`, `name: KEY, value: v`, `{"name":"KEY","value":"v"}`. Null where no value follows.
 */
export function assignedValue(latin1: string, at: number): AssignedValue | null {
  if (!mayBeAssigned(latin1, at)) return null;
  ASSIGNMENT.lastIndex = at;
  const found = ASSIGNMENT.exec(latin1);
  if (found === null) return null;
  const [whole, suffix = '', close = '', operator = '', quote = ''] = found;
  // A comma or a bracket assigns only where strings are listed or passed: `set("KEY", "v")`, `key("v")`.
  if (operator === ',' && (close === '' || quote === '')) return null;
  if (operator === '(' && quote === '') return null;
  const start = at + whole.length;
  const end = quote === '' ? unquotedEnd(latin1, start, operator) : quotedEnd(latin1, start, quote);
  return end === null || end === start ? null : { start, end, suffix, operator, quote };
}

const MAX_VALUE_BYTES = 400;

/**
 * Rest of a name, its closing quote or bracket, perhaps a type, the sign of an assignment, the opening quote. A line may
 * end in front of a quoted value or between XML tags.
 */
const ASSIGNMENT =
  /([\w.$-]{0,40}(?: [\w.$-]{1,20}){0,3}?)(\\{0,3}["'`]?\]?)(?: [a-z]{1,20}="[^"\n]{0,40}"(?=[ >])){0,3}[ \t]{0,20}(?::?[ \t]{0,2}(?:&?(?:'static )?str|[Ss]tring|char|const|\[\]byte|any)\??[ \t*]{0,3}(?:\[\])?[ \t]{0,2}(?==))?(<\/(?:key|name|Name|Key)>\s{0,40}<(?:string|value|Value)>|(?:,\s{0,40}|\s{1,40})\\{0,2}["']?(?:value|Value|default)\\{0,2}["']?\s{0,4}[:=]|"?\s{1,4}\{\s{1,40}(?:type\s{1,4}=\s{1,4}string\s{1,40})?default\s{1,4}=|=>|\?\?=|\|\|=|:{1,3}=|\?=|={1,3}|:|,|\(|>|\|\|)[ \t]{0,20}(?:\r?\n[ \t]{0,40}(?=\\{0,3}["'`]|[\w+/=-]{10,200}\s{0,40}<\/))?(?:[bBrRuUfF@$L]{1,2}(?=["'])|new String\()?(\\{0,3}["'`]{1,3}|)/y;

/** Whether the first sign behind a name is one of an assignment: most names end in others, and are dismissed at little cost. */
function mayBeAssigned(latin1: string, from: number): boolean {
  const limit = Math.min(latin1.length, from + ASSIGNMENT_REACH_BYTES);
  let at = from;
  while (at < limit && NAME_PART[latin1.charCodeAt(at)] === 1) at += 1;
  if (at === limit) return false;
  switch (latin1.charAt(at)) {
    case ',':
    case '\n':
    case '\r':
      NAMED_VALUE.lastIndex = at;
      return NAMED_VALUE.test(latin1);
    case '(':
      return BEFORE_QUOTE.test(latin1.charAt(at + 1));
    default:
      return SIGN.test(latin1.charAt(at));
  }
}

/** Letters and marks of names, blanks between words. */
const NAME_PART = Uint8Array.from({ length: 256 }, (_, code) =>
  /[\w.$\- \t]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const SIGN = /[\s\\"'`\]:&*[<{=?|>]/;
/** Where the value is on a line of its own; a comma alone assigns nothing that is not quoted. */
const NAMED_VALUE = /,?\s{0,40}(?:\\{0,2}["']?(?:[vV]alue|default)|\{)/y;
const BEFORE_QUOTE = /[\s\\"'`bBrRuUfF@$Ln]/;

function quotedEnd(latin1: string, start: number, quote: string): number | null {
  const close = quote.replace(/(["'`])\1{0,2}$/, '$1');
  const limit = Math.min(latin1.length, start + MAX_VALUE_BYTES);
  for (let at = start; at < limit; at += 1) {
    if (latin1.startsWith(close, at)) return at;
    const character = latin1.charAt(at);
    if (character === '\n' || character === '\r') return null;
    // An escaped character cannot close a literal that was opened plainly.
    if (character === '\\' && close.length === 1) at += 1;
  }
  return null;
}

const UNQUOTED = /[^\s"'`<>,;()[\]{}|&\\]{1,400}/y;
const MARKUP_TEXT = /[^\s"'<>]{1,400}(?=\s{0,40}<\/)/y;

function unquotedEnd(latin1: string, start: number, operator: string): number | null {
  const pattern = operator.endsWith('>') && operator !== '=>' ? MARKUP_TEXT : UNQUOTED;
  pattern.lastIndex = start;
  const found = pattern.exec(latin1);
  return found === null ? null : start + found[0].length;
}
