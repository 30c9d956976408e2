/**
 * The words as they were given to `sallyport-container`, which puts a colon before each: Node takes some words for its own wherever they
 * stand, and what those name runs before anything here.
 */
export function wordsBehindColons(argv: readonly string[]): readonly string[] {
  if (argv.some((word) => !word.startsWith(':'))) throw new Error('start it by `sallyport-container`');
  return argv.map((word) => word.slice(1));
}
