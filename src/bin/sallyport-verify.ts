// The program of one file that auditors are given: nothing of it but Node itself is needed to run.
import { statSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { SallyportError, UsageError } from '../core/error.ts';
import { MAX_PROOF_BYTES, folderTree, proofText, reportText, verify, verifyProof } from '../verify/index.ts';
import type { ReportText, VerifyProgress } from '../verify/index.ts';
import { localAnchor, trustedKeys } from './verify-trust.ts';

const USAGE = `usage: node sallyport-verify.mjs FOLDER [--key VKEY|FILE]... [--witness VKEY|FILE]... [--anchor FOLDER|FILE]...
                                [--deep] [--json]
       node sallyport-verify.mjs proof FILE --key VKEY|FILE... [--witness VKEY|FILE]... [--json]

Checks the folder of a log, or a folder that one was delivered to, or a proof of one record. Exits 0 where everything is as it
was written, 3 where something is not, 1 where it could not be checked, 2 where it was called wrongly.
`;

/** Places that `sallyport audit verify` takes besides. */
const ADDRESS = /^(?:https?:\/\/|s3:\/\/|git:)/;

/** Milliseconds between two lines of progress on a terminal. */
const REPAINT_MS = 100;

const OPTIONS = {
  key: { type: 'string', multiple: true, default: [] as string[] },
  witness: { type: 'string', multiple: true, default: [] as string[] },
  anchor: { type: 'string', multiple: true, default: [] as string[] },
  deep: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

void main();

async function main(): Promise<void> {
  try {
    process.exitCode = await run(process.argv.slice(2));
  } catch (error) {
    const message = error instanceof Error ? error.message : 'failed';
    process.stderr.write(`error: ${shown(message)}\n`);
    if (error instanceof SallyportError && error.hint !== null) process.stderr.write(`hint: ${shown(error.hint)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

async function run(words: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(words);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [first, second] = positionals;
  const isProof = first === 'proof' && second !== undefined;
  const path = isProof ? second : first;
  if (path === undefined || positionals.length > (isProof ? 2 : 1)) throw new UsageError('name one folder or proof');
  const keys = trustedKeys(values.key, 'log');
  const witnesses = trustedKeys(values.witness, 'witness');
  if (isProof) {
    if (keys.length === 0) throw new UsageError('a proof shows nothing without --key');
    if (statSync(path).size > MAX_PROOF_BYTES) throw new UsageError('it is longer than a proof is');
    const verdict = verifyProof(readFileSync(path, 'utf8'), { keys, witnesses });
    print(values.json, verdict, proofText(verdict));
    return verdict.ok ? 0 : 3;
  }
  const address = [path, ...values.anchor].find((given) => ADDRESS.test(given));
  if (address !== undefined) {
    throw new UsageError(`\`${address}\` is no folder and no file, and this program reads nothing else`, {
      hint: 'copy what lies there, or give it to `sallyport audit verify`',
    });
  }
  const anchors = values.anchor.map(localAnchor);
  const report = await verify(folderTree(resolve(path)), {
    trust: { keys, witnesses, anchors },
    isDeep: values.deep,
    onProgress: progress(),
  });
  print(values.json, report, reportText(report));
  return report.ok ? 0 : 3;
}

function parsed(
  words: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : 'called wrongly', { cause, hint: 'see --help' });
  }
}

function progress(): (progress: VerifyProgress) => void {
  let paintedAtMs = 0;
  return ({ bytes, totalBytes, records }) => {
    if (!process.stderr.isTTY) return;
    const isEnd = bytes >= totalBytes;
    if (!isEnd && performance.now() - paintedAtMs < REPAINT_MS) return;
    paintedAtMs = performance.now();
    const percent = totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes);
    process.stderr.write(isEnd ? '\r\x1b[2K' : `\r\x1b[2Kverifying ${percent} % (${records} records)`);
  };
}

function print(isJson: boolean, found: object, { answer, notes }: ReportText): void {
  if (isJson) process.stdout.write(`${JSON.stringify(found)}\n`);
  else {
    for (const note of notes) process.stderr.write(`warning: ${shown(note)}\n`);
    for (const entry of answer) process.stdout.write(`${shown(entry)}\n`);
  }
}

/** Names of files and keys may be anyone's: nothing of them moves the cursor or hides. */
function shown(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
