/** Programs that start another, with their options that take a value. */
const LAUNCHERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['env', ['-u', '--unset', '-C', '--chdir', '-S']],
  ['exec', ['-a']],
  ['sudo', ['-u', '-g', '-p', '-C', '-h', '-r', '-t', '-U', '-D']],
  ['doas', ['-u', '-C']],
  ['watch', ['-n', '--interval', '-d']],
  ['setsid', []],
  ['ionice', ['-c', '-n', '-p']],
  ['unshare', []],
  ['strace', ['-e', '-o', '-p', '-s']],
  ['ltrace', ['-e', '-o', '-p']],
  ['script', []],
  ['chrt', []],
  ['taskset', []],
  ['flock', []],
]);
/** Those of them that have one operand of their own. */
const WITH_OPERAND = new Set(['chrt', 'taskset', 'flock']);
/** Those that the client follows no further: what they start runs outside of its view. */
const OPAQUE = new Set('watch setsid ionice unshare strace ltrace script chrt taskset flock'.split(' '));
/** Builtins that read their arguments as shell text. */
const EVALUATING = new Set(
  'exec eval . source trap alias mapfile readarray fc coproc bind complete enable hash'.split(' '),
);

/** How many words of a command belong to what starts it, or null where it starts nothing. */
export function launcherEnd(values: readonly string[]): number | null {
  const name = programName(values[0] ?? '');
  const valued = LAUNCHERS.get(name);
  if (valued === undefined) return null;
  let at = 1;
  for (; at < values.length; at += 1) {
    const value = values[at] ?? '';
    if (value.startsWith('-') && value !== '-') at += valued.includes(value) ? 1 : 0;
    else if (!(name === 'env' && /^\w+=/.test(value))) break;
  }
  return at + (WITH_OPERAND.has(name) ? 1 : 0);
}

/** Whether a builtin reads its arguments, or a file, as shell text. */
export function evaluates(name: string): boolean {
  return EVALUATING.has(name);
}

/** Why the client does not follow a command that starts another, or null where it does or where it starts none. */
export function opaqueLauncher(values: readonly string[]): string | null {
  const [name = '', first] = values;
  if (OPAQUE.has(name) || (name === 'jobs' && first === '-x')) return `what \`${name}\` starts`;
  if (name === 'fc' && (first === undefined || /^-[a-zA-Z]$|^[^-]/.test(first))) return null;
  if (EVALUATING.has(name)) return `\`${name}\` takes its arguments as shell text`;
  if (name === 'env' && /^-(?:-|-\w.*|[^iu0].*)$/.test(first ?? '')) return `\`env ${first ?? ''}\``;
  return null;
}

/** The last name of a program's path. */
export function programName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
