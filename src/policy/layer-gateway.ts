import { fieldPathText, quoted } from './fault.ts';
import type { FieldPath } from './fault.ts';
import { addressOf, hostOf } from './gateway-of.ts';
import { isSaid, report, widens } from './layer-state.ts';
import type { LayerState } from './layer-state.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import type { PolicyPart } from './read-part.ts';

/**
 * Lays what the documents of one layer say about the gateway, beside its single values, over what holds so far: more is
 * rewritten, requests go to fewer places, fewer hosts are served, and a team is named where none was.
 */
export function layGateway(state: LayerState, under: WrittenPolicy, parts: readonly PolicyPart[]): void {
  const { gateway } = state.merged;
  for (const part of parts) {
    const wanted = part.written.gateway;
    gateway.retroactive = [...new Set([...gateway.retroactive, ...wanted.retroactive])];
    const fallbacks = shorter(state, part, {
      path: ['gateway', 'fallbacks'],
      under: under.gateway.fallbacks,
      now: gateway.fallbacks,
      wanted: wanted.fallbacks,
      spelling: addressOf,
      said: 'is no fallback there',
    });
    gateway.fallbacks = [...fallbacks];
    const hosts = shorter(state, part, {
      path: ['gateway', 'forward_proxy', 'hosts'],
      under: under.gateway.forward_proxy.hosts,
      now: gateway.forward_proxy.hosts,
      wanted: wanted.forward_proxy.hosts,
      spelling: hostOf,
      said: 'is not served there',
    });
    gateway.forward_proxy.hosts = [...hosts];
    layTeam(state, under, part);
  }
}

interface ShorterList {
  readonly path: FieldPath;
  readonly under: readonly string[];
  readonly now: readonly string[];
  readonly wanted: readonly string[];
  readonly spelling: (text: string) => string;
  readonly said: string;
}

/** What is left of a list by what one document writes, each entry of which must be there already; in the order of before. */
function shorter(state: LayerState, part: PolicyPart, list: ShorterList): readonly string[] {
  const { path, under, now, wanted, spelling, said } = list;
  if (!isSaid(part, path)) return now;
  const known = new Set(under.map(spelling));
  for (const [index, text] of wanted.entries()) {
    if (!known.has(spelling(text))) widens(state, part, [...path, index], `${quoted(text)} ${said}`, path);
  }
  state.sayers.set(fieldPathText(path), part);
  const kept = new Set(wanted.map(spelling));
  return now.filter((text) => kept.has(spelling(text)));
}

/** Who has a team keeps it: another one's limits would not be these. */
function layTeam(state: LayerState, under: WrittenPolicy, part: PolicyPart): void {
  const path = ['gateway', 'limits', 'team'];
  const { team } = part.written.gateway.limits;
  const [before, now] = [under.gateway.limits.team, state.merged.gateway.limits.team];
  if (team === undefined || team === now) return;
  if (before !== undefined) {
    widens(state, part, path, `requests count for ${quoted(team)} here and for ${quoted(before)} there`, path);
  } else if (now === undefined) {
    state.merged.gateway.limits.team = team;
    state.sayers.set(fieldPathText(path), part);
  } else {
    const message = `two documents of one layer name a team: ${quoted(team)} and ${quoted(now)}`;
    report(state, part, 'policy/contradiction', path, message, 'requests count for one team');
  }
}
