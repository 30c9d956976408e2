import { checkedValue, insideWorkspace } from './flag-values.ts';
import type { Checked, Place } from './flag-values.ts';
import { imageName } from './image-name.ts';
import { SUBCOMMANDS } from './subcommands.ts';
import type { Subcommand } from './subcommands.ts';

/** A flag as it was understood; its value is the checked one, null for a switch. */
export interface Flag {
  readonly name: string;
  readonly value: string | null;
}

/** A command line as it was understood. */
export interface CommandLine {
  readonly name: string;
  readonly subcommand: Subcommand;
  readonly flags: readonly Flag[];
  /** What the subcommand works on, and after an image or a container what that is given. */
  readonly operands: readonly string[];
}

/** The line, or why it is refused. */
export type ReadLine = { readonly ok: true; readonly line: CommandLine } | { readonly ok: false; readonly why: string };

/** Reads a command line. Every flag is known and every value looked at, or the line is refused. */
export function commandLine(argv: readonly string[], place: Place): ReadLine {
  const [name = '', ...rest] = argv;
  const subcommand = SUBCOMMANDS.get(name);
  // A flag before the subcommand chooses another store, runtime or machine.
  if (subcommand === undefined) return refused(name === '' ? 'name a subcommand' : `\`${name}\` is not passed on`);
  const flags: Flag[] = [];
  let at = 0;
  for (; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    if (word === '--') {
      at += 1;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    const taken = flagOf(word, rest[at + 1], subcommand, place);
    if (!taken.ok) return taken;
    flags.push(...taken.flags);
    at += taken.took - 1;
  }
  const operands = operandsOf(rest.slice(at), subcommand, place);
  return operands.ok ? { ok: true, line: { name, subcommand, flags, operands: operands.words } } : operands;
}

type Taken =
  | { readonly ok: true; readonly flags: readonly Flag[]; readonly took: 1 | 2 }
  | { readonly ok: false; readonly why: string };

type Operands = { readonly ok: true; readonly words: readonly string[] } | { readonly ok: false; readonly why: string };

function flagOf(word: string, next: string | undefined, subcommand: Subcommand, place: Place): Taken {
  if (word.startsWith('--')) {
    const [name = '', ...value] = word.split('=');
    if (subcommand.switches.includes(name))
      return value.length === 0 ? { ok: true, flags: [{ name, value: null }], took: 1 } : noValue(name);
    return valueOf(name, value.length === 0 ? undefined : value.join('='), next, subcommand, place);
  }
  return shortFlags(word, next, subcommand, place);
}

/** `-it` is two flags, `-eA=b` one with its value, `-ite A=b` three. */
function shortFlags(word: string, next: string | undefined, subcommand: Subcommand, place: Place): Taken {
  const flags: Flag[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const name = `-${word[at] ?? ''}`;
    if (subcommand.switches.includes(name)) {
      flags.push({ name, value: null });
      continue;
    }
    const attached = word.slice(at + 1);
    const flag = valueOf(name, attached === '' ? undefined : attached.replace(/^=/, ''), next, subcommand, place);
    return flag.ok ? { ...flag, flags: [...flags, ...flag.flags] } : flag;
  }
  return { ok: true, flags, took: 1 };
}

function valueOf(
  name: string,
  attached: string | undefined,
  next: string | undefined,
  subcommand: Subcommand,
  place: Place,
): Taken {
  const kind = Object.hasOwn(subcommand.values, name) ? subcommand.values[name] : undefined;
  if (kind === undefined) return refused(`the flag \`${name}\` is not passed on`);
  const value = attached ?? next;
  if (value === undefined) return refused(`the flag \`${name}\` needs a value`);
  const checked = checkedValue(kind, value, place);
  if (!checked.ok) return checked;
  return { ok: true, flags: [{ name, value: checked.word }], took: attached === undefined ? 2 : 1 };
}

function noValue(name: string): Taken {
  return refused(`the flag \`${name}\` is given without a value`);
}

function operandsOf(words: readonly string[], subcommand: Subcommand, place: Place): Operands {
  const [first] = words;
  switch (subcommand.operands) {
    case 'none':
      return first === undefined ? { ok: true, words } : refused(`\`${first}\` is too much`);
    case 'image':
    case 'container': {
      if (first === undefined) return refused(`name the ${subcommand.operands}`);
      const checked = subcommand.operands === 'image' ? imageName(first) : container(first);
      return checked.ok ? { ok: true, words } : checked;
    }
    case 'images':
    case 'containers': {
      if (first === undefined) return refused('name at least one');
      const check = subcommand.operands === 'images' ? imageName : container;
      const odd = words.map(check).find((checked) => !checked.ok);
      return odd === undefined || odd.ok ? { ok: true, words } : odd;
    }
    case 'context': {
      if (first === undefined || words.length > 1) return refused('name one folder to build in');
      const folder = insideWorkspace(first, place);
      return folder.ok ? { ok: true, words: [folder.word] } : folder;
    }
  }
}

function container(name: string): Checked {
  return /^[A-Za-z0-9][\w.-]{0,127}$/.test(name) ? { ok: true, word: name } : refused(`\`${name}\` is no container`);
}

function refused(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}
