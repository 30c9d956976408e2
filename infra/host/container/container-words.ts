import { checkedValue, insideWorkspace } from './flag-values.ts';
import type { Checked, Place } from './flag-values.ts';
import { SUBCOMMANDS } from './subcommands.ts';
import type { Subcommand } from './subcommands.ts';

/** The words for podman, or why it is not started. */
export type ContainerWords =
  { readonly ok: true; readonly words: readonly string[] } | { readonly ok: false; readonly why: string };

/** What every container gets beside the policy's limits: a root that is only read, and a place to write for what needs one. */
export const ALWAYS = ['--read-only', '--tmpfs=/tmp:rw,nosuid,nodev,size=512m'] as const;

/**
 * The words of a command line as podman is to get them. Every flag is known or the line is refused; flags and values are put together
 * again from what was understood, with the limits between the subcommand and the first of them. What follows the image is the
 * container's own and is not touched.
 *
 * @param limits flags of the policy, as `sallyport policy compile --target container-limits` writes them.
 */
export function containerWords(argv: readonly string[], limits: readonly string[], place: Place): ContainerWords {
  const [name = '', ...rest] = argv;
  const subcommand = SUBCOMMANDS.get(name);
  // A flag before the subcommand chooses another store, runtime or machine.
  if (subcommand === undefined) return refused(name === '' ? 'name a subcommand' : `\`${name}\` is not passed on`);
  const flags: string[] = [];
  let at = 0;
  for (; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    if (word === '--') {
      at += 1;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    const flag = flagOf(word, rest[at + 1], subcommand, place);
    if (!flag.ok) return flag;
    flags.push(...flag.words);
    at += flag.took - 1;
  }
  const operands = operandsOf(rest.slice(at), subcommand, place);
  if (!operands.ok) return operands;
  const bounds = subcommand.isLimited ? [...limits, ...ALWAYS] : name === 'build' ? limits.filter(isForBuild) : [];
  return {
    ok: true,
    words: [name, ...bounds, ...flags, ...(operands.words.length > 0 ? ['--'] : []), ...operands.words],
  };
}

type Flag =
  | { readonly ok: true; readonly words: readonly string[]; readonly took: 1 | 2 }
  | { readonly ok: false; readonly why: string };

function flagOf(word: string, next: string | undefined, subcommand: Subcommand, place: Place): Flag {
  if (word.startsWith('--')) {
    const [name = '', ...value] = word.split('=');
    if (subcommand.switches.includes(name))
      return value.length === 0 ? { ok: true, words: [word], took: 1 } : noValue(name);
    return valueOf(name, value.length === 0 ? undefined : value.join('='), next, subcommand, place);
  }
  return shortFlags(word, next, subcommand, place);
}

/** `-it` is two flags, `-eA=b` one with its value, `-ite A=b` three. */
function shortFlags(word: string, next: string | undefined, subcommand: Subcommand, place: Place): Flag {
  const words: string[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const name = `-${word[at] ?? ''}`;
    if (subcommand.switches.includes(name)) {
      words.push(name);
      continue;
    }
    const attached = word.slice(at + 1);
    const flag = valueOf(name, attached === '' ? undefined : attached.replace(/^=/, ''), next, subcommand, place);
    return flag.ok ? { ...flag, words: [...words, ...flag.words] } : flag;
  }
  return { ok: true, words, took: 1 };
}

function valueOf(
  name: string,
  attached: string | undefined,
  next: string | undefined,
  subcommand: Subcommand,
  place: Place,
): Flag {
  const kind = Object.hasOwn(subcommand.values, name) ? subcommand.values[name] : undefined;
  if (kind === undefined) return refused(`the flag \`${name}\` is not passed on`);
  const value = attached ?? next;
  if (value === undefined) return refused(`the flag \`${name}\` needs a value`);
  const checked = checkedValue(kind, value, place);
  if (!checked.ok) return checked;
  // Long flags in one word and short ones in two: no value can be read as a flag.
  const words = name.startsWith('--') ? [`${name}=${checked.word}`] : [name, checked.word];
  return { ok: true, words, took: attached === undefined ? 2 : 1 };
}

function noValue(name: string): Flag {
  return refused(`the flag \`${name}\` is given without a value`);
}

function operandsOf(words: readonly string[], subcommand: Subcommand, place: Place): ContainerWords {
  const [first] = words;
  switch (subcommand.operands) {
    case 'none':
      return first === undefined ? { ok: true, words } : refused(`\`${first}\` is too much`);
    case 'image':
    case 'container': {
      if (first === undefined) return refused(`name the ${subcommand.operands}`);
      const checked = subcommand.operands === 'image' ? image(first) : container(first);
      return checked.ok ? { ok: true, words } : checked;
    }
    case 'images':
    case 'containers': {
      if (first === undefined) return refused('name at least one');
      const check = subcommand.operands === 'images' ? image : container;
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

/** A name in a registry. A transport such as `dir:` or `oci-archive:` would read any place of the machine. */
function image(name: string): Checked {
  const isPlain =
    /^[A-Za-z0-9][\w.-]*(?::\d{1,5}(?=\/))?(?:\/[\w.-]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/.test(name);
  return isPlain ? { ok: true, word: name } : refused(`\`${name}\` is no image of a registry`);
}

function container(name: string): Checked {
  return /^[A-Za-z0-9][\w.-]{0,127}$/.test(name) ? { ok: true, word: name } : refused(`\`${name}\` is no container`);
}

/** A build knows these two alone of the limits. */
function isForBuild(flag: string): boolean {
  return flag.startsWith('--memory=') || flag.startsWith('--memory-swap=');
}

function refused(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}
