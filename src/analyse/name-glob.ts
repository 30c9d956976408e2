/** One place in a glob: a character, any one character, or any run of them. */
export type GlobToken = { readonly character: string } | 'one' | 'run';

/** A set of names, spelled as a glob. Two with one `key` are the same set. */
export interface NameGlob {
  readonly key: string;
  readonly tokens: readonly GlobToken[];
  readonly isCaseless: boolean;
}

/** A glob as command, MCP and tool patterns write it: only `*` is special, and case counts. */
export function starGlob(text: string): NameGlob {
  return nameGlob(`s ${text}`, text, false, (character) => (character === '*' ? 'run' : { character }));
}

/** As {@link starGlob}, for what is compared without regard to case: the programs of rules that restrict. */
export function caselessStarGlob(text: string): NameGlob {
  const lower = text.toLowerCase();
  return nameGlob(`c ${lower}`, lower, true, (character) => (character === '*' ? 'run' : { character }));
}

/** One name of a path pattern: `*` and `?` are special, and case does not count. */
export function pathGlob(text: string): NameGlob {
  const lower = text.toLowerCase();
  return nameGlob(`p ${lower}`, lower, true, (character) =>
    character === '*' ? 'run' : character === '?' ? 'one' : { character },
  );
}

/** A name that stands for itself alone. */
export function literalGlob(text: string, isCaseless: boolean): NameGlob {
  const spelled = isCaseless ? text.toLowerCase() : text;
  return nameGlob(`${isCaseless ? 'i' : 'l'} ${spelled}`, spelled, isCaseless, (character) => ({ character }));
}

function nameGlob(key: string, text: string, isCaseless: boolean, tokenOf: (character: string) => GlobToken): NameGlob {
  const tokens: GlobToken[] = [];
  for (const character of text.split('')) {
    const token = tokenOf(character);
    // `**` is `*` here, and one star less is many states less.
    if (token !== 'run' || tokens.at(-1) !== 'run') tokens.push(token);
  }
  return { key, tokens, isCaseless };
}

/** Whether a token takes this character. */
export function takes(token: GlobToken, character: string, isCaseless: boolean): boolean {
  if (typeof token === 'string') return true;
  return token.character === character || (isCaseless && token.character === character.toLowerCase());
}
