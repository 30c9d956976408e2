import { INJECTION_DETECTORS, scanner } from '../../src/detect/index.ts';
import { promise, promiseUnmarked } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { promiseFindings } from '../findings.ts';
import { asBytes, detectorWords, TEXTS } from '../material.ts';
import { SCAN_MOST, sceneOf } from './scan.ts';

export const injectionEntry: FuzzEntry = {
  name: 'injection',
  about: 'the signs and the trained model over any bytes: findings are as promised, and the same each time',
  maxBytes: 256 * 1024,
  most: SCAN_MOST,
  open({ rows }): OpenEntry {
    const signs = scanner(INJECTION_DETECTORS);
    const ids = new Set<string>(signs.ids);
    const texts = [...TEXTS, ...rows.injection, ...rows.benign];
    const hidden = [
      '\u200b',
      '\u2060',
      '\u202e',
      '\u{e0001}',
      '\u{e0061}',
      '\u0430',
      '\u00ad',
      '<!--',
      '-->',
      'display:none',
      '](http',
    ];
    return {
      seeds: texts.map((text, at) => Buffer.concat([Buffer.of(at % 8), Buffer.from(text)])),
      words: asBytes([...detectorWords(INJECTION_DETECTORS), ...hidden, ...TEXTS.filter((text) => text.length < 120)]),
      run(input, watch) {
        const [scene, bytes] = [sceneOf(input[0]), input.subarray(1)];
        if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return 'utf-16';
        const findings = watch.time(() => signs.scan(bytes, scene));
        promiseUnmarked(findings, 'a finding');
        promiseFindings(bytes, findings, ids);
        promise(
          JSON.stringify(signs.scan(bytes, scene)) === JSON.stringify(findings),
          'a second scan finds something else',
        );
        return [...new Set(findings.map(({ detectorId }) => detectorId))].sort().join(' ');
      },
    };
  },
};
