import type { Diagnostic } from './diagnostic.ts';
import { layPolicy } from './parse-layers.ts';
import type { LayersResult } from './parse-layers.ts';
import type { Policy } from './policy.ts';
import { readPart, readPartBytes } from './read-part.ts';

export { MAX_POLICY_BYTES } from './read-part.ts';

/** A policy that can be put in force, or everything that keeps it from being so. `diagnostics` holds warnings too. */
export type PolicyResult =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Reads a policy of one document from a file's bytes, which must be UTF-8; else like {@link parsePolicy}. */
export function parsePolicyBytes(bytes: Uint8Array): PolicyResult {
  return withoutFile(layPolicy([{ file: '', reading: readPartBytes('', bytes) }], NO_EXCEPTIONS_MS));
}

/**
 * Reads a policy of one document, the base: YAML 1.2 or JSON. Pure; never throws, whatever the text.
 *
 * Reports every fault it finds, in the order of the text, up to `MAX_DIAGNOSTICS`.
 */
export function parsePolicy(text: string): PolicyResult {
  return withoutFile(layPolicy([{ file: '', reading: readPart('', text) }], NO_EXCEPTIONS_MS));
}

/** A base has no exceptions, so no moment changes what it says. */
const NO_EXCEPTIONS_MS = 0;

function withoutFile(result: LayersResult): PolicyResult {
  const bare = (diagnostics: readonly (Diagnostic & { readonly file: string })[]): readonly Diagnostic[] =>
    diagnostics.map(({ file: _file, ...diagnostic }) => diagnostic);
  return result.ok
    ? { ok: true, policy: result.policy, warnings: bare(result.warnings) }
    : { ok: false, diagnostics: bare(result.diagnostics) };
}
