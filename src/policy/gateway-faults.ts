import { quoted } from './fault.ts';
import type { Fault, FieldPath } from './fault.ts';
import { addressOf } from './gateway-of.ts';
import { isSaid, report as reportIn } from './layer-state.ts';
import type { LayerState } from './layer-state.ts';
import type { Report } from './meaning-faults.ts';
import { upstreamOf } from './policy-of.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import type { PolicyPart } from './read-part.ts';
import { upstreamUrl } from './upstream-url.ts';

/** What cannot be meant about the gateway in one document. */
export function gatewayFaults({ layer, providers, gateway }: WrittenPolicy, report: Report): readonly Fault[] {
  const { fallbacks, telemetry } = gateway;
  const known = new Set<string>();
  const addresses = fallbacks.flatMap((text, index): readonly Fault[] => {
    const path = ['gateway', 'fallbacks', index];
    const url = upstreamUrl(text);
    if (!url.ok) return [report('policy/wrong-form', 'error', path, url.problem, null)];
    // A layer has its provider from the document under it.
    if (layer === 'base' && providers.use !== 'anthropic' && url.hostname === 'api.anthropic.com') {
      const hint = 'a request is written and signed for one provider';
      return [report('policy/contradiction', 'error', path, 'this is the address of another provider', hint)];
    }
    if (known.has(url.url)) {
      return [report('policy/contradiction', 'error', path, `${quoted(text)} is given twice`, null)];
    }
    known.add(url.url);
    return [];
  });
  const collector = telemetry.otlp === undefined ? null : upstreamUrl(telemetry.otlp);
  if (collector === null || collector.ok) return addresses;
  return [
    ...addresses,
    report('policy/wrong-form', 'error', ['gateway', 'telemetry', 'otlp'], collector.problem, null),
  ];
}

/** Warns of what documents say about the gateway and what, with all of them together, changes nothing. */
export function warnOfIdleGateway(state: LayerState, parts: readonly PolicyPart[]): void {
  const { gateway, providers } = state.merged;
  for (const part of parts) {
    const warn = (path: FieldPath, message: string, hint: string | null): void => {
      if (isSaid(part, path)) reportIn(state, part, 'policy/no-effect', path, message, hint, 'warning');
    };
    const { replies, retroactive, fallbacks } = part.written.gateway;
    for (const kind of ['requests_per_minute', 'tokens_per_day'] as const) {
      if (gateway.limits.team !== undefined) continue;
      const message = 'requests count for no team, so no limit of a team holds';
      warn(['gateway', 'limits', kind, 'team'], message, 'name the team as `gateway.limits.team`');
    }
    for (const area of ['secret', 'company'] as const) {
      if (replies[area] === 'alert' || isLookedFor(state, area)) continue;
      warn(['gateway', 'replies', area], NOT_LOOKED_FOR, `write \`dlp.${area}\``);
    }
    for (const [index, area] of retroactive.entries()) {
      if (isLookedFor(state, area)) continue;
      warn(['gateway', 'retroactive', index], NOT_LOOKED_FOR, `write \`dlp.${area}\``);
    }
    for (const [index, text] of fallbacks.entries()) {
      if (addressOf(text) !== upstreamOf(providers)) continue;
      warn(['gateway', 'fallbacks', index], 'this address is the one that is tried first', null);
    }
    if (!parts.some(({ written }) => written.gateway.forward_proxy.enabled)) {
      const message = 'the forward proxy is off, so no connection ends there';
      warn(['gateway', 'forward_proxy', 'hosts'], message, 'write `enabled: true` beside it');
    }
  }
}

const NOT_LOOKED_FOR = 'this is not looked for';

function isLookedFor({ merged }: LayerState, area: 'secret' | 'personal' | 'company'): boolean {
  const action = merged.dlp?.[area];
  return action !== undefined && action !== 'allow';
}
