import { ANY_FOLDERS, parsePathPattern } from '../core/path-pattern.ts';
import { parseCommandPattern } from '../core/command-pattern.ts';
import { starGlobMatches } from '../core/command-pattern-glob.ts';
import { parseRuleId } from '../core/ids.ts';
import type { RuleId } from '../core/ids.ts';
import type { RuleVerdict } from '../core/rule-table.ts';
import { quoted } from './fault.ts';
import type { FieldPath } from './fault.ts';
import { expiryMs } from './expiry.ts';
import { FAMILIES } from './layer-rules.ts';
import type { Family } from './layer-rules.ts';
import { hostCovers } from './layer-lists.ts';
import { lineOf, report } from './layer-state.ts';
import type { LayerState } from './layer-state.ts';
import { nearestName } from './nearest-name.ts';
import type { ExceptionLift, PolicyException } from './policy.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import type { PolicyPart } from './read-part.ts';
import { RESERVED_FAMILIES } from './rule-schema.ts';
import { sectionRules } from './section-rules.ts';

/** A longer exception is a change of the policy that nobody looks at again: 90 days in milliseconds. */
export const LONG_EXCEPTION_MS = 90 * 86_400_000;

/** Characters of an exception's name: it becomes the second half of a rule id. */
const MAX_EXCEPTION_NAME = 60;

/** A rule of the policy, wherever it comes from, as far as a lift must know it. */
export interface KnownRule {
  readonly family: Family;
  readonly verdict: RuleVerdict;
  readonly rule: {
    readonly id: string;
    readonly run?: readonly string[];
    readonly hosts?: readonly string[];
    readonly server?: string;
    readonly tools?: readonly string[];
  };
}

/** Every rule of a merged policy by its id. */
export function knownRules(merged: WrittenPolicy): ReadonlyMap<string, KnownRule> {
  const known = new Map<string, KnownRule>();
  for (const rule of sectionRules(merged)) known.set(rule.id, { family: 'commands', verdict: rule.verdict, rule });
  for (const family of FAMILIES) {
    for (const verdict of ['deny', 'ask', 'allow'] as const) {
      for (const rule of merged[family][verdict]) known.set(rule.id, { family, verdict, rule });
    }
  }
  return known;
}

/** What the documents of the layer `exception` say, checked against the rules that they lift. */
export function exceptionsOf(
  state: LayerState,
  parts: readonly PolicyPart[],
  rules: ReadonlyMap<string, KnownRule>,
  nowMs: number,
): readonly PolicyException[] {
  const named = new Map<string, PolicyPart>();
  return parts.flatMap((part) => {
    const { name, exception } = part.written;
    if (exception === undefined) return [];
    const first = named.get(name);
    if (first !== undefined) {
      const hint = `it is also at ${lineOf(first, ['name'])}`;
      report(state, part, 'policy/duplicate-rule', ['name'], `the exception ${quoted(name)} is given twice`, hint);
    }
    named.set(name, part);
    if (name.length > MAX_EXCEPTION_NAME) {
      const message = `the name of an exception has at most ${MAX_EXCEPTION_NAME} characters`;
      report(state, part, 'policy/wrong-form', ['name'], message, null);
    }
    const expiresAtMs = expiryMs(exception.expires);
    const path = ['exception', 'expires'];
    if (expiresAtMs === null) {
      report(state, part, 'policy/wrong-form', path, 'there is no such day or time', null);
    } else if (expiresAtMs <= nowMs) {
      const hint = 'take the document away, or have it approved anew';
      report(
        state,
        part,
        'policy/exception-expired',
        path,
        'this exception has ended and lifts nothing',
        hint,
        'warning',
      );
    } else if (expiresAtMs - nowMs > LONG_EXCEPTION_MS) {
      const message = 'this exception lasts longer than 90 days';
      report(state, part, 'policy/exception-long', path, message, 'change the policy instead', 'warning');
    }
    const lifts = exception.lifts.flatMap((_lift, index) => liftOf(state, part, index, rules) ?? []);
    const { owner, reason, ticket } = exception;
    return [{ name, owner, reason, ticket, expiresAtMs: expiresAtMs ?? 0, lifts }];
  });
}

type WrittenLift = NonNullable<WrittenPolicy['exception']>['lifts'][number];

function liftOf(
  state: LayerState,
  part: PolicyPart,
  index: number,
  rules: ReadonlyMap<string, KnownRule>,
): ExceptionLift | null {
  const lift = part.written.exception?.lifts[index];
  const path: FieldPath = ['exception', 'lifts', index];
  const id = lift === undefined ? null : parseRuleId(lift.rule);
  if (lift === undefined || id === null) return null;
  const reserved = RESERVED_FAMILIES.find((family) => id.startsWith(`${family}/`));
  if (reserved !== undefined) {
    const message = `the family ${quoted(reserved)} belongs to the rules that Sallyport itself brings; nothing lifts them`;
    report(state, part, 'policy/reserved-rule', [...path, 'rule'], message, null);
    return null;
  }
  const known = rules.get(id);
  if (known === undefined) {
    const near = nearestName(id, [...rules.keys()]);
    const hint = near === null ? null : `did you mean ${quoted(near)}?`;
    report(state, part, 'policy/unknown-rule', [...path, 'rule'], `no document has a rule ${quoted(id)}`, hint);
    return null;
  }
  if (known.verdict === 'allow') {
    report(state, part, 'policy/bad-lift', [...path, 'rule'], `${quoted(id)} allows: there is nothing to lift`, null);
    return null;
  }
  const before = state.faults.length;
  const fault = (field: FieldPath, message: string, hint: string | null = null): void =>
    report(state, part, 'policy/bad-lift', [...path, ...field], message, hint);
  const lifted = liftOfFamily(id, lift, known, fault);
  return state.faults.length > before ? null : lifted;
}

type LiftFault = (field: FieldPath, message: string, hint?: string) => void;

/** The fields that name what is lifted, for a rule of each family. */
const LIFT_FIELDS: Readonly<Record<Family, readonly ('run' | 'paths' | 'hosts' | 'server' | 'tools')[]>> = {
  commands: ['run'],
  files: ['paths'],
  web: ['hosts'],
  mcp: ['server', 'tools'],
  tools: ['tools'],
};

function liftOfFamily(rule: RuleId, lift: WrittenLift, known: KnownRule, fault: LiftFault): ExceptionLift | null {
  const { family } = known;
  const fields = LIFT_FIELDS[family];
  for (const field of ['run', 'paths', 'hosts', 'server', 'tools'] as const) {
    if (lift[field] !== undefined && !fields.includes(field)) {
      fault([field], `\`${rule}\` is a rule under \`${family}\`: name what is lifted as \`${fields.join('` and `')}\``);
    } else if (lift[field] === undefined && fields.includes(field)) {
      fault([], `\`${field}\` is missing: \`${rule}\` is a rule under \`${family}\``);
    }
  }
  switch (family) {
    case 'commands': {
      const run = lift.run ?? [];
      for (const [at, pattern] of run.entries()) checkCommand(pattern, known, (message) => fault(['run', at], message));
      return { family, rule, run };
    }
    case 'files': {
      const paths = lift.paths ?? [];
      for (const [at, pattern] of paths.entries()) {
        if (isEveryPath(pattern)) fault(['paths', at], `${quoted(pattern)} is everything: name the files`);
      }
      return { family, rule, paths };
    }
    case 'web': {
      const hosts = lift.hosts ?? [];
      const ruled = known.rule.hosts ?? [];
      for (const [at, host] of hosts.entries()) {
        if (host === '*') fault(['hosts', at], '`*` is everything: name the hosts');
        else if (!ruled.some((one) => hostCovers(one, host) || hostCovers(host, one))) {
          fault(['hosts', at], `${quoted(host)} is no host of ${quoted(rule)}`);
        }
      }
      return { family, rule, hosts };
    }
    case 'mcp':
    case 'tools': {
      const tools = lift.tools ?? [];
      const ruled = known.rule.tools ?? [];
      const server = lift.server ?? '';
      if (family === 'mcp' && lift.server !== undefined && !starGlobMatches(known.rule.server ?? '', server)) {
        fault(['server'], `${quoted(server)} is no server of ${quoted(rule)}`);
      }
      for (const [at, name] of tools.entries()) {
        if (!ruled.some((one) => starGlobMatches(one, name))) {
          fault(['tools', at], `${quoted(name)} is no tool of ${quoted(rule)}`);
        }
      }
      return family === 'mcp' ? { family, rule, server, tools } : { family, rule, tools };
    }
  }
}

/** A lift becomes an allow rule: it names programs, and only those that the lifted rule is about. */
function checkCommand(pattern: string, known: KnownRule, fault: (message: string) => void): void {
  const ruled = (known.rule.run ?? []).flatMap(lastPrograms);
  for (const program of lastPrograms(pattern)) {
    if (/^\*+$/.test(program)) fault(`${quoted(pattern)} is everything: name the program`);
    else if (!ruled.some((one) => starGlobMatches(one, program))) {
      fault(`${quoted(program)} is no program of ${quoted(known.rule.id)}`);
    }
  }
}

function lastPrograms(text: string): readonly string[] {
  const parsed = parseCommandPattern(text);
  return parsed.ok ? (parsed.pattern.stages.at(-1) ?? []).flatMap(({ programs }) => programs) : [];
}

/** Whether nothing in a path pattern is a name. */
function isEveryPath(text: string): boolean {
  const parsed = parsePathPattern(text);
  if (!parsed.ok) return false;
  return parsed.pattern.alternatives.some((segments) =>
    segments.every((segment) => segment === ANY_FOLDERS || /^[*?]+$/.test(segment)),
  );
}
