import { BrokenPromise } from './entry.ts';
import type { CpuBound, FuzzEntry, OpenEntry } from './entry.ts';
import { drawFrom } from './draw.ts';
import type { Material } from './material.ts';
import { mutated } from './mutate.ts';
import { reduced } from './reduce.ts';
import { stopwatch } from './stopwatch.ts';

/** Something that does not hold, with an input that shows it. */
export interface FuzzFinding {
  /** One line, the same for the same fault. */
  readonly fault: string;
  readonly input: Uint8Array;
}

/** The input of those of some size that took most time for its length. */
export interface WorstInput {
  readonly msPerMb: number;
  readonly ms: number;
  readonly input: Uint8Array;
}

export interface CampaignResult {
  readonly executions: number;
  readonly findings: readonly FuzzFinding[];
  readonly worst: WorstInput | null;
  /** Most milliseconds of CPU time that any input took, long or short. */
  readonly mostMs: number;
  /** How much longer four times the input took, at most, of those inputs that took longest for their length. */
  readonly growth: number | null;
  /** Inputs that did something new. */
  readonly kept: number;
}

export interface CampaignPlan {
  readonly entry: FuzzEntry;
  readonly material: Material;
  readonly seed: number;
  /** Seeds that are run as they are, evenly taken; all of them are changed. */
  readonly seedsMost: number;
  /** Asked before each input: whether to go on. */
  goesOn(executions: number): boolean;
  /** Told each input before it is run: the one that never ends is then known. */
  running?(input: Uint8Array): void;
  progress?(executions: number, findings: number): void;
  /** Whether findings are made shorter, and the inputs that took longest tried for how time grows. */
  readonly isThorough: boolean;
}

/** More faults than these say nothing more. */
const MAX_FINDINGS = 20;
/** Inputs that are kept: later ones take the place of any. */
const MAX_KEPT = 3000;
/** Shorter inputs take what it takes to begin. */
const WORST_LEAST_BYTES = 4096;
/** Inputs by their time for their length that are kept, to find longer ones. */
const SLOW_KEPT = 12;

/** Runs changed inputs, one after the other. */
export async function campaign(plan: CampaignPlan): Promise<CampaignResult> {
  const { entry, material, seed, isThorough } = plan;
  const open = entry.open(material);
  const draw = drawFrom(seed);
  const kept: Uint8Array[] = [];
  const known = new Set<string>();
  const findings = new Map<string, FuzzFinding>();
  const slow: WorstInput[] = [];
  let [executions, mostMs] = [0, 0];

  const note = async (fault: string, input: Uint8Array): Promise<void> => {
    if (findings.has(fault) || findings.size >= MAX_FINDINGS) return;
    findings.set(fault, { fault, input });
    if (!isThorough) return;
    const shorter = await reduced(input, async (other) => (await tried(open, entry.most, other, plan)).fault === fault);
    findings.set(fault, { fault, input: shorter });
  };
  const execute = async (input: Uint8Array): Promise<void> => {
    executions += 1;
    const { fault, did, ms } = await tried(open, entry.most, input, plan);
    if (fault !== null) await note(fault, input);
    mostMs = Math.max(mostMs, ms);
    if (input.length >= WORST_LEAST_BYTES) await keepSlow(slow, open, input, ms);
    if (did === null || known.has(did)) return;
    known.add(did);
    if (kept.length < MAX_KEPT) kept.push(input);
    else kept[draw.below(kept.length)] = input;
  };
  try {
    const bases = [...open.seeds];
    const stock = { words: open.words, maxBytes: entry.maxBytes, other: () => draw.of(bases) ?? new Uint8Array() };
    const step = Math.max(1, Math.ceil(bases.length / plan.seedsMost));
    for (const input of bases.filter((_, at) => at % step === 0)) await execute(input.subarray(0, entry.maxBytes));
    while (plan.goesOn(executions)) {
      const from = draw.oneIn(10) ? slow.map(({ input }) => input) : draw.oneIn(3) ? bases : kept;
      await execute(mutated(draw.of(from) ?? stock.other(), draw, stock));
      plan.progress?.(executions, findings.size);
    }
    let growth: number | null = null;
    if (isThorough)
      for (const worst of slow.slice(0, GROWN)) {
        const { input } = worst;
        plan.running?.(input);
        const times = await growthOf(open, worst);
        if (times === null) continue;
        growth = Math.max(growth ?? 0, times);
        if (times > MOST_GROWTH)
          await note(`time: four times the input takes over ${MOST_GROWTH} times as long`, input);
      }
    return { executions, findings: [...findings.values()], worst: slow[0] ?? null, mostMs, growth, kept: kept.length };
  } finally {
    open.close?.();
  }
}

interface Trial {
  readonly fault: string | null;
  readonly did: string | null;
  readonly ms: number;
}

/** Times that an input is run anew before it counts as too slow: another program may have held the machine. */
const SLOW_TRIES = 4;

/** Runs one input once, or as often as it takes to be sure that it is too slow. */
export async function tried(
  open: OpenEntry,
  most: CpuBound,
  input: Uint8Array,
  { running }: Pick<CampaignPlan, 'running'> = {},
): Promise<Trial> {
  running?.(input);
  const first = await once(open, input);
  if (first.fault !== null) return first;
  const mostMs = most.baseMs + (most.msPerMb * input.length) / 1e6;
  let { ms } = first;
  for (let turn = 0; turn < SLOW_TRIES && ms > mostMs; turn += 1) {
    running?.(input);
    ms = Math.min(ms, (await once(open, input)).ms);
  }
  return ms > mostMs
    ? { ...first, fault: 'time: an input takes longer than the bound of its entry', ms }
    : { ...first, ms };
}

async function once(open: OpenEntry, input: Uint8Array): Promise<Trial> {
  const watch = stopwatch();
  try {
    const did = await open.run(input, watch);
    return { fault: null, did, ms: watch.ms };
  } catch (error) {
    return { fault: faultOf(error), did: null, ms: watch.ms };
  }
}

/** Names a fault by what was thrown and where, without its message: that may hold the input. */
function faultOf(error: unknown): string {
  if (error instanceof BrokenPromise) return `promise: ${error.message}`;
  if (!(error instanceof Error)) return 'threw something that is no error';
  const frames = (error.stack ?? '').split('\n').filter((line) => line.includes('/src/'));
  const place = /\/src\/([\w./-]+:\d+)/.exec(frames[0] ?? '')?.[1] ?? 'an unknown place';
  return `threw ${error.name} at ${place}`;
}

async function keepSlow(slow: WorstInput[], open: OpenEntry, input: Uint8Array, firstMs: number): Promise<void> {
  const perMb = (ms: number): number => (ms / input.length) * 1e6;
  const least = slow.length < SLOW_KEPT ? 0 : (slow.at(-1)?.msPerMb ?? 0);
  if (perMb(firstMs) <= least) return;
  // The first run of a kind of input is compiled while it runs.
  let ms = firstMs;
  for (let turn = 0; turn < 2; turn += 1) ms = Math.min(ms, (await once(open, input)).ms);
  if (perMb(ms) <= least) return;
  slow.push({ msPerMb: perMb(ms), ms, input });
  slow.sort((one, other) => other.msPerMb - one.msPerMb);
  slow.length = Math.min(slow.length, SLOW_KEPT);
}

/** Inputs that are tried for how time grows with their length, the slowest first. */
const GROWN = 6;
/** Milliseconds that the shorter of two inputs takes, about, and how often each is run. */
const GROWTH_MS = 25;
const GROWTH_TRIES = 3;
const GROWTH_MOST_BYTES = 1024 * 1024;
/** Four times the input takes four times as long, give or take what memory and the collection of garbage do. */
const MOST_GROWTH = 9;
/** Under this many milliseconds, time is noise. */
const GROWTH_LEAST_MS = 4;

/** How much longer an input takes that is repeated four times as often; null where it cannot be told. */
async function growthOf(open: OpenEntry, { input, ms }: WorstInput): Promise<number | null> {
  const wanted = Math.min(GROWTH_MS / Math.max(ms, 0.1), GROWTH_MOST_BYTES / input.length);
  const times = Math.max(1, Math.round(wanted));
  const short = Buffer.alloc(times * input.length, input);
  const long = Buffer.alloc(4 * short.length, input);
  let [shortMs, longMs] = [Infinity, Infinity];
  for (let turn = 0; turn < GROWTH_TRIES; turn += 1) {
    shortMs = Math.min(shortMs, (await once(open, short)).ms);
    longMs = Math.min(longMs, (await once(open, long)).ms);
  }
  return shortMs < GROWTH_LEAST_MS ? null : longMs / shortMs;
}
