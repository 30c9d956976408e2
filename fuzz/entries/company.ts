import { companyDetectors, companyFaults, scanner, streamScanner, withoutContained } from '../../src/detect/index.ts';
import type { CompanyLists } from '../../src/detect/index.ts';
import { MARK, promise, promiseUnmarked } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { promiseFindings } from '../findings.ts';
import { asBytes } from '../material.ts';

/** Between the words, the patterns and the text; words and patterns stand one to a line. */
const SEPARATOR = '\u0001';

const SEEDS: readonly (readonly [string, string, string])[] = [
  ['Nightjar\nProject Blue Heron', 'KD-\\d{6}', 'the nightjarClient of KD-123456, project blue heron'],
  ['Müllermann\nЖар-птица', '(?i)zürich-\\d+', 'MÜLLERMANN und Zürich-77 о Жар-птица'],
  [MARK, '\\b[A-Z]{2}\\d{4}\\b', `AB1234 ${MARK} EF9012`],
  ['aaa\naaaa', '(?:acme|umbrella)-[a-z]{1,8}\nid-\\d{2}:', 'acme-x id-11:id-22: aaaaaaa'],
  ['', '(a{1,9}){1,9}b\n[a-z]{1,20}[a-z]{1,20}\\d', 'aaaaaaaaaaaaaaaaaaaaaaaa'],
  ['', '\\w*abc\\w*\\d\n(?:x+x+)+abcy\nfoo.{0,100}bar', 'xxxxxxxxabcabcabc1 foofoofoofoobar'],
];

const WORDS = [
  ...'\\d \\w \\s \\S \\b \\B \\pL \\p{Greek} \\x{10FFFF} \\Q \\E \\C . .* .+ .*? {1,30} {0,500} {2} ? * + | ( ) (?: (?i) (?s) (?P<n> [ ] [^ [:alpha:] [a-z] ^ $ \\A \\z abc abcd'.split(
    ' ',
  ),
  SEPARATOR,
  '\n',
];

export const companyEntry: FuzzEntry = {
  name: 'company',
  about: 'any words and patterns of a policy over any text: refused with a fault, or found in linear time',
  maxBytes: 64 * 1024,
  // Each of the instructions of a pattern is a step for each byte, and there may be some thousand.
  most: { baseMs: 1500, msPerMb: 150_000 },
  open(): OpenEntry {
    return {
      seeds: asBytes(SEEDS.map((parts) => parts.join(SEPARATOR))),
      words: asBytes(WORDS),
      run(input, watch) {
        const [words = '', patterns = '', ...rest] = Buffer.from(input).toString('utf8').split(SEPARATOR);
        const lists: CompanyLists = {
          words: [{ name: 'words', words: linesOf(words) }],
          patterns: linesOf(patterns).map((pattern, at) => ({ name: `pattern-${at}`, pattern })),
        };
        const faults = watch.time(() => companyFaults(lists));
        promiseUnmarked(faults, 'a fault');
        if (faults.length > 0) {
          promise(isRefused(lists), 'lists with faults are taken');
          return faults.join(' ').replaceAll(/\d+/g, '').slice(0, 200);
        }
        const bytes = Buffer.from(rest.join(SEPARATOR));
        const scene = { source: 'tool-result', path: null } as const;
        const own = scanner(watch.time(() => companyDetectors(lists)));
        const findings = watch.time(() => own.scan(bytes, scene));
        promiseUnmarked(findings, 'a finding');
        if (bytes[0] !== 0xff && bytes[0] !== 0xfe) promiseFindings(bytes, findings, new Set<string>(own.ids));
        const stream = streamScanner(own, { scene, gatherBytes: 1 });
        const half = bytes.length >> 1;
        const told = [...stream.push(bytes.subarray(0, half)), ...stream.push(bytes.subarray(half)), ...stream.end()];
        const whole = withoutContained(own.rawMatches(bytes, 0, bytes.length, scene));
        promise(
          JSON.stringify(withoutContained(told)) === JSON.stringify(whole),
          'a stream tells something else than the whole',
        );
        return `${lists.words.length} ${lists.patterns.length} ${Math.min(findings.length, 5)}`;
      },
    };
  },
};

/** Most of either: the bounds on their number have tests of their own. */
const MAX_LINES = 40;

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n').slice(0, MAX_LINES);
}

function isRefused(lists: CompanyLists): boolean {
  try {
    companyDetectors(lists);
    return false;
  } catch (error) {
    return error instanceof TypeError;
  }
}
