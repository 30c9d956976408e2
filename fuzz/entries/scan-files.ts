import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findingLine, reportJson, summaryLine } from '../../src/cli/scan-report.ts';
import { scanAll, scanTools } from '../../src/cli/scan-run.ts';
import { reportSarif } from '../../src/cli/scan-sarif.ts';
import { hasActing, MARK, promise, promiseUnmarked } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { asBytes, drawnTokens, TEXTS } from '../material.ts';
import { SCAN_MOST, scannedWords } from './scan.ts';

/** Between files, and between the name of a file and what it holds. */
const FILE_SEPARATOR = 0x1c;
const NAME_SEPARATOR = 0x1d;

const SEEDS: readonly (readonly [string, string])[] = [
  ...TEXTS.map((text, at) => [`f${at}.txt`, text] as const),
  ['.env', `A_TOKEN=${drawnTokens()[0] ?? ''}\n`],
  ['folder/.netrc', `machine x login y password ${drawnTokens()[1] ?? ''}`],
  ['>loop', '.'],
  ['>gone', 'nowhere'],
  ['\u001b[31mred\n\u202e', `token = "${drawnTokens()[2] ?? ''}"`],
  ['wide', Buffer.from(`\ufeffpassword = "${MARK}9X!a"`, 'utf16le').toString('latin1')],
];

export const scanFilesEntry: FuzzEntry = {
  name: 'scan-files',
  about: '`sallyport scan` over a folder of hostile files and names: it ends, reports are whole, names are harmless',
  maxBytes: 128 * 1024,
  most: { baseMs: 500, msPerMb: 4 * SCAN_MOST.msPerMb },
  open({ rows }): OpenEntry {
    const top = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-'));
    let turn = 0;
    const tools = scanTools({ ...PLAN, isAll: true });
    const seeds = SEEDS.map(([name, content]) =>
      Buffer.concat([Buffer.from(name), Buffer.of(NAME_SEPARATOR), Buffer.from(content)]),
    );
    return {
      seeds: [...seeds, joined(seeds), ...asBytes(rows.secrets.map((row) => `row\u001d${row}`))],
      words: [
        ...scannedWords(),
        Buffer.of(FILE_SEPARATOR),
        Buffer.of(NAME_SEPARATOR),
        ...asBytes(['>link\u001d.', '/', '../', '.git']),
      ],
      async run(input, watch) {
        turn += 1;
        const ready = await tools;
        const folder = join(top, String(turn));
        mkdirSync(folder);
        try {
          writeTree(folder, input);
          const { report } = await watch.timeAsync(() => scanAll([folder], { ...PLAN, isAll: turn % 64 > 0 }, ready));
          const printed = [
            reportJson(report),
            reportSarif(report, '0.0.0'),
            summaryLine(report),
            ...report.findings.map(findingLine),
          ];
          for (const text of printed) {
            promiseUnmarked(text, 'a report');
            promise(text.endsWith('\n') && !hasActing(text.slice(0, -1)), 'a report holds what acts on a terminal');
          }
          promise(typeof JSON.parse(printed[0] ?? '') === 'object', 'the report is no JSON');
          for (const { start, end, startByte, endByte } of report.findings)
            promise(
              startByte < endByte && start.line <= end.line && start.line >= 1 && start.column >= 1,
              'a place is none',
            );
          return `${report.files} ${report.binary} ${report.unread.map(({ problem }) => problem).join(' ')} ${report.findings.length}`;
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
      close: () => rmSync(top, { recursive: true, force: true }),
    };
  },
};

const PLAN = {
  areas: ['secrets', 'injection', 'pii'],
  source: 'repository-file',
  isStaged: false,
  company: null,
  allowed: null,
} as const;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts.flatMap((part, at) => (at === 0 ? [part] : [Buffer.of(FILE_SEPARATOR), part])));
}

/** Most files of one input. */
const MAX_FILES = 12;

function writeTree(folder: string, input: Uint8Array): void {
  const parts = Buffer.from(input).toString('latin1').split(String.fromCharCode(FILE_SEPARATOR)).slice(0, MAX_FILES);
  for (const [at, part] of parts.entries()) {
    const [name = '', ...content] = part.split(String.fromCharCode(NAME_SEPARATOR));
    // A name is bytes that are no slash and no zero, so that nothing is written outside of the folder.
    const isLink = name.startsWith('>');
    // Names are told; what files hold is not.
    const safe = name.replaceAll(/[/\0]/g, '_').replaceAll(new RegExp(MARK, 'gi'), '').slice(0, 200);
    const path = Buffer.concat([Buffer.from(`${folder}/${at}-`), Buffer.from(safe, 'latin1')]);
    const bytes = Buffer.from(content.join(''), 'latin1');
    if (isLink) symlinkSync(linkTarget(folder, bytes), path);
    else writeFileSync(path, bytes);
  }
}

/** Links lead to the folder itself or to nowhere, not out of it. */
function linkTarget(folder: string, bytes: Uint8Array): string {
  return bytes.length % 2 === 0 ? `${folder}/nowhere` : folder;
}
