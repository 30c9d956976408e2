import type { SessionDirectory } from '../../core/session.ts';
import { endedRefusal } from '../call-gate.ts';
import type { Caller } from '../request-reading.ts';
import { connectTarget } from './connect-target.ts';
import type { ForwardProxyPorts } from './proxy-ports.ts';
import type { ProxyRefusal } from './proxy-refusal.ts';
import type { TunnelPlace } from './tunnel-request.ts';

/** Where a connection leads that a session asks for, or why it may not; in the order in which an attacker meets it. */
export function connectionPlace(
  asked: string,
  caller: Caller,
  sessions: SessionDirectory,
  hosts: readonly string[],
  proxy: ForwardProxyPorts,
): TunnelPlace | ProxyRefusal {
  const ended = endedSession(sessions, caller);
  if (ended !== null) return ended;
  const target = connectTarget(asked);
  if ('fault' in target) {
    return { why: 'proxy-target', message: `Sallyport does not connect to this target: ${target.fault}.` };
  }
  const { host } = target;
  if (!hosts.includes(host)) {
    return {
      why: 'proxy-host',
      message: `Sallyport: this proxy connects to model services alone (${hosts.join(', ')}), not to ${host}. If that is one, name it in \`gateway.forward_proxy.hosts\`; else let the client go there without this proxy (NO_PROXY).`,
    };
  }
  const { provider } = caller.session;
  if (provider !== 'anthropic') {
    return {
      why: 'proxy-wrong-provider',
      message: `Sallyport: this session speaks to ${provider}. Give its client the gateway as base URL, not as proxy.`,
    };
  }
  return { host, service: proxy.serviceOf(host), caller };
}

/** That the session of a caller has ended by now, or null. */
export function endedSession(sessions: SessionDirectory, caller: Caller): ProxyRefusal | null {
  const ended = endedRefusal(sessions, caller.session.id);
  return ended === null ? null : { why: 'session-ended', message: ended.message };
}
