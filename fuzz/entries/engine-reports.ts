import { isUtf8 } from 'node:buffer';
import { lakeraCall } from '../../src/engines/lakera.ts';
import { readLeaksReport } from '../../src/engines/leaks-report.ts';
import { llmGuardCall } from '../../src/engines/llm-guard.ts';
import { presidioCall } from '../../src/engines/presidio.ts';
import { readJson } from '../../src/engines/read-json.ts';
import { spanFindings } from '../../src/engines/span-findings.ts';
import type { EngineSpan } from '../../src/engines/span-findings.ts';
import { readTrufflehogReport } from '../../src/engines/trufflehog-report.ts';
import { MARK, promise } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { promiseFindings } from '../findings.ts';
import { asBytes } from '../material.ts';

/** Between what an engine says and the text that it was asked about. */
const SEPARATOR = 0x01;
const TEXT = `a line\nkey = ${MARK} and é\u{1f600} ${MARK}\nlast`;

type Reader = (report: Uint8Array, text: Uint8Array) => readonly EngineSpan[] | null;

const service =
  (call: typeof lakeraCall): Reader =>
  (report, bytes) =>
    isUtf8(bytes) ? call.readAnswer({ text: Buffer.from(bytes).toString('utf8'), bytes }, readJson(report)) : null;

/** By the first byte of an input. */
const READERS: readonly Reader[] = [
  (report, text) => readLeaksReport('gitleaks', text, readJson(report)),
  (report, text) => readLeaksReport('betterleaks', text, readJson(report)),
  (report, text) => readTrufflehogReport(text, report),
  service(llmGuardCall),
  service(lakeraCall),
  service(presidioCall),
];

const leak = { RuleID: 'generic-api-key', Secret: MARK, StartLine: 2, EndLine: 2, StartColumn: 8, EndColumn: 20 };
const place = { startLine: 2, endLine: 2, startColumn: 8, endColumn: 20 };
const REPORTS: readonly (readonly [number, unknown])[] = [
  [0, [leak, { ...leak, StartLine: 99 }, { ...leak, Secret: 'elsewhere' }]],
  [0, Array.from({ length: 300 }, (_, at) => ({ ...leak, Secret: `${MARK}${at}` }))],
  [1, [{ ruleID: 'private-key', secret: MARK, location: place }]],
  [2, { DetectorName: 'Github', Raw: MARK, Verified: false }],
  [3, { is_valid: false, scanners: { PromptInjection: 1, Secrets: 0.4, Anonymize: -1 } }],
  [4, { flagged: true, breakdown: [{ detector_type: 'prompt_attack', detected: true, result: 'l1_confident' }] }],
  [5, [{ entity_type: 'PHONE_NUMBER', start: 3, end: 19, score: 0.85 }]],
];

/** The id of a rule whose name is {@link MARK}. */
const NAMED = new RegExp(`^[a-z]+/(?:gitleaks|betterleaks|trufflehog|llm-guard|lakera|presidio)-${MARK}$`);

const WORDS = [
  ...'RuleID Secret StartLine EndLine StartColumn EndColumn location DetectorName Raw is_valid scanners'.split(' '),
  ...'flagged breakdown detector_type detected confidence l2_very_likely entity_type start end score'.split(' '),
  ...'"__proto__": "constructor": null true [] {} , : 0 -1 1e308 9007199254740992 0.5 "\\ud800" "\\u0000"'.split(' '),
];

export const engineReportsEntry: FuzzEntry = {
  name: 'engine-reports',
  about: 'what outside engines may answer, about any text: findings within it, or refused; never its text',
  maxBytes: 512 * 1024,
  most: { baseMs: 100, msPerMb: 3000 },
  open({ rows }): OpenEntry {
    const seeds = REPORTS.map(([reader, report]) => seed(reader, JSON.stringify(report), TEXT));
    return {
      seeds: [
        ...seeds,
        ...rows.secrets.slice(0, 50).map((row, at) => seed(at % 6, JSON.stringify(REPORTS[at % 6]?.[1]), row)),
      ],
      words: asBytes([...WORDS, MARK]),
      run(input, watch) {
        const cut = input.indexOf(SEPARATOR, 1);
        const [report, text] =
          cut < 0 ? [input.subarray(1), Buffer.from(TEXT)] : [input.subarray(1, cut), input.subarray(cut + 1)];
        const number = (input[0] ?? 0) % READERS.length;
        const findings = watch.time(() => {
          const spans = READERS[number]?.(report, text) ?? null;
          return spans === null ? null : spanFindings(text, spans);
        });
        if (findings === null) return `${number} refused`;
        // Part of a name may be anything; a name that is text is none. In another case it stands nowhere in the text.
        const isOtherCase = Buffer.from(report).toString('latin1').replaceAll(MARK, '').toLowerCase().includes(MARK);
        const isNamed = findings.some(({ detectorId }) => NAMED.test(detectorId));
        promise(isOtherCase || !isNamed, 'a rule is named after the text');
        if (text.length > 0) promiseFindings(text, findings, null);
        return `${number} ${Math.min(findings.length, 4)} ${[...new Set(findings.map(({ detectorId }) => detectorId))].slice(0, 3).join(' ')}`;
      },
    };
  },
};

function seed(reader: number, report: string, text: string): Uint8Array {
  return Buffer.concat([Buffer.of(reader), Buffer.from(report), Buffer.of(SEPARATOR), Buffer.from(text)]);
}
