/**
 * Whether a file's name would be taken for several by a program that splits its lines at blanks and takes quotes away, as `xargs` does, so
 * that one of them leads elsewhere: `x ../y`. No file should get such a name: whoever lists it later hands on another.
 */
export function splitsElsewhere(text: string): boolean {
  if (!/[\s'"\\]/.test(text)) return false;
  const [first = '', ...others] = text.split(/\s+/).map((word) => word.replaceAll(/['"\\]/g, ''));
  const isQuotedUp = leadsUp(first) && !leadsUp(text);
  return isQuotedUp || others.some((word) => /^\/./.test(word) || leadsUp(word));
}

function leadsUp(path: string): boolean {
  return path.split('/').includes('..');
}
