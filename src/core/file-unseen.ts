/**
 * Somebody may not look at a file that an answer depends on, and so cannot know where it leads. Whoever decides takes it as
 * no answer: nothing is allowed by it. The message quotes no path.
 */
export class FileUnseen extends Error {
  constructor(cause: unknown) {
    super('a file may not be looked at', { cause });
    this.name = 'FileUnseen';
  }
}
