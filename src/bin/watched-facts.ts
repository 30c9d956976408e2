import type { FileFacts } from '../core/seen-call.ts';

/** Most characters of questions and answers that are noted for one call: more is not kept with it. */
const MAX_FACT_CHARACTERS = 16_384;

/** What `decide` may ask of the file system. */
export interface FileEyes {
  readonly realPath: (absolutePath: string) => string;
  readonly expandGlob: (absoluteGlob: string) => readonly string[] | null;
}

/** Eyes that ask each thing once, and what they saw. */
export interface WatchedFacts extends FileEyes {
  /** Null where it is too much to keep. */
  facts(): FileFacts | null;
}

/** Watches the questions of one decision, so that it can be made again without the files. */
export function watchedFacts(eyes: FileEyes): WatchedFacts {
  const realPaths = new Map<string, string>();
  const globs = new Map<string, readonly string[] | null>();
  let characters = 0;
  return {
    realPath(asked) {
      const known = realPaths.get(asked);
      if (known !== undefined) return known;
      const answer = eyes.realPath(asked);
      realPaths.set(asked, answer);
      characters += asked.length + (answer === asked ? 0 : answer.length);
      return answer;
    },
    expandGlob(asked) {
      const known = globs.get(asked);
      if (known !== undefined) return known;
      const answer = eyes.expandGlob(asked);
      globs.set(asked, answer);
      characters += asked.length + (answer ?? []).reduce((sum, name) => sum + name.length, 0);
      return answer;
    },
    facts: () => (characters > MAX_FACT_CHARACTERS ? null : { realPaths: [...realPaths], globs: [...globs] }),
  };
}
