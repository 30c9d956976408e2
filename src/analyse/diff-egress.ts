import { hostMatches, parseHostPattern } from '../core/host-pattern.ts';
import { hostSamples } from './host-samples.ts';

/** An entry of the list of hosts that commands may reach. */
export interface ReachableHost {
  /** A host pattern. */
  readonly host: string;
  readonly ports: readonly number[];
}

/** Connections that the list of hosts begins or ceases to let through. */
export interface EgressChange {
  readonly to: 'open' | 'closed';
  /** A host that shows it. */
  readonly host: string;
  /** Ascending, at least one. */
  readonly ports: readonly number[];
}

/** What differs between two lists of hosts. Empty: no connection is treated differently, which is proven. */
export interface EgressDiff {
  /** What is newly open first. */
  readonly changes: readonly EgressChange[];
}

/**
 * Compares what two lists let through, host by host and port by port. Host patterns tell only those hosts apart that
 * {@link hostSamples} names, and a port that no entry names is closed on both sides, so that nothing else can differ.
 */
export function diffEgress(before: readonly ReachableHost[], after: readonly ReachableHost[]): EgressDiff {
  const patterns = [...before, ...after].map(({ host }) => host);
  const changes = hostSamples(patterns).flatMap((host): readonly EgressChange[] => {
    const [had, has] = [openPorts(before, host), openPorts(after, host)];
    const newly = (to: EgressChange['to'], ports: readonly number[]): readonly EgressChange[] =>
      ports.length === 0 ? [] : [{ to, host, ports: ports.toSorted((a, b) => a - b) }];
    return [
      ...newly(
        'open',
        [...has].filter((port) => !had.has(port)),
      ),
      ...newly(
        'closed',
        [...had].filter((port) => !has.has(port)),
      ),
    ];
  });
  return { changes: changes.toSorted((a, b) => b.to.localeCompare(a.to)) };
}

function openPorts(list: readonly ReachableHost[], host: string): ReadonlySet<number> {
  return new Set(
    list.flatMap((entry) => {
      const parsed = parseHostPattern(entry.host);
      if (!parsed.ok) throw new TypeError(`\`${entry.host}\` is no host pattern`);
      return hostMatches(parsed.pattern, host) ? entry.ports : [];
    }),
  );
}
