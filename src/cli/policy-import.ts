import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { writeWhole } from '../bin/state-folder.ts';
import { UsageError } from '../core/error.ts';
import { MAX_IMPORT_BYTES, formatImportDiagnostic, importDocuments } from '../import/index.ts';
import type { ImportDiagnostic, ImportResult } from '../import/index.ts';
import { ruleReading } from '../predict/index.ts';
import { EXIT } from './exit-code.ts';
import type { SetExitCode } from './program.ts';

interface ImportOptions {
  readonly out?: string;
  readonly name: string;
  readonly json?: boolean;
}

/** Adds `policy import`. */
export function addPolicyImportCommand(policy: Command, setExitCode: SetExitCode): void {
  policy
    .command('import')
    .description('make a policy of the same intent from settings of the client, and say what became of each entry')
    .argument('<file...>', 'managed-settings.json, settings.json, managed-mcp.json and the like')
    .option('--out <file>', 'the policy; none is overwritten (default: standard output)')
    .option('--name <name>', 'name of the policy', nameOf, 'imported')
    .option('--json', 'print the policy and the diagnostics as JSON')
    .action((files: readonly string[], options: ImportOptions) => {
      const out = options.out === undefined ? null : resolve(options.out);
      if (out !== null && existsSync(out))
        throw new UsageError(`\`${out}\` is there already`, { hint: 'name another file, or remove that one' });
      const sources = files.map((file) => ({ file, bytes: readBounded(file) }));
      const result = importDocuments(sources, { name: options.name, readRule: ruleReading });
      if (out !== null && result.policy !== null) writeWhole(out, result.policy.text);
      if (options.json === true) process.stdout.write(`${JSON.stringify(shownResult(result, out))}\n`);
      else writeForPeople(result, out);
      if (result.policy === null) setExitCode(EXIT.failed);
    });
}

function writeForPeople({ policy, diagnostics }: ImportResult, out: string | null): void {
  for (const one of diagnostics) process.stderr.write(`${formatImportDiagnostic(one)}\n`);
  process.stderr.write(`${summary(diagnostics)}\n`);
  if (policy === null) process.stderr.write('error: nothing was imported\n');
  else if (out === null) process.stdout.write(policy.text);
  else process.stderr.write(`hint: read ${basename(out)}, then run \`sallyport policy check ${out}\`\n`);
}

function shownResult({ policy, diagnostics }: ImportResult, out: string | null): object {
  return {
    policy: policy === null || out !== null ? null : policy.text,
    out: policy === null ? null : out,
    diagnostics,
  };
}

function summary(diagnostics: readonly ImportDiagnostic[]): string {
  const count = (severity: ImportDiagnostic['severity']): number =>
    diagnostics.filter((one) => one.severity === severity).length;
  return `${diagnostics.length} ${diagnostics.length === 1 ? 'entry' : 'entries'}: ${count('note')} kept, ${count('warning')} to look at, ${count('error')} at fault`;
}

/** The bytes of a file, at most one more than an import takes; null where it cannot be read. */
function readBounded(file: string): Buffer | null {
  const bytes = Buffer.alloc(MAX_IMPORT_BYTES + 1);
  try {
    const descriptor = openSync(file, 'r');
    try {
      let length = 0;
      for (let got = -1; got !== 0 && length < bytes.length; length += got)
        got = readSync(descriptor, bytes, length, bytes.length - length, null);
      return bytes.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

function nameOf(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('a name is lower-case letters, digits and hyphens, at most 63 of them');
}
