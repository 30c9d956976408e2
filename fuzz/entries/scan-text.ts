import { scanner } from '../../src/detect/index.ts';
import { promise, promiseUnmarked } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { promiseFindings } from '../findings.ts';
import { ALL_DETECTORS, SCAN_MOST, sceneOf, scannedSeeds, scannedWords } from './scan.ts';

/** The input, behind its first byte, is read as UTF-16 in one order, so that surrogates stand anywhere. */
function textOf(input: Uint8Array): string {
  const bytes = Buffer.from(input.subarray(1));
  // Node 24.21 writes behind its memory where an odd number of bytes at an odd address is decoded.
  return bytes.subarray(0, bytes.length - (bytes.length % 2)).toString('utf16le');
}

const wide = (bytes: Uint8Array): Uint8Array => Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf16le');

export const scanTextEntry: FuzzEntry = {
  name: 'scan-text',
  about: 'all detectors over any string, lone surrogates too: places in UTF-16 are places in its UTF-8',
  maxBytes: 256 * 1024,
  most: { ...SCAN_MOST, msPerMb: 2 * SCAN_MOST.msPerMb },
  open(material): OpenEntry {
    const all = scanner(ALL_DETECTORS);
    const ids = new Set<string>(all.ids);
    return {
      seeds: scannedSeeds(material).map((seed) => Buffer.concat([seed.subarray(0, 1), wide(seed.subarray(1))])),
      words: [
        ...scannedWords().map(wide),
        ...[0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfeff, 0xfffe, 0].map((unit) => Buffer.of(unit & 0xff, unit >> 8)),
      ],
      run(input, watch) {
        if (input.length === 0) return '';
        const [scene, text] = [sceneOf(input[0]), textOf(input)];
        const findings = watch.time(() => all.scanText(text, scene));
        promiseUnmarked(findings, 'a finding');
        promiseFindings(Buffer.from(text, 'utf8'), findings, ids);
        for (const { startUtf16, endUtf16, startByte, endByte, detectorId } of findings) {
          promise(endUtf16 <= text.length, `${detectorId}: it lies behind the text`);
          const bytes = Buffer.byteLength(text.slice(startUtf16, endUtf16), 'utf8');
          promise(bytes === endByte - startByte, `${detectorId}: its units are not its bytes`);
        }
        return [...new Set(findings.map(({ detectorId }) => detectorId))].sort().join(' ');
      },
    };
  },
};
