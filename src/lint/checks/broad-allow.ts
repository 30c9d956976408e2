import { parseCommandPattern } from '../../core/command-pattern.ts';
import type { StagePattern } from '../../core/command-pattern.ts';
import { ANY_FOLDERS, parsePathPattern } from '../../core/path-pattern.ts';
import { quoted } from '../../policy/index.ts';
import type { FieldPath } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintSeverity } from '../lint-code.ts';
import type { LintFault } from '../lint-fault.ts';

interface Breadth {
  readonly severity: LintSeverity;
  readonly why: string;
  readonly hint: string;
}

/** Finds allow rules that stand for whatever somebody makes of them. */
export function broadAllows({ table, rules, policy, base }: LintContext): readonly LintFault[] {
  const faults: LintFault[] = [];
  const report = (id: string, rest: FieldPath, { severity, why, hint }: Breadth): void => {
    const place = rules.get(id);
    if (place === undefined) return;
    const path = [...place.path, ...rest];
    faults.push({ code: 'lint/broad-allow', severity, document: place.document, path, message: why, hint });
  };
  for (const { id, run } of table.commands.filter(({ verdict }) => verdict === 'allow')) {
    for (const [index, text] of run.entries()) {
      const breadth = commandBreadth(text, policy.defaults.inlineCode);
      if (breadth !== null) report(id, ['run', index], breadth);
    }
  }
  for (const { id, access, paths } of table.files.filter(({ verdict }) => verdict === 'allow')) {
    for (const [index, text] of paths.entries()) {
      const where = wholePlace(text);
      if (where === null) continue;
      const why = `${quoted(text)} allows to ${access} ${where}, but for what other rules name`;
      report(id, ['paths', index], { severity: 'warning', why, hint: 'name the folders that are meant' });
    }
  }
  for (const { id, hosts } of table.web.filter(({ verdict }) => verdict === 'allow')) {
    const index = hosts.indexOf('*');
    const hint = 'name the hosts, or leave them to be asked';
    if (index >= 0) report(id, ['hosts', index], { severity: 'warning', why: '`*` allows every host', hint });
  }
  for (const { id, server, tools } of table.mcp.filter(({ verdict }) => verdict === 'allow')) {
    const why = 'every tool of every server is allowed, of those that come later too';
    if (server === '*' && tools.includes('*'))
      report(id, ['server'], { severity: 'warning', why, hint: 'name the server and its tools' });
  }
  for (const [field, verdict] of [
    ['read_outside', policy.defaults.readOutside],
    ['write_outside', policy.defaults.writeOutside],
  ] as const) {
    if (verdict !== 'allow') continue;
    const path = ['defaults', field];
    const message = 'every file outside of the workspace is allowed that no rule names';
    faults.push({
      code: 'lint/broad-allow',
      document: base,
      path,
      message,
      hint: 'write `ask`, and allow the folders that are needed',
    });
  }
  return faults;
}

const RUNNERS: ReadonlySet<string> = new Set(
  'env xargs nohup setsid stdbuf nice ionice timeout time watch parallel exec command builtin sudo doas su ssh chroot unshare nsenter script strace ltrace gdb flock busybox toybox'.split(
    ' ',
  ),
);
const SHELLS: ReadonlySet<string> = new Set('sh bash dash zsh ksh fish ash csh tcsh pwsh eval source .'.split(' '));
const INTERPRETERS =
  /^(?:python[0-9.*]*|node|nodejs|deno|bun|perl|ruby|php|lua[0-9.*]*|Rscript|osascript|tclsh|java|tsx|ts-node)$/;

function commandBreadth(text: string, inlineCode: string): Breadth | null {
  const parsed = parseCommandPattern(text);
  if (!parsed.ok) return null;
  const bare = (parsed.pattern.stages.at(-1) ?? []).filter(({ words }) => words.length === 0);
  const named = (test: (program: string) => boolean): string | undefined => programs(bare).find(test);
  const every = programs(parsed.pattern.stages.at(-1) ?? []).find((program) => /^[*?]+$/.test(program));
  if (every !== undefined) {
    const hint = 'name the programs; what no rule names is asked';
    return { severity: 'warning', why: `${quoted(text)} allows every program that no other rule names`, hint };
  }
  const shell = named((program) => SHELLS.has(program));
  if (shell !== undefined) {
    const why = `\`${shell}\` runs any file of commands, and what is in the file is not seen here`;
    return {
      severity: 'warning',
      why,
      hint: 'leave it out: what stands on the command line itself is read and decided anyway',
    };
  }
  const runner = named((program) => RUNNERS.has(program));
  if (runner !== undefined) {
    const why = `\`${runner}\` runs other commands, some of them known only when it runs`;
    return {
      severity: 'warning',
      why,
      hint: 'leave it out: a command that it surely runs is decided by its own rules',
    };
  }
  const interpreter = named((program) => INTERPRETERS.test(program));
  if (interpreter === undefined) return null;
  const why = `\`${interpreter}\` runs any program file of the workspace; program text on the command line is ${inlineCode === 'deny' ? 'denied' : 'asked'} all the same`;
  return { severity: 'note', why, hint: 'the sandbox holds what such a program may reach' };
}

function programs(stages: readonly StagePattern[]): readonly string[] {
  return stages.flatMap((stage) => stage.programs);
}

/** The place that a path pattern takes whole, or null where it names something. */
function wholePlace(text: string): string | null {
  const parsed = parsePathPattern(text);
  if (!parsed.ok || parsed.pattern.base === 'workspace') return null;
  const isWhole = parsed.pattern.alternatives.some(
    (segments) =>
      segments.every((segment) => segment === ANY_FOLDERS || /^[*?]+$/.test(segment)) && segments.includes(ANY_FOLDERS),
  );
  if (!isWhole) return null;
  return parsed.pattern.base === 'home' ? 'the whole home folder' : 'the whole file system';
}
