import { keptSequence, readSignedBundle } from '../compile/index.ts';
import type { BundleTrust, SignedBundle } from '../compile/index.ts';
import { BundleRefused, StateFolder } from '../core/error.ts';
import type { SallyportError } from '../core/error.ts';
import { readTrust } from './bundle-keys.ts';
import { bundleStore, readBundleFile } from './bundle-store.ts';
import type { BundleStore } from './bundle-store.ts';
import { inForceOf } from './load-policy.ts';
import type { InForce } from './load-policy.ts';

/** Where a host's bundle and the key that it trusts lie. Both paths are absolute. */
export interface BundlePlace {
  readonly bundleFile: string;
  readonly trustFile: string;
}

/** What a start with a bundle gives: the bundle that was named, or the last good one and why the named one is not it. */
export interface BundleStart {
  readonly inForce: InForce;
  readonly refused: SallyportError | null;
}

/**
 * Takes the bundle that is named, or refuses it: its signature by the trusted key, its sequence above that of the last
 * one, its rules readable. What is returned is on disk as the last one before it is returned.
 *
 * @param stateFolder whose lock the caller holds.
 * @throws {BundleRefused} where it is not taken; nothing has changed then.
 * @throws {StateFolder} where the last one cannot be read, so that nothing is known of what it was.
 */
export function loadBundle(place: BundlePlace, stateFolder: string, store = bundleStore(stateFolder)): InForce {
  const trust = readTrust(place.trustFile);
  const bytes = readBundleFile(place.bundleFile);
  const signed = opened(bytes, trust, place.bundleFile);
  const inForce = indexed(signed, stateFolder, place.bundleFile);
  if (isNewer(signed, bytes, store)) store.keep(bytes);
  return inForce;
}

/**
 * As {@link loadBundle}, but a bundle that is refused leaves the last good one in force, where there is one that the
 * trusted key signed.
 *
 * @throws {BundleRefused} where there is none.
 */
export function startWithBundle(
  place: BundlePlace,
  stateFolder: string,
  store = bundleStore(stateFolder),
): BundleStart {
  try {
    return { inForce: loadBundle(place, stateFolder, store), refused: null };
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    const last = store.last();
    if (last === null) throw error;
    // The key is read anew: where that is what failed, this fails with the same error.
    const signed = openedLast(last, place, error);
    return { inForce: indexed(signed, stateFolder, store.path), refused: error };
  }
}

/** The last good bundle; where it cannot be had, the reason why the bundle that was named is refused is what counts. */
function openedLast(last: Uint8Array, place: BundlePlace, refused: BundleRefused): SignedBundle {
  try {
    return opened(last, readTrust(place.trustFile), 'the last good bundle');
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    throw new BundleRefused(refused.code, `${refused.message}; and ${error.message}`, {
      cause: error,
      hint: 'nothing is in force and no daemon runs: sign a bundle with the trusted key and a higher number',
    });
  }
}

/**
 * Checks a bundle without taking it.
 *
 * @throws {BundleRefused}
 */
export function checkBundle(place: BundlePlace): SignedBundle {
  return checkBundleBytes(readBundleFile(place.bundleFile), place.trustFile, place.bundleFile);
}

/**
 * As {@link checkBundle}, for bytes that came from elsewhere.
 *
 * @param name of where they came from, for messages.
 * @throws {BundleRefused}
 */
export function checkBundleBytes(bytes: Uint8Array, trustFile: string, name: string): SignedBundle {
  const signed = opened(bytes, readTrust(trustFile), name);
  indexed(signed, ANY_STATE_FOLDER, name);
  return signed;
}

/** Stands for a host's state folder where a bundle is only checked. */
const ANY_STATE_FOLDER = '/state';

function opened(bytes: Uint8Array, trust: BundleTrust, name: string): SignedBundle {
  const result = readSignedBundle(bytes, trust);
  if (result.ok) return result.signed;
  throw new BundleRefused(result.fault.code, `the bundle \`${name}\` is refused: ${result.fault.why}`, {
    hint: 'what was in force before stays so',
  });
}

function indexed(signed: SignedBundle, stateFolder: string, name: string): InForce {
  try {
    return inForceOf(signed.bundle, stateFolder, name, signed.issue);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new BundleRefused(
      'BUNDLE_FORMAT',
      `the bundle \`${name}\` is refused: it holds a pattern that this version cannot read`,
      {
        cause,
        hint: 'sign the policy anew with this version',
      },
    );
  }
}

/**
 * Whether a bundle comes after the last one; false for the last one itself, which a host meets at each start.
 *
 * @throws {BundleRefused} where it comes before, or is another one of the same number.
 */
function isNewer(signed: SignedBundle, bytes: Uint8Array, store: BundleStore): boolean {
  const last = store.last();
  if (last === null) return true;
  if (Buffer.compare(last, bytes) === 0) return false;
  const floor = sequenceOf(last);
  const { sequence } = signed.issue;
  if (sequence > floor) return true;
  throw new BundleRefused(
    'BUNDLE_ROLLBACK',
    `the bundle's sequence ${sequence} is not above ${floor}, that of the last one`,
    {
      hint: 'sign it again with a higher number',
    },
  );
}

/**
 * The number of a bundle that was checked when it was kept. Whatever key signed it then: a new key must not be a way
 * back to an old policy.
 */
function sequenceOf(kept: Uint8Array): number {
  const sequence = keptSequence(kept);
  if (sequence === null)
    throw new StateFolder('the last bundle in the state folder is damaged', {
      hint: 'move it away only if you know which bundle was the last',
    });
  return sequence;
}
