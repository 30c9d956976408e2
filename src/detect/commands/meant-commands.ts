import { printable, quoted } from '../../decide/index.ts';
import { sourceOf } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';

/**
 * Command lines that a command was meant to run and, by a slip, does not: the next try mends the slip, so that what they
 * would do is told now. And those that it hands to other machines in a form of its own.
 */
export function meantCommands(view: RiskView): readonly string[] {
  const { text } = view.command.program;
  // `1A=2 rm -rf /`: no shell takes that for an assignment.
  if (/^[^/]*=[^/]*$/.test(text) && view.name !== '<assign>' && view.words.length > 0)
    return [view.command.words.map((word) => quoted(printable(word.text))).join(' ')];
  // `command -v git reset --hard`: a look-up is given names, and an option behind a name is one of a call.
  if (view.name === 'command') {
    const at = view.words.findIndex((word) => !word.startsWith('-'));
    const isCall = at > 0 && view.words.slice(at + 1).some((word) => word.startsWith('-'));
    return isCall
      ? [
          view.command.words
            .slice(at)
            .map((word) => quoted(printable(word.text)))
            .join(' '),
        ]
      : [];
  }
  if (/^(?:ansible|salt|pssh|parallel-ssh|clush|pdsh|knife)$/.test(view.name)) return remoteCommands(view);
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

/** `ansible all -m shell -a CODE`, `salt '*' cmd.run CODE`, `pssh -h hosts CODE`. */
function remoteCommands({ name, words, operands }: RiskView): readonly string[] {
  if (name === 'ansible') {
    const moduleName = words[words.findIndex((word) => /^(?:-m|--module-name)$/.test(word)) + 1] ?? '';
    const given = words[words.findIndex((word) => /^(?:-a|--args)$/.test(word)) + 1] ?? '';
    return words.includes('-m') && !/(?:^|\.)(?:shell|command|raw|script)$/.test(moduleName) ? [] : [given];
  }
  if (name === 'salt') return operands[1] === 'cmd.run' ? operands.slice(2, 3) : [];
  return operands.filter((word) => word.includes(' '));
}
