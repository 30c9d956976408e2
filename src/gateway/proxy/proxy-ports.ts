/** What the forward proxy needs of the rest of the program. Each is asked anew for each connection. */
export interface ForwardProxyPorts {
  /** Names of the services whose connections end here, in the form of `canonicalHost`; null where the proxy is off. */
  readonly hosts: () => readonly string[] | null;
  /** What a server of that name shows, by a local authority, or why there is nothing to show. Never rejects. */
  readonly certificateFor: (host: string) => Promise<TunnelCertificate | NoCertificate>;
  /** Base URL of the service of that name, without a slash at the end. */
  readonly serviceOf: (host: string) => string;
  /** Overrides of {@link PROXY_LIMITS}. */
  readonly limits?: Partial<ProxyLimits>;
}

/** The same object while the certificate is the same one. */
export interface TunnelCertificate {
  /** In PEM. */
  readonly certificate: string;
  /** In PEM. */
  readonly privateKey: string;
}

export interface NoCertificate {
  /** For the developer: what is missing and what to do, as whole sentences. */
  readonly missing: string;
}

/** Bounds on tunnels and on what comes through them, beside those of the gateway. */
export interface ProxyLimits {
  readonly tunnelsPerSession: number;
  /** Milliseconds for a client to end its TLS handshake. */
  readonly handshakeTimeoutMs: number;
  /** Milliseconds without a whole head of a request, on a tunnel on which none is being answered. */
  readonly idleTimeoutMs: number;
  /** Milliseconds for the whole body of a request. */
  readonly requestTimeoutMs: number;
  /** Bytes of the head of a request. */
  readonly maxHeadBytes: number;
  /** Milliseconds between two looks for sessions that have ended. */
  readonly sessionCheckMs: number;
}

export const PROXY_LIMITS: ProxyLimits = {
  tunnelsPerSession: 64,
  handshakeTimeoutMs: 15_000,
  idleTimeoutMs: 120_000,
  requestTimeoutMs: 120_000,
  maxHeadBytes: 16 * 1024,
  sessionCheckMs: 1_000,
};
