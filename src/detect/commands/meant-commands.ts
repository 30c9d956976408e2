import { printable, quoted } from '../../decide/index.ts';
import { sourceOf } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';

/**
 * Command lines that a command was meant to run and, by a slip, does not: the next try mends the slip, so that what they
 * would do is told now.
 */
export function meantCommands(view: RiskView): readonly string[] {
  const { text } = view.command.program;
  // `1A=2 rm -rf /`: no shell takes that for an assignment.
  if (/^[^/]*=[^/]*$/.test(text) && view.name !== '<assign>' && view.words.length > 0)
    return [view.command.words.map((word) => quoted(printable(word.text))).join(' ')];
  // `parallel sh -c 'rm -rf {}'`: parallel joins its words without their quotes, so that the shell is given `rm` alone.
  if (view.name !== 'parallel') return [];
  const source = sourceOf(view);
  const split = /\s(?:ba|da|z|k)?sh\s{1,4}-\w{0,4}c\s{1,4}(?:'([^']{1,2000})'|"([^"]{1,2000})")(.{0,2000})/s.exec(
    source,
  );
  if (split === null) return [];
  const script = split[1] ?? split[2] ?? '';
  const given = (split[3] ?? '').split(/\s+/).filter((word) => word !== '' && !word.startsWith(':::'));
  return (given.length === 0 ? ['{}'] : given.slice(0, 16)).map((word) =>
    script.replaceAll(/\{\d{0,2}\}/g, () => word),
  );
}
