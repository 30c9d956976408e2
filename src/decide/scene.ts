import type { FileEyes } from './file-check.ts';

/**
 * Where an action happens. What `decide` may ask of the file system comes with it, so that `decide` itself touches
 * nothing; both functions are called seldom, only for words that may name a file.
 */
export interface Scene extends FileEyes {
  /** Absolute path of the folder in which the agent works. */
  readonly workspace: string;
  readonly homeDir: string;
}
