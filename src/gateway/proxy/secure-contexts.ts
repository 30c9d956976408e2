import tls from 'node:tls';

import type { TunnelCertificate } from './proxy-ports.ts';

/**
 * What TLS begins with for a host: one context for each certificate, since a context holds the keys by which clients
 * resume their sessions.
 */
export function secureContexts(): (host: string, certificate: TunnelCertificate) => tls.SecureContext {
  const made = new Map<string, { readonly of: TunnelCertificate; readonly context: tls.SecureContext }>();
  return (host, given) => {
    const known = made.get(host);
    if (known?.of === given) return known.context;
    const context = tls.createSecureContext({
      cert: given.certificate,
      key: given.privateKey,
      minVersion: 'TLSv1.2',
    });
    made.set(host, { of: given, context });
    return context;
  };
}
