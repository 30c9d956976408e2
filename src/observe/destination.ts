import { plainAddress } from './tcp-table.ts';

/** An address and a port; the address as {@link plainAddress} writes it. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What is known of the places that a session may and may not speak to. */
export interface KnownPlaces {
  /** Gateway and proxies of ours. */
  readonly own: readonly Endpoint[];
  /** Model services, which only the gateway speaks to. */
  readonly model: readonly Endpoint[];
  /** Addresses of hosts that the policy names. */
  readonly allowed: ReadonlySet<string>;
  /** Whether the policy leaves nothing that could not be told by `allowed`. */
  readonly isClosed: boolean;
}

/** What a connection is to us: `unexplained` where the policy leaves it open whether it may be. */
export type Destination = 'expected' | 'model' | 'outside' | 'unexplained';

/** Names are looked up there, by whoever looks them up. */
const DNS_PORT = 53;

/** Says of one remote end what it is. Loopback is a developer's own, unless the model service or the gateway is there. */
export function destinationOf({ address, port }: Endpoint, places: KnownPlaces): Destination {
  const isAt = (one: Endpoint): boolean => one.address === address && one.port === port;
  if (places.own.some(isAt)) return 'expected';
  // Hosts behind a shared front have one address: what the policy allows by it is allowed.
  if (places.allowed.has(address)) return 'expected';
  if (places.model.some(isAt)) return 'model';
  if (port === DNS_PORT || isOwnMachine(address)) return 'expected';
  return places.isClosed ? 'outside' : 'unexplained';
}

/** Whether an address is of this machine or of none. */
export function isOwnMachine(address: string): boolean {
  return (
    address.startsWith('127.') ||
    address === '0.0.0.0' ||
    address === plainAddress('::1') ||
    address === plainAddress('::')
  );
}
