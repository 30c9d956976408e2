import { resolve } from 'node:path/posix';
import type { Verdict } from '../core/decision.ts';
import type { RuleId } from '../core/ids.ts';
import type { SeenCall } from '../core/seen-call.ts';
import { decide } from '../decide/index.ts';
import type { RuleIndex, Scene, SessionTaint } from '../decide/index.ts';

/** What a rule table says about a recorded call. */
export interface Redecision {
  readonly verdict: Verdict;
  readonly ruleId: RuleId;
  /**
   * Whether the table asked for something of the file system that the recorded decision did not: a path then stands for
   * itself, a glob for more names than can be told, and no link lies behind one.
   */
  readonly isGuessed: boolean;
}

/** Decides recorded calls again. */
export interface Redecider {
  /**
   * @param text the same for equal calls and for no others.
   * @param read gives the call, asked only where the text was not met before; null where the text is no call.
   */
  decide(text: string, read: () => SeenCall | null): Redecision | null;
}

/** Most distinct calls, and most characters of them, whose answers are held at one time. */
const MAX_HELD = 10_000;
const MAX_HELD_CHARACTERS = 8_000_000;

/** Decides calls again under one table, each distinct one about once. Touches no file. */
export function redecider(index: RuleIndex, sessionOf: SessionOf = () => null): Redecider {
  const held = new Map<string, Redecision>();
  let characters = 0;
  return {
    decide(text, read) {
      const known = held.get(text);
      if (known !== undefined) return known;
      const call = read();
      if (call === null) return null;
      const redecision = redecide(index, call, sessionOf);
      if (held.size >= MAX_HELD || characters > MAX_HELD_CHARACTERS) {
        held.clear();
        characters = 0;
      }
      held.set(text, redecision);
      characters += text.length;
      return redecision;
    },
  };
}

/** What a call's session, as it was then, means under the policy that is asked; null for a session that is not tainted. */
export type SessionOf = (call: SeenCall) => SessionTaint | null;

/** Decides one recorded call, from what the file system said then. */
export function redecide(index: RuleIndex, call: SeenCall, sessionOf: SessionOf = () => null): Redecision {
  let isGuessed = false;
  const guessed = <Answer>(answer: Answer): Answer => {
    isGuessed = true;
    return answer;
  };
  const realPaths = new Map(call.facts?.realPaths);
  const globs = new Map(call.facts?.globs);
  const links = new Map(call.facts?.links);
  const scene: Scene = {
    workspace: call.workspace,
    homeDir: call.homeDir,
    realPath: (asked) => realPaths.get(asked) ?? guessed(resolve(asked)),
    expandGlob: (asked) => {
      const names = globs.get(asked);
      return names === undefined ? guessed(null) : names;
    },
    linkedFiles: (asked) => {
      const places = links.get(asked);
      return places === undefined ? guessed([]) : places;
    },
  };
  const { verdict, ruleId } = decide(index, call.action, scene, sessionOf(call));
  return { verdict, ruleId, isGuessed };
}
