import { loadBundle, startWithBundle } from './load-bundle.ts';
import type { BundlePlace } from './load-bundle.ts';
import { loadPolicy } from './load-policy.ts';
import type { InForce } from './load-policy.ts';
import type { PolicySource } from './policy-in-force.ts';
import type { StatePaths } from './state-folder.ts';

/** Where the texts of a policy are. */
export interface TextPlace {
  readonly paths: Pick<StatePaths, 'home'>;
  /** Absolute paths of the documents of the policy, or of folders of them. */
  readonly policyFiles: readonly string[];
  readonly logError: (line: string) => void;
}

/** The policy's texts. They are read at once. */
export function textSource(options: TextPlace): PolicySource {
  const first = loadTexts(options);
  return { start: () => ({ inForce: first, refused: null }), load: () => loadTexts(options) };
}

/** A signed bundle. It is compared with the last one, so the lock of the state folder is held by then. */
export function bundleSource(place: BundlePlace, stateFolder: string): PolicySource {
  return { start: () => startWithBundle(place, stateFolder), load: () => loadBundle(place, stateFolder) };
}

/** Reads the documents of the policy and passes on what is said about them. */
function loadTexts({ policyFiles, paths, logError }: TextPlace): InForce {
  const { warnings, ...inForce } = loadPolicy(policyFiles, paths.home);
  for (const warning of warnings) logError(warning);
  return inForce;
}
