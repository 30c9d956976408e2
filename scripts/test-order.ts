/**
 * Files that take longest, longest first. Begun last, one of them would be waited for by an idle machine. Each run ends with what its
 * files took: whatever is missing here is seen there.
 */
export const LONGEST_FIRST: readonly string[] = [
  'test/infra/tier2-moto.test.ts',
  'test/infra/tier2-terraform.test.ts',
  'src/audit/crash.test.ts',
  'test/drill.test.ts',
  'src/deliver/crash.test.ts',
  'test/on-call.test.ts',
  'test/reconcile.test.ts',
  'test/host-guard.test.ts',
  'test/infra/tier2-host.test.ts',
  'test/daemon-crash.test.ts',
  'src/verify/flips.test.ts',
  'test/client-session.test.ts',
  'test/scan-command.test.ts',
  'test/gateway-faults-state.test.ts',
  'test/hook-faults.test.ts',
  'test/analyse-fuzz.test.ts',
  'test/object-lock.test.ts',
  'test/fuzz.test.ts',
  'test/audit-erase.test.ts',
  'test/client-content.test.ts',
];

/** The files in the order in which they are begun: the longest first, and the others by their names. */
export function inOrder(files: readonly string[], longestFirst = LONGEST_FIRST): readonly string[] {
  const longest = longestFirst.filter((file) => files.includes(file));
  return [...longest, ...files.filter((file) => !longest.includes(file)).toSorted()];
}
