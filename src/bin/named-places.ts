import type { Policy } from '../policy/index.ts';
import type { NamedPlaces } from './watched-places.ts';

/**
 * What a policy says of the places that a session may speak to. It is closed only where nothing of it can be somewhere
 * else: no command outside of a sandbox, no server of the session's own, no host with a `*` in it, no page fetched after asking.
 *
 * @param own URLs of the gateway and of proxies of ours.
 */
export function namedPlaces(policy: Policy, own: readonly string[]): NamedPlaces {
  const { models, gateway, egress, mcp, web, defaults, sandbox } = policy;
  const fetched = web.filter(({ verdict }) => verdict !== 'deny').flatMap(({ hosts }) => hosts);
  const allowedHosts = [...egress.hosts.map(({ host }) => host), ...fetched];
  const isPlain = allowedHosts.every((host) => !host.includes('*'));
  return {
    own,
    model: [models.upstream, ...gateway.fallbacks],
    allowedHosts,
    isClosed: isPlain && sandbox.enabled && mcp.servers.length === 0 && defaults.web === 'deny',
  };
}
