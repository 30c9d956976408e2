import type { Action } from '../core/action.ts';
import { hostMatches, parseHostPattern } from '../core/host-pattern.ts';
import { explainCommand } from '../decide/index.ts';
import type { Scene } from '../decide/index.ts';

/** An entry of the list of hosts that commands may reach. */
export interface ListedHost {
  readonly host: string;
  readonly ports: readonly number[];
}

/** Whether a host that a command names is on the list. The list is asked by the sandbox, whatever the guard answered. */
export interface EgressAnswer {
  readonly host: string;
  readonly port: number;
  readonly isListed: boolean;
}

/** Ports of the schemes that a URL on a command line may have. */
const SCHEME_PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
  ['ftp', 21],
  ['ssh', 22],
  ['git', 9418],
]);

/**
 * The hosts that the URLs of a command line name, each once, against the list. A host that is not written as a URL is not
 * seen here; the sandbox sees the connection itself.
 */
export function egressAnswers(listed: readonly ListedHost[], action: Action, scene: Scene): readonly EgressAnswer[] {
  if (action.kind !== 'command') return [];
  const read = explainCommand(action.commandLine, scene);
  if (!read.ok) return [];
  const answers = new Map<string, EgressAnswer>();
  for (const word of read.commands.flatMap(({ words }) => words)) {
    for (const [text, scheme = ''] of word.matchAll(/\b([a-z][a-z0-9+.-]{1,20}):\/\/[^\s/?#"'<>]+/gi)) {
      const url = URL.parse(text);
      const port = Number(url?.port) || SCHEME_PORTS.get(scheme.toLowerCase());
      if (url === null || url.hostname === '' || port === undefined) continue;
      const isListed = listed.some((entry) => entry.ports.includes(port) && covers(entry.host, url.hostname));
      answers.set(`${url.hostname}:${port}`, { host: url.hostname, port, isListed });
    }
  }
  return [...answers.values()];
}

function covers(pattern: string, host: string): boolean {
  const parsed = parseHostPattern(pattern);
  return parsed.ok && hostMatches(parsed.pattern, host);
}
