import type { FileFacts } from '../core/seen-call.ts';
import { decisionLooks } from './look-budget.ts';
import type { LookBudget } from './look-budget.ts';

/** Most characters of questions and answers that are noted for one call: more is not kept with it. */
const MAX_FACT_CHARACTERS = 16_384;

/**
 * What `decide` may ask of the file system. `looks` is what the globs of one decision may look at in all, `walks` what its paths may
 * cost to follow; each a full one where absent. What cannot be followed for that throws FileUnseen.
 */
export interface FileEyes {
  readonly realPath: (absolutePath: string, walks?: LookBudget) => string;
  readonly expandGlob: (absoluteGlob: string, looks?: LookBudget) => readonly string[] | null;
  readonly linkedFiles: (absoluteGlob: string, looks?: LookBudget) => readonly string[] | null;
}

/** Eyes that ask each thing once, and what they saw. */
export interface WatchedFacts {
  readonly realPath: (absolutePath: string) => string;
  readonly expandGlob: (absoluteGlob: string) => readonly string[] | null;
  readonly linkedFiles: (absoluteGlob: string) => readonly string[] | null;
  /** Null where it is too much to keep. */
  facts(): FileFacts | null;
}

/** Watches the questions of one decision, so that it can be made again without the files. */
export function watchedFacts(eyes: FileEyes): WatchedFacts {
  const realPaths = new Map<string, string>();
  const globs = new Map<string, readonly string[] | null>();
  const links = new Map<string, readonly string[] | null>();
  const looks = decisionLooks();
  const walks = decisionLooks();
  let characters = 0;
  const names = (
    asked: string,
    known: Map<string, readonly string[] | null>,
    look: (asked: string, looks: LookBudget) => readonly string[] | null,
  ): readonly string[] | null => {
    const before = known.get(asked);
    if (before !== undefined) return before;
    const answer = look(asked, looks);
    known.set(asked, answer);
    characters += asked.length + (answer ?? []).reduce((sum, name) => sum + name.length, 0);
    return answer;
  };
  return {
    realPath(asked) {
      const known = realPaths.get(asked);
      if (known !== undefined) return known;
      const answer = eyes.realPath(asked, walks);
      realPaths.set(asked, answer);
      characters += asked.length + (answer === asked ? 0 : answer.length);
      return answer;
    },
    expandGlob: (asked) => names(asked, globs, eyes.expandGlob),
    linkedFiles: (asked) => names(asked, links, eyes.linkedFiles),
    facts: () =>
      characters > MAX_FACT_CHARACTERS ? null : { realPaths: [...realPaths], globs: [...globs], links: [...links] },
  };
}
