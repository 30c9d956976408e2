import type { Action } from '../core/action.ts';
import type { RuleVerdict } from '../core/rule-table.ts';

/** One call whose verdict a case file states. */
export interface PolicyCase {
  /** Unique in its file; for a list of calls the name and the call. */
  readonly name: string;
  readonly action: Action;
  /** The call as it is written in the file. */
  readonly shown: string;
  readonly want: RuleVerdict;
  /** The rule that must decide it, or null where any may. */
  readonly rule: string | null;
  /** Counts from 1. */
  readonly line: number;
}

/** The machine that the cases of a file play on. Nothing of the real one is looked at, so that a case means the same everywhere. */
export interface CaseScene {
  readonly workspace: string;
  readonly homeDir: string;
  /** Absolute paths of the files that globs expand to. */
  readonly files: readonly string[];
  /** Symbolic links: absolute path to absolute target. */
  readonly links: ReadonlyMap<string, string>;
}

/** A case file, read and checked. */
export interface CaseFile {
  readonly scene: CaseScene;
  readonly cases: readonly PolicyCase[];
}
