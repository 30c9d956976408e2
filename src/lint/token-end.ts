/**
 * Where the word of a line ends that begins at an offset: behind the closing quote, or in front of a blank, a comma, a
 * colon or a closing bracket. At least one character further where there is one.
 */
export function tokenEnd(line: string, start: number): number {
  if (start >= line.length) return line.length;
  const quote = line[start];
  if (quote === '"' || quote === "'") {
    const close = line.indexOf(quote, start + 1);
    return close === -1 ? line.length : close + 1;
  }
  const end = line.slice(start).search(/[\s,\]}]|:(?:\s|$)/);
  return end === -1 ? line.length : Math.max(start + end, start + 1);
}
