import type { SessionDirectory } from '../../core/session.ts';
import { headerValues } from '../headers.ts';
import type { RawHeaders } from '../headers.ts';
import type { Caller } from '../request-reading.ts';
import type { ProxyRefusal } from './proxy-refusal.ts';

/**
 * The session whose token a connection shows in its one `Proxy-Authorization`: as the password of any user, which is
 * what clients make of `http://any:TOKEN@host` in `HTTPS_PROXY`, or as bearer.
 */
export function proxyCaller(raw: RawHeaders, sessions: SessionDirectory): Caller | ProxyRefusal {
  const values = headerValues(raw, 'proxy-authorization');
  const [value] = values;
  if (value === undefined) return NO_TOKEN;
  const token = values.length === 1 ? tokenOf(value) : null;
  const session = token === null ? null : sessions.byToken(token);
  return token === null || session === null ? UNKNOWN_TOKEN : { session, token };
}

const NO_TOKEN: ProxyRefusal = {
  why: 'proxy-no-token',
  message:
    'Sallyport: this connection shows no session token. Give it in HTTPS_PROXY: `http://sallyport:TOKEN@127.0.0.1:PORT`.',
};

const UNKNOWN_TOKEN: ProxyRefusal = {
  why: 'proxy-unknown-token',
  message: 'Sallyport does not know this session token. Start the client in a session of its own: `sallyport run`.',
};

const BEARER = /^Bearer +([^ ]{1,1024}) *$/i;
const BASIC = /^Basic +([A-Za-z0-9+/]{1,2048}={0,2}) *$/i;

function tokenOf(value: string): string | null {
  const bearer = BEARER.exec(value)?.[1];
  if (bearer !== undefined) return bearer;
  const coded = BASIC.exec(value)?.[1];
  if (coded === undefined) return null;
  const pair = Buffer.from(coded, 'base64').toString('latin1');
  const colon = pair.indexOf(':');
  return colon === -1 || colon === pair.length - 1 ? null : pair.slice(colon + 1);
}
