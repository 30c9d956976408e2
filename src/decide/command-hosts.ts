import type { Finding } from './finding.ts';
import { NAMES_ONLY } from './program-roles.ts';
import { programName } from './program-name.ts';
import type { CommandReading, ReachedCommand } from './reached-command.ts';
import { MARK } from './shell-word.ts';
import type { WebIndex } from './web-index.ts';

/** Programs that take an address without a scheme. */
const TAKES_BARE_HOSTS = new Set(['curl', 'wget', 'http', 'https', 'xh', 'aria2c']);

/** A command that names a host which the rules on the web deny is denied by the same rule. */
export function commandHostFindings(reading: CommandReading, web: WebIndex): readonly Finding[] {
  return reading.commands.flatMap((command) =>
    hostsOf(command).flatMap((host) => {
      const rule = web.ruleOn(host);
      return rule?.verdict === 'deny' ? [rule] : [];
    }),
  );
}

function hostsOf(command: ReachedCommand): readonly string[] {
  const program = programName(command.program.text);
  if (program === null || NAMES_ONLY.has(program)) return [];
  const takesBareHosts = TAKES_BARE_HOSTS.has(program.toLowerCase());
  return command.words.flatMap(({ text }) => {
    // The whole host must be known: `https://$X.example` may be any.
    const named = /^(?:-[^=:]*=?)?[A-Za-z][\w+.-]{0,30}:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:@]+)/.exec(text)?.[1];
    const bare =
      named === undefined && takesBareHosts && !text.startsWith('-')
        ? /^([\w.-]+\.[\w-]+)(?:[:/?#]|$)/.exec(text)?.[1]
        : undefined;
    const host = named ?? bare;
    return host === undefined || MARK.test(host) ? [] : [host];
  });
}
