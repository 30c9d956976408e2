import { statSync } from 'node:fs';
import type { HostCertificates } from '../ca/index.ts';
import { SallyportError } from '../core/error.ts';
import type { GatewayRules } from '../core/gateway-rules.ts';
import type { ForwardProxyPorts } from '../gateway/index.ts';
import { authorityFile } from './authority-file.ts';
import type { StatePaths } from './state-folder.ts';

export interface ForwardProxySetup {
  readonly paths: StatePaths;
  /** What the policy in force says. Asked for each connection. */
  readonly rules: () => GatewayRules['forwardProxy'];
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
}

/**
 * What makes the gateway a proxy: hosts by the policy in force, certificates by the authority of the state folder. An
 * authority that is made, replaced or removed counts from the next connection on.
 */
export function forwardProxyPorts({ paths, rules, clock }: ForwardProxySetup): ForwardProxyPorts {
  let held: { readonly version: string; readonly certificates: HostCertificates } | null = null;
  const certificates = async (): Promise<HostCertificates> => {
    const version = versionOf(authorityFile(paths));
    if (held !== null && version !== null && held.version === version) return held.certificates;
    held = null;
    // The library of certificates is large, so it is loaded only where there is a proxy.
    const [{ hostCertificates }, { ownAuthority }] = await Promise.all([
      import('../ca/index.ts'),
      import('./own-authority.ts'),
    ]);
    const made = hostCertificates(ownAuthority(paths));
    if (version !== null) held = { version, certificates: made };
    return made;
  };
  return {
    hosts: () => (rules().enabled ? rules().hosts : null),
    certificateFor: async (host) => {
      try {
        return (await certificates()).of(host, clock()) ?? { missing: NOT_FOR_HOST };
      } catch (error) {
        if (!(error instanceof SallyportError))
          return { missing: 'Sallyport: no certificate could be made; see its log.' };
        return { missing: `Sallyport: ${error.message}. ${error.hint ?? ''}` };
      }
    },
    serviceOf: (host) => `https://${host}`,
  };
}

const NOT_FOR_HOST =
  'Sallyport: the authority does not hold now or not for this host. See `sallyport ca show`; `sallyport ca remove` and `sallyport ca create` make one for the hosts of the policy.';

/** Differs when a file is another one or was written; null where there is none. */
function versionOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.ctimeNs} ${found.size}`;
}
