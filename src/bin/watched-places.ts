import { lookup } from 'node:dns/promises';
import { destinationOf, isOwnMachine, plainAddress } from '../observe/index.ts';
import type { Destination, Endpoint, KnownPlaces } from '../observe/index.ts';

/** What the policy in force says about places, by name. */
export interface NamedPlaces {
  /** URLs of the gateway and of proxies of ours. */
  readonly own: readonly string[];
  /** URLs of the model services that the gateway speaks to. */
  readonly model: readonly string[];
  /** Hosts that commands, tools and servers of the session may reach. */
  readonly allowedHosts: readonly string[];
  /** Whether nothing else may be reached by any layer; false where a name with a `*` or a program of its own may go out. */
  readonly isClosed: boolean;
}

/** Says of the remote ends of connections what they are. Names are looked up only once a session has such a connection. */
export interface WatchedPlaces {
  /** Whether it is worth to look who holds it: quick, without looking up names. */
  isOfInterest(remote: Endpoint): boolean;
  of(remote: Endpoint): Promise<Destination>;
}

/** Milliseconds that looked-up addresses are used. */
const FRESH_MS = 60_000;
const MAX_HOSTS = 64;

export interface WatchedPlacesOptions {
  /** Asked each time: the policy may change. */
  readonly named: () => NamedPlaces;
  readonly uptimeMs: () => number;
  readonly lookUp?: (host: string) => Promise<readonly string[]>;
}

export function watchedPlaces({ named, uptimeMs, lookUp = addressesOf }: WatchedPlacesOptions): WatchedPlaces {
  const looked = new Map<string, { readonly atMs: number; readonly addresses: Promise<readonly string[]> }>();
  const addresses = async (host: string): Promise<readonly string[]> => {
    const plain = plainAddress(host.replace(/^\[(.*)\]$/, '$1'));
    if (plain !== null) return [plain];
    const known = looked.get(host);
    if (known !== undefined && uptimeMs() - known.atMs < FRESH_MS) return await known.addresses;
    // Old addresses stay good beside the new: services move between many.
    const both = async (): Promise<readonly string[]> => {
      const [now, before] = await Promise.all([lookUp(host), known?.addresses ?? []]);
      return [...new Set([...now, ...before])].slice(0, MAX_HOSTS);
    };
    const found = both();
    looked.set(host, { atMs: uptimeMs(), addresses: found });
    return await found;
  };
  const endpoints = async (urls: readonly string[]): Promise<readonly Endpoint[]> =>
    (
      await Promise.all(
        urls.slice(0, MAX_HOSTS).map(async (text) => {
          const url = new URL(text);
          const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
          return (await addresses(url.hostname)).map((address) => ({ address, port }));
        }),
      )
    ).flat();

  return {
    isOfInterest: (remote) => {
      if (!isOwnMachine(remote.address)) return true;
      return named().model.some((text) => Number(new URL(text).port) === remote.port);
    },
    of: async (remote) => {
      const now = named();
      const places: KnownPlaces = {
        own: await endpoints(now.own),
        model: await endpoints(now.model),
        allowed: new Set((await Promise.all(now.allowedHosts.slice(0, MAX_HOSTS).map(addresses))).flat()),
        isClosed: now.isClosed,
      };
      return destinationOf(remote, places);
    },
  };
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true });
    return found.flatMap(({ address }) => plainAddress(address) ?? []);
  } catch (error) {
    // A name that nobody knows names no place.
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}
