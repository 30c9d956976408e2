import { mkdtempSync, rmSync } from 'node:fs';

const left = new Set<string>();

/**
 * Makes a folder for a test whose programs write in it, removed with the test. Where a program that is still being ended writes into it
 * meanwhile, the folder goes when the file of tests ends: a failure here would keep that program from being ended at all.
 */
export function testFolder(t: { after(fn: () => void): void }, prefix: string): string {
  const folder = mkdtempSync(prefix);
  t.after(() => {
    if (!isRemoved(folder)) left.add(folder);
  });
  return folder;
}

process.on('exit', () => left.forEach(isRemoved));

function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return false;
  }
}
