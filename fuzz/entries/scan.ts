import { INJECTION_DETECTORS, PII_DETECTORS, SECRET_DETECTORS, SOURCE_KINDS, scanner } from '../../src/detect/index.ts';
import type { ScanScene } from '../../src/detect/index.ts';
import { utf16Text } from '../../src/detect/scan/utf16-text.ts';
import { promise, promiseUnmarked } from '../entry.ts';
import type { CpuBound, FuzzEntry, OpenEntry } from '../entry.ts';
import { promiseFindings } from '../findings.ts';
import { asBytes, detectorWords, drawnTokens, TEXTS } from '../material.ts';
import type { Material } from '../material.ts';

export const ALL_DETECTORS = [...SECRET_DETECTORS, ...PII_DETECTORS, ...INJECTION_DETECTORS];

/** What the scanner may take for the worst text that there is. */
export const SCAN_MOST: CpuBound = { baseMs: 30, msPerMb: 4000 };

const PATHS = [null, 'src/a.ts', 'README.md', '.env', '.netrc', '.pgpass', 'credentials'] as const;

/** The first byte says where a text comes from, so that an input is a file. */
export function sceneOf(first: number | undefined): ScanScene {
  const number = first ?? 0;
  return {
    source: SOURCE_KINDS[number % SOURCE_KINDS.length] ?? 'user-prompt',
    path: PATHS[(number >> 3) % PATHS.length] ?? null,
  };
}

/** Texts with a scene in front of each. */
export function scannedSeeds({ rows }: Material): readonly Uint8Array[] {
  const texts = [...TEXTS, ...drawnTokens().map((token) => `KEY=${token}\n`), ...Object.values(rows).flat()];
  return texts.map((text, at) => Buffer.concat([Buffer.of(at % 64), Buffer.from(text)]));
}

export function scannedWords(): readonly Uint8Array[] {
  return asBytes([...detectorWords(ALL_DETECTORS), ...drawnTokens(), ...TEXTS.filter((text) => text.length < 100)]);
}

export const scanEntry: FuzzEntry = {
  name: 'scan',
  about: 'all detectors over any bytes: findings are as promised, hold no text, and time is linear',
  maxBytes: 256 * 1024,
  most: SCAN_MOST,
  open(material): OpenEntry {
    const all = scanner(ALL_DETECTORS);
    const ids = new Set<string>(all.ids);
    return {
      seeds: scannedSeeds(material),
      words: scannedWords(),
      run(input, watch) {
        const [scene, bytes] = [sceneOf(input[0]), input.subarray(1)];
        const before = Buffer.from(bytes);
        const findings = watch.time(() => all.scan(bytes, scene));
        promise(before.equals(bytes), 'the bytes were changed');
        promiseUnmarked(findings, 'a finding');
        if (utf16Text(bytes) === null) promiseFindings(bytes, findings, ids);
        else for (const each of findings) promise(each.endByte <= bytes.length, 'a finding lies behind UTF-16');
        return [...new Set(findings.map(({ detectorId }) => detectorId))].sort().join(' ');
      },
    };
  },
};
