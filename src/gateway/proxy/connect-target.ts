import { canonicalHost } from '../../core/host-pattern.ts';

/** Where a client wants to be connected to, or what is wrong with how it says so. */
export type ConnectTarget = { readonly host: string } | { readonly fault: string };

/**
 * Reads the target of a CONNECT request. There is one spelling for each host, `name:443` in lower case: whatever else
 * means the same to one program could mean another host to the next.
 */
export function connectTarget(text: string): ConnectTarget {
  if (text.includes('@')) return { fault: 'it names a user' };
  const [, host = '', port] = AUTHORITY.exec(text) ?? [];
  if (port === undefined) return { fault: 'it is no `host:port`' };
  // oxlint-disable-next-line no-control-regex
  if (!/^[\x21-\x7e]+$/.test(host)) return { fault: 'its host has letters beyond ASCII' };
  if (/[A-Z]/.test(host)) return { fault: 'its host is not in lower case' };
  if (host.endsWith('.')) return { fault: 'its host ends with a dot' };
  const canonical = canonicalHost(host);
  if (canonical !== null && /^[\d.]+$|^\[/.test(canonical)) return { fault: 'its host is an address' };
  if (canonical === null || !canonical.includes('.')) return { fault: 'its host is no full name' };
  if (canonical !== host) return { fault: 'its host is not in its usual spelling' };
  if (port !== HTTPS_PORT) return { fault: `its port is not ${HTTPS_PORT}` };
  return { host };
}

const HTTPS_PORT = '443';

const AUTHORITY = /^([^:]{1,253}|\[[^\]]{1,64}\]):([0-9]{1,5})$/;

const MAX_SHOWN = 256;

/** A target for the record: bounded, printable, without a user and without the token. */
export function shownTarget(text: string, token: string | null): string {
  const bounded = text
    .slice(text.lastIndexOf('@') + 1)
    .slice(0, MAX_SHOWN)
    .replace(/[^ -~]/g, '?');
  return token !== null && bounded.includes(token) ? 'unknown' : bounded;
}
