import { z } from 'zod';
import { parseCommandPattern } from '../core/command-pattern.ts';
import { parseHostPattern } from '../core/host-pattern.ts';
import { parseRuleId } from '../core/ids.ts';
import { parsePathPattern } from '../core/path-pattern.ts';
import { quoted } from './fault.ts';

/** Families of the rules that the program itself brings; a policy cannot speak in their name. */
export const RESERVED_FAMILIES = ['decide', 'default', 'dlp', 'exception', 'injection', 'liveness', 'taint'] as const;

/** Rules in one list, such as `commands.deny`. */
export const MAX_RULES = 5_000;
/** Patterns in one rule. */
export const MAX_PATTERNS = 500;
/** UTF-16 code units of one pattern. The longest of the default policy has about 500. */
export const MAX_PATTERN_LENGTH = 2_000;
/** UTF-16 code units of a reason, which a developer reads at the keyboard. */
export const MAX_REASON_LENGTH = 300;

/** Why a pattern cannot be read, and where in it; what `parseCommandPattern` and its like answer. */
type PatternReading = { readonly ok: true } | { readonly ok: false; readonly at: number; readonly problem: string };

/** What the checks below leave with zod for the one who writes the diagnostic. */
export interface CheckParams {
  readonly code: 'policy/bad-pattern' | 'policy/reserved-rule';
  /** UTF-16 offset inside the text value. */
  readonly at: number;
}

/** The name of a rule, whoever brings it. */
export const ruleIdText = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,39}\/[a-z0-9][a-z0-9-]{0,59}$/,
    'a rule id is `family/name`: lower-case letters, digits and hyphens, at most 40 and 60 of them',
  );

const ruleId = ruleIdText
  .check((context) => {
    const id = parseRuleId(context.value);
    const family = RESERVED_FAMILIES.find((name) => id?.startsWith(`${name}/`) === true);
    if (family === undefined) return;
    const params: CheckParams = { code: 'policy/reserved-rule', at: 0 };
    const message = `the family ${quoted(family)} belongs to the rules that Sallyport itself brings`;
    context.issues.push({ code: 'custom', input: context.value, message, params });
  })
  .describe('Names the rule in records and in what people are shown: `family/name`, once in the whole policy.');

const reason = reasonOf('What the developer and the model are told. Says what to do; quotes no secret.');

/** A command, in the grammar of `parseCommandPattern`. */
export const commandPattern = pattern(parseCommandPattern);
/** A path, in the grammar of `parsePathPattern`. */
export const pathPattern = pattern(parsePathPattern);

/** A host, or `*.` and a domain for the hosts below it. */
export const hostPattern = pattern(parseHostPattern);

const toolName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/, 'a tool name is letters, digits, `_` and `-`, and starts with a letter');
const mcpName = z
  .string()
  .regex(/^(?:\*|[A-Za-z0-9_-]{1,64})$/, 'a name here is letters, digits, `_` and `-`, or `*` for any');

const commandRule = z.strictObject({
  id: ruleId,
  run: patterns(commandPattern).describe('Command patterns; the rule matches where any of them does.'),
  unless: z
    .array(commandPattern)
    .max(MAX_PATTERNS)
    .default([])
    .describe('Command patterns that this rule does not mean, although `run` matches.'),
  reason,
});

const fileRule = z.strictObject({
  id: ruleId,
  access: z
    .enum(['read', 'write'])
    .describe('What is ruled on. Denying `read` also denies writing; denying `write` leaves reading alone.'),
  paths: patterns(pathPattern).describe('Path patterns; the rule matches where any of them does.'),
  except: z
    .array(pathPattern)
    .max(MAX_PATTERNS)
    .default([])
    .describe('Paths that `paths` would take and that are not meant.'),
  reason,
});

const webRule = z.strictObject({
  id: ruleId,
  hosts: patterns(hostPattern).describe('Hosts; `*.example.com` covers subdomains, not `example.com` itself.'),
  reason,
});

const mcpRule = z.strictObject({
  id: ruleId,
  server: mcpName.describe('A name under `mcp.servers`, or `*` for any server.'),
  tools: patterns(mcpName).describe('Tools of the server by name, or `*` for all.'),
  reason,
});

const toolRule = z.strictObject({
  id: ruleId,
  tools: patterns(toolName).describe("The client's own tools by name, such as `TodoWrite`."),
  reason,
});

/** The rules on shell commands, in three lists. */
export const commandRules = z
  .strictObject(threeLists(commandRule, 'Commands'))
  .prefault({})
  .describe('Rules on shell commands. A command line is allowed only if every command in it is.');

export const fileRules = z
  .strictObject(threeLists(fileRule, 'Files'))
  .prefault({})
  .describe('Rules on files, whichever tool reaches them.');

export const webRules = z
  .strictObject(threeLists(webRule, 'Hosts'))
  .prefault({})
  .describe("Rules on the hosts that the client's web tools reach.");

export const toolRules = z
  .strictObject(threeLists(toolRule, 'Tools'))
  .prefault({})
  .describe("Rules on the client's own tools that are no command, file, web or MCP call.");

/** The three lists of rules on MCP calls; they stand beside `mcp.servers`. */
export const mcpRuleLists = threeLists(mcpRule, 'Calls');

/** One line for people. */
export function reasonOf(description: string) {
  return z
    .string()
    .min(1)
    .max(MAX_REASON_LENGTH)
    .regex(/^[^\p{Cc}]*$/u, 'a reason is one line')
    .describe(description);
}

/** A text that one of the pattern grammars reads. The grammar's own complaint becomes the diagnostic. */
function pattern(parse: (text: string) => PatternReading) {
  return z
    .string()
    .min(1)
    .max(MAX_PATTERN_LENGTH)
    .check((context) => {
      if (context.value === '' || context.value.length > MAX_PATTERN_LENGTH) return;
      const reading = parse(context.value);
      if (reading.ok) return;
      const params: CheckParams = { code: 'policy/bad-pattern', at: reading.at };
      context.issues.push({ code: 'custom', input: context.value, message: reading.problem, params });
    });
}

function patterns(one: z.ZodString) {
  return z.array(one).min(1).max(MAX_PATTERNS);
}

function threeLists<Rule extends z.ZodType>(rule: Rule, what: string) {
  return {
    deny: ruleList(rule, `${what} that are refused.`),
    ask: ruleList(rule, `${what} that a person must confirm.`),
    allow: ruleList(rule, `${what} that pass without a question.`),
  };
}

function ruleList<Rule extends z.ZodType>(rule: Rule, description: string) {
  return z.array(rule).max(MAX_RULES).default([]).describe(description);
}
