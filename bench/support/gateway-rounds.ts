import { cpuMs, syncMs } from './process-cost.ts';
import type { LoadBodies } from './gateway-load.ts';
import type { ModelMode } from './gateway-model.ts';
import { PORTKEY } from './gateway-portkey.ts';
import type { Candidate, CandidateName, GatewayStage } from './gateway-stage.ts';

/** What the disk of the log takes for one record in the same rounds; a request of ours waits for two. */
export const SYNC = 'one synced append';

/** What each gave in each round. */
export type Rounds = ReadonlyMap<CandidateName | typeof SYNC, readonly Round[]>;

export interface Round {
  /** Milliseconds, or requests per second. */
  readonly value: number;
  /** CPU milliseconds of the candidate's process for one request; null where there is no process. */
  readonly cpuMs: number | null;
}

/** What is sent to everybody, and what the model answers. */
export interface Load {
  readonly bodies: LoadBodies;
  readonly mode: ModelMode;
}

/** Connections of a load that is sent at once. */
export const CONNECTIONS = 16;
const RATE_ROUNDS = 7;
const RATE_MS = 1_000;
/** Milliseconds of the load that comes first, for everybody: code is compiled and connections are made. */
export const WARM_UP_MS = 2_500;

/** Lets everybody answer such requests for a while. */
export async function warmUp(stage: GatewayStage, { bodies, mode }: Load): Promise<void> {
  await stage.answerWith(mode);
  for (const { target } of takingPart(stage, mode)) {
    const until = { ms: WARM_UP_MS };
    await stage.load<'at once'>({ word: 'at once', target, bodies, seed: 7, connections: 4, until });
  }
}

/** The median time of requests that come one behind the other, in rounds in which all take their turn. */
export async function latencyRounds(
  stage: GatewayStage,
  { bodies, mode }: Load,
  what: 'totalMs' | 'firstTokenMs',
  times: { readonly rounds: number; readonly requests: number },
): Promise<Rounds> {
  await stage.answerWith(mode);
  const all = new Map<CandidateName | typeof SYNC, Round[]>();
  for (let round = 0; round < times.rounds; round += 1) {
    add(all, SYNC, { value: await syncMs(stage.folder), cpuMs: null });
    const word = { word: 'in turn', bodies, seed: 1_000 + round, count: times.requests } as const;
    for (const { name, target, pid } of takingPart(stage, mode)) {
      const beforeMs = pid === null ? 0 : cpuMs(pid);
      const got = await stage.load<'in turn'>({ ...word, target });
      // A conversation that is led up to costs more than what is measured of it.
      const isWhole = pid !== null && bodies.kind !== 'conversation';
      const cost = isWhole ? (cpuMs(pid) - beforeMs) / times.requests : null;
      add(all, name, { value: median(got[what]), cpuMs: cost });
    }
  }
  return all;
}

/** Requests per second over {@link CONNECTIONS}, in rounds in which all take their turn. */
export async function rateRounds(stage: GatewayStage, { bodies, mode }: Load): Promise<Rounds> {
  await stage.answerWith(mode);
  const all = new Map<CandidateName | typeof SYNC, Round[]>();
  for (let round = 0; round < RATE_ROUNDS; round += 1) {
    const until = { ms: RATE_MS };
    const word = { word: 'at once', bodies, seed: round, connections: CONNECTIONS, until } as const;
    for (const { name, target, pid } of takingPart(stage, mode)) {
      const beforeMs = pid === null ? 0 : cpuMs(pid);
      const { count, elapsedMs } = await stage.load<'at once'>({ ...word, target });
      const cost = pid === null ? null : (cpuMs(pid) - beforeMs) / count;
      add(all, name, { value: (count / elapsedMs) * 1_000, cpuMs: cost });
    }
  }
  return all;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The peer answers every stream with a failure. */
function takingPart(stage: GatewayStage, mode: ModelMode): readonly Candidate[] {
  return stage.candidates.filter(({ name }) => name !== PORTKEY || mode === 'json');
}

function add<Name>(all: Map<Name, Round[]>, name: Name, round: Round): void {
  const rounds = all.get(name);
  if (rounds === undefined) all.set(name, [round]);
  else rounds.push(round);
}
