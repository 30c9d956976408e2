/** A block of commands of a guide, and what the guide says comes out. */
export interface GuideBlock {
  readonly line: number;
  readonly commands: string;
  /** Standard output and standard error in the order in which they came; null where the guide shows none. */
  readonly want: string | null;
  readonly exitCode: number;
  /** What stands in comments above the block, such as `second terminal`. */
  readonly notes: readonly string[];
}

/** Reads the `sh` blocks of a guide with the `text` blocks that follow them. Other blocks are not taken. */
export function guideBlocks(markdown: string): readonly GuideBlock[] {
  const blocks: GuideBlock[] = [];
  const pattern = /((?:<!-- [^\n]* -->\n+)*)^```sh\n(.*?)^```\n(?:\n+^```text\n(.*?)^```\n)?/gms;
  for (const match of markdown.matchAll(pattern)) {
    const notes = [...(match[1] ?? '').matchAll(/<!-- (.*?) -->/g)].map((note) => note[1] ?? '');
    const exits = notes.map((note) => /^exits (\d+)$/.exec(note)?.[1]).find((code) => code !== undefined);
    blocks.push({
      line: markdown.slice(0, match.index).split('\n').length,
      commands: match[2] ?? '',
      want: match[3] ?? null,
      exitCode: Number(exits ?? 0),
      notes,
    });
  }
  return blocks;
}

/** Whether an output is as a guide shows it: `…` in a line is any text of that line, a line of `…` alone any lines. */
export function isAsShown(want: string, came: string): boolean {
  return linesMatch(want.trimEnd().split('\n'), came.trimEnd().split('\n'));
}

function linesMatch(want: readonly string[], came: readonly string[]): boolean {
  const [first, ...rest] = want;
  if (first === undefined) return came.length === 0;
  if (first.trim() === '…') return came.some((_, at) => linesMatch(rest, came.slice(at))) || rest.length === 0;
  const [line, ...others] = came;
  if (line === undefined || !lineMatches(first, line)) return false;
  return linesMatch(rest, others);
}

function lineMatches(want: string, came: string): boolean {
  const parts = want.trimEnd().split('…');
  const escaped = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`));
  return new RegExp(`^${escaped.join('.*')}$`).test(came.trimEnd());
}
