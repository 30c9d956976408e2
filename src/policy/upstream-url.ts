import { isLoopback } from '../core/loopback.ts';

/** An address that the gateway or the client may send credentials to, or why it is none. */
export type UpstreamUrl =
  | { readonly ok: true; /** Without a final slash. */ readonly url: string; readonly hostname: string }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads the base URL of a service: `https` to anywhere, `http` only to this machine, since whoever is on the way could
 * read the credentials. No user name, query or fragment.
 */
export function upstreamUrl(text: string): UpstreamUrl {
  // The URL parser drops blanks, tabs and line ends; what is sent must be what was written.
  const url = /[\s\\]/.test(text) ? null : URL.parse(text);
  if (url === null) return { ok: false, problem: 'this is not a URL' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { ok: false, problem: 'the URL is not `https`' };
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return { ok: false, problem: '`http` is for this machine only; credentials would travel in the clear' };
  }
  if (url.username !== '' || url.password !== '') return { ok: false, problem: 'the URL names a user' };
  if (/[?#]/.test(text)) return { ok: false, problem: 'the URL has a query or a fragment' };
  return { ok: true, url: url.href.replace(/\/+$/, ''), hostname: url.hostname };
}
