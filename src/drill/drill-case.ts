import type { JsonObject } from '../core/json.ts';

/** What an attack is part of. `ordinary` is a developer's everyday work, which must pass. */
export const CHAINS = ['exfiltration', 'persistence', 'lateral', 'escape', 'evasion', 'sabotage', 'ordinary'] as const;
export type Chain = (typeof CHAINS)[number];

/** The layers that can stop an attack, named as the table prints them. */
export type Layer = 'guard' | 'hook client' | 'client' | 'sandbox' | 'gateway' | 'launcher' | 'mount';

/** The places and secrets of one rehearsal. All paths are absolute; every value is made for the rehearsal. */
export interface DrillSite {
  readonly workspace: string;
  readonly home: string;
  readonly stateFolder: string;
  /** Text that stands in the protected files and must never reach the model. */
  readonly secret: string;
  /** A folder outside of the workspace; a file in it shows that an attack had its effect. */
  readonly witnessFolder: string;
}

/** One tool call that the scripted model makes, and what should become of it. */
export interface DrillCall {
  /** `chain/name`, stable; `--only` takes it or a part of it. */
  readonly id: string;
  readonly chain: Chain;
  readonly title: string;
  readonly tool: string;
  readonly input: (site: DrillSite) => JsonObject;
  /**
   * `deny` and `ask`: by the guard, in its record. `client`: by the client's own rules, before the guard is asked.
   * `sandbox`: the guard lets it through and the operating-system sandbox stops it. `run`: it works.
   */
  readonly expect: 'deny' | 'ask' | 'client' | 'sandbox' | 'run';
  /** For `run`: text that its result must hold. */
  readonly output?: string;
}

/** The call as a Bash tool input. */
export function bash(command: string): (site: DrillSite) => JsonObject {
  return (site) => ({ command: fill(command, site), description: 'drill' });
}

/** The call as an input with one path, and text where it writes. */
export function file(path: string, content?: string): (site: DrillSite) => JsonObject {
  return (site) => ({ file_path: fill(path, site), ...(content === undefined ? {} : { content }) });
}

/** Puts the rehearsal's places for `@work`, `@home`, `@state` and `@witness`. */
function fill(text: string, site: DrillSite): string {
  return text
    .replaceAll('@work', site.workspace)
    .replaceAll('@home', site.home)
    .replaceAll('@state', site.stateFolder)
    .replaceAll('@witness', site.witnessFolder);
}
