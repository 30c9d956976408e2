import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorId } from '../core/ids.ts';
import { scanner } from '../detect/index.ts';
import type { Detector } from '../detect/index.ts';
import { pathWithoutFindings } from './scan-path.ts';

/** Finds each `needle` with the digits around it. */
const NEEDLE: Detector = {
  how: 'keyword',
  id: detectorId('secret/needle'),
  keywords: ['needle', 'eedle-'],
  reachBytes: 32,
  matchAt: ({ latin1 }, start, end) => ({
    start,
    end: end + (/^-?\d{1,8}/.exec(latin1.slice(end, end + 9))?.[0].length ?? 0),
    confidence: 0.9,
  }),
};

for (const { name, path, want } of [
  { name: 'a path that holds nothing stays as it is', path: 'src/ä b.ts', want: 'src/ä b.ts' },
  { name: 'what is found is left out', path: 'src/needle1/a.ts', want: 'src/[...]/a.ts' },
  { name: 'each place is left out', path: 'é/needle1/needle22', want: 'é/[...]/[...]' },
  { name: 'findings that overlap are left out once', path: 'a/needle-1.txt', want: 'a/[...].txt' },
  { name: 'nothing but a finding', path: 'needle', want: '[...]' },
])
  test(name, () => {
    assert.equal(pathWithoutFindings(path, scanner([NEEDLE]), 'repository-file'), want);
  });
