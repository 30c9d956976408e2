/** Why the proxy refuses a connection or a request in a tunnel, as the record names it. */
export type ProxyWhy =
  | 'proxy-off'
  | 'proxy-no-token'
  | 'proxy-unknown-token'
  | 'proxy-wrong-provider'
  | 'proxy-target'
  | 'proxy-host'
  | 'proxy-plain'
  | 'proxy-no-certificate'
  | 'proxy-too-many'
  | 'proxy-handshake'
  | 'proxy-name'
  | 'proxy-not-http'
  | 'proxy-upgrade'
  | 'proxy-path'
  | 'proxy-credential'
  | 'session-ended'
  | 'audit-unavailable';

export interface ProxyRefusal {
  readonly why: ProxyWhy;
  /** Read by the developer. Says what to do; quotes no content and no token. */
  readonly message: string;
}

/** A reply as it stands before it is written. */
export interface ProxyReply {
  readonly status: number;
  readonly reason: string;
  /** Names and values alternating. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * The answer to a refused connection or request: 403 with an error of the Messages format, which the client shows and
 * does not repeat; 407 where a token is what is missing, since that is what makes a client send one.
 */
export function proxyReply({ why, message }: ProxyRefusal): ProxyReply {
  const { status, reason, type } = formOf(why);
  const body = Buffer.from(JSON.stringify({ type: 'error', error: { type, message } }), 'utf8');
  const challenge = status === 407 ? ['Proxy-Authenticate', `Basic realm="${REALM}", charset="UTF-8"`] : [];
  return {
    status,
    reason,
    headers: [
      ...challenge,
      'Content-Type',
      'application/json',
      'Content-Length',
      String(body.length),
      'Connection',
      'close',
    ],
    body,
  };
}

/** The same as bytes, for a connection that no server of HTTP holds any more. */
export function replyBytes({ status, reason, headers, body }: ProxyReply): Buffer {
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

const REALM = 'sallyport';

interface Form {
  readonly status: number;
  readonly reason: string;
  /** A type of error of the Messages format. */
  readonly type: string;
}

function formOf(why: ProxyWhy): Form {
  if (why === 'proxy-no-token' || why === 'proxy-unknown-token') {
    return { status: 407, reason: 'Proxy Authentication Required', type: 'authentication_error' };
  }
  if (why === 'proxy-too-many') return { status: 503, reason: 'Service Unavailable', type: 'api_error' };
  return { status: 403, reason: 'Forbidden', type: 'permission_error' };
}
