import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** How the TLS of a tunnel begins. */
export interface Handshake {
  /** The one name that the client may ask for. */
  readonly host: string;
  readonly context: tls.SecureContext;
  readonly timeoutMs: number;
}

/** Why no TLS came about: another name or none was asked for, or what was spoken is not what is served. */
export type HandshakeFault = 'name' | 'handshake';

/**
 * Serves TLS on a connection that a client asked for, HTTP/1.1 inside and nothing else, for one name and no other. The
 * connection is destroyed where that fails.
 *
 * @param head what the client sent in advance.
 */
export function servedTls(socket: Duplex, head: Buffer, handshake: Handshake): Promise<tls.TLSSocket | HandshakeFault> {
  return new Promise((resolve) => {
    let isOtherName = false;
    if (head.length > 0) socket.unshift(head);
    const served = new tls.TLSSocket(socket, {
      isServer: true,
      secureContext: handshake.context,
      ALPNProtocols: ['http/1.1'],
      SNICallback: (name, answer) => {
        isOtherName = name !== handshake.host;
        if (isOtherName) answer(new Error('another name is asked for'));
        else answer(null, handshake.context);
      },
    });
    const settle = (result: tls.TLSSocket | HandshakeFault): void => {
      clearTimeout(timer);
      served.off('close', onClose);
      served.off('end', onClose);
      if (typeof result === 'string') served.destroy();
      resolve(result);
    };
    const onClose = (): void => settle(isOtherName ? 'name' : 'handshake');
    const timer = setTimeout(() => settle('handshake'), handshake.timeoutMs);
    served.once('close', onClose);
    // Servers of HTTP take connections that are half closed; a handshake needs both halves.
    served.once('end', onClose);
    // Whatever fails also closes; from here on the server of the tunnel watches.
    served.on('error', () => served.destroy());
    served.once('secure', () => {
      // Without a name in the handshake the callback is not asked.
      settle(nameOf(served) === handshake.host ? served : 'name');
    });
  });
}

function nameOf(served: tls.TLSSocket): string | null {
  const { servername } = served as { readonly servername?: unknown };
  return typeof servername === 'string' ? servername : null;
}
