import type { AllowedHashes } from '../detect/index.ts';
import type { ContentScan } from './scan-content.ts';
import type { SkipReason } from './scan-files.ts';
import type { FileFinding, ScanReport, Unread } from './scan-report.ts';

/** A finding with the hash that an allow file would name it by. */
export interface SourcedFinding {
  readonly finding: FileFinding;
  readonly hash: string | null;
}

/** What was seen so far. */
export interface ScanSum {
  readonly files: number;
  readonly bytes: number;
  readonly found: number;
  add(path: string, scan: ContentScan): void;
  skip(skipped: Readonly<Record<SkipReason, number>>): void;
  fail(path: string, problem: string): void;
  result(): { readonly report: ScanReport; readonly sourced: readonly SourcedFinding[] };
}

/** @param shown a path as reports print it. */
export function scanSum(allowed: AllowedHashes | null, shown: (path: string) => string): ScanSum {
  const sourced: SourcedFinding[] = [];
  const unread: Unread[] = [];
  const count = { files: 0, bytes: 0, binary: 0, allowed: 0 };
  let skipped: Readonly<Record<SkipReason, number>> = { symlink: 0, special: 0, gone: 0 };
  return {
    get files() {
      return count.files;
    },
    get bytes() {
      return count.bytes;
    },
    get found() {
      return sourced.length;
    },
    add(path, { bytes, form, findings, isCut }) {
      count.files += 1;
      count.bytes += bytes;
      if (form === 'binary') count.binary += 1;
      for (const { hash, ...finding } of findings) {
        if (hash !== null && allowed?.hashes.has(hash) === true) count.allowed += 1;
        else sourced.push({ finding: { ...finding, path: shown(path), form }, hash });
      }
      if (isCut) unread.push({ path: shown(path), problem: 'holds too many findings, and its rest was not looked at' });
    },
    skip(more) {
      skipped = more;
    },
    fail: (path, problem) => void unread.push({ path: shown(path), problem }),
    result: () => ({ report: { findings: sourced.map(({ finding }) => finding), ...count, skipped, unread }, sourced }),
  };
}
