// Fuzzes one place where untrusted bytes come in: `npm run fuzz -- ENTRY --minutes N --seed S [--json]`, or runs one input
// again: `npm run fuzz -- ENTRY --replay FILE`. Exit 0 nothing found, 2 usage, 3 something found.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tried } from '../fuzz/campaign.ts';
import { FUZZ_ENTRIES } from '../fuzz/entries.ts';
import type { FuzzEntry } from '../fuzz/entry.ts';
import { ownMaterial } from '../fuzz/material.ts';
import { watchedCampaign } from '../fuzz/watched-campaign.ts';
import { progressLine } from '../src/cli/progress-line.ts';

const EXIT = { done: 0, usage: 2, found: 3 } as const;

function usage(problem: string): never {
  const names = FUZZ_ENTRIES.map(({ name, about }) => `  ${name.padEnd(16)}${about}\n`).join('');
  process.stderr.write(
    `error: ${problem}\nusage: npm run fuzz -- ENTRY [--minutes N] [--seed S] [--out FOLDER] [--replay FILE] [--json]\n${names}`,
  );
  process.exit(EXIT.usage);
}

interface Order {
  readonly entry: FuzzEntry;
  readonly minutes: number;
  readonly seed: number;
  readonly out: string;
  readonly replay: string | undefined;
  readonly isJson: boolean;
}

function order(): Order {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        minutes: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        out: { type: 'string', default: join(tmpdir(), 'sallyport-fuzz') },
        replay: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const entry = FUZZ_ENTRIES.find(({ name }) => name === positionals[0]);
    if (entry === undefined || positionals.length > 1) usage('name one entry');
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
    if (!(minutes > 0 && minutes <= 24 * 60)) usage('--minutes takes a number above 0');
    if (!Number.isSafeInteger(seed) || seed < 0) usage('--seed takes a whole number');
    return { entry, minutes, seed, out: values.out, replay: values.replay, isJson: values.json };
  } catch (error) {
    usage(error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'these are no options');
  }
}

async function fuzz({ entry, minutes, seed, out, isJson }: Order): Promise<number> {
  const line = progressLine(() => performance.now());
  const startedMs = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedMs) / 1000);
  const result = await watchedCampaign({
    entry,
    seed,
    forMs: minutes * 60_000,
    progress: (executions, findings) =>
      line.show(`${entry.name}: ${executions} inputs in ${seconds()} s, ${findings} findings`),
  });
  line.clear();
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const kept = (input: Uint8Array, what: string): string => {
    const file = join(out, `${entry.name}-${what}.bin`);
    writeFileSync(file, input, { mode: 0o600 });
    return file;
  };
  const findings = result.findings.map(({ fault, input }) => ({
    fault,
    bytes: input.length,
    file: kept(input, createHash('sha256').update(fault).digest('hex').slice(0, 12)),
  }));
  const { executions, mostMs, growth, peakRssMb, origin, kept: keptInputs, worst } = result;
  const report = {
    entry: entry.name,
    seed,
    seconds: seconds(),
    executions,
    findings,
    worst:
      worst === null
        ? null
        : {
            msPerMb: round(worst.msPerMb),
            ms: round(worst.ms),
            bytes: worst.input.length,
            file: kept(worst.input, 'worst'),
          },
    mostMs: round(mostMs),
    growth: growth === null ? null : round(growth),
    keptInputs,
    peakRssMb: Math.round(peakRssMb),
    material: origin,
  };
  process.stdout.write(isJson ? `${JSON.stringify(report)}\n` : reportText(report));
  return findings.length > 0 ? EXIT.found : EXIT.done;
}

interface Report {
  readonly entry: string;
  readonly seed: number;
  readonly seconds: number;
  readonly executions: number;
  readonly findings: readonly { readonly fault: string; readonly bytes: number; readonly file: string }[];
  readonly worst: {
    readonly msPerMb: number;
    readonly ms: number;
    readonly bytes: number;
    readonly file: string;
  } | null;
  readonly mostMs: number;
  readonly growth: number | null;
  readonly peakRssMb: number;
  readonly material: string;
}

function reportText({
  entry,
  seed,
  seconds,
  executions,
  findings,
  worst,
  mostMs,
  growth,
  peakRssMb,
  material,
}: Report): string {
  const lines = [
    `${entry}: ${executions} inputs in ${seconds} s from seed ${seed}, ${findings.length} findings; made of: ${material}`,
    `most time: ${mostMs} ms; ${worst === null ? 'no input was long' : `for its length: ${worst.msPerMb} ms per MB (${worst.bytes} bytes, ${worst.file})`}`,
    `four times the worst: ${growth === null ? 'too quick to tell' : `${growth} times the time`}; memory: ${peakRssMb} MB at most`,
    ...findings.flatMap(({ fault, bytes, file }) => [
      `FINDING ${fault} (${bytes} bytes)`,
      `  npm run fuzz -- ${entry} --replay ${file}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

async function replay({ entry, isJson }: Order, file: string): Promise<number> {
  const input = readFileSync(file);
  const open = entry.open(ownMaterial());
  try {
    const { fault, ms } = await tried(open, entry.most, input);
    const report = { entry: entry.name, bytes: input.length, ms: round(ms), fault };
    process.stdout.write(
      isJson
        ? `${JSON.stringify(report)}\n`
        : `${fault ?? 'nothing is wrong'}; ${report.ms} ms for ${report.bytes} bytes\n`,
    );
    return fault === null ? EXIT.done : EXIT.found;
  } finally {
    open.close?.();
  }
}

function round(number: number): number {
  return Number(number.toPrecision(3));
}

const given = order();
process.exit(given.replay === undefined ? await fuzz(given) : await replay(given, given.replay));
