import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { profiled, topSelfTimes } from './support/cpu-profile.ts';
import { COMPANY_WORD, CREDENTIAL_START, MAIL_DOMAIN } from './support/gateway-bodies.ts';
import type { LoadBodies } from './support/gateway-load.ts';
import { PORTKEY } from './support/gateway-portkey.ts';
import { reportAdded, reportRates, round, told } from './support/gateway-report.ts';
import { CONNECTIONS, WARM_UP_MS, latencyRounds, median, rateRounds, warmUp } from './support/gateway-rounds.ts';
import type { Load } from './support/gateway-rounds.ts';
import { OURS, startStage } from './support/gateway-stage.ts';
import type { Candidate, GatewayStage } from './support/gateway-stage.ts';
import { freePort } from './support/loopback-port.ts';
import { residentMb } from './support/process-cost.ts';

/** Name of the bench on the command line. */
export const name = 'gateway';

const SMALL: Load = { bodies: { kind: 'small', isStream: false }, mode: 'json' };
const STREAM_PACED: Load = { bodies: { kind: 'small', isStream: true }, mode: 'paced' };
const STREAM_BURST: Load = { bodies: { kind: 'small', isStream: true }, mode: 'burst' };
/** A session of about 1 MB: 990 KB that were sent before, and a turn more. */
const CONVERSATION: Load = { bodies: { kind: 'conversation', startBytes: 970_000 }, mode: 'json' };
const SESSION: LoadBodies = { kind: 'session', bytes: 100_000 };

const SMALL_TIMES = { rounds: 15, requests: 24 };
const CONVERSATION_TIMES = { rounds: 8, requests: 8 };
const MEMORY_REQUESTS = 1_000;
const MEMORY_REQUESTS_LONG = 10_000;
const MEMORY_PARTS = 10;
const MEMORY_CONNECTIONS = 4;
const PROFILED_FUNCTIONS = 15;

const ADDED_SMALL = { ms: 0.7, ofPeer: 0.25 };
const ADDED_LARGE = { ms: 2.5, ofPeer: null };
const ADDED_FIRST_TOKEN = { ms: 1.5, ofPeer: null };
const RATE_OF_PEER = 8;
const STREAM_RATE_OF_PIPE = 0.6;
const RESIDENT_MB = 250;
/** How much more memory the last parts of a run may take than those in its middle, to count as flat. */
const FLAT = 1.1;

const ROWS: Readonly<Record<string, (stage: GatewayStage, isLong: boolean) => Promise<void>>> = {
  // First, on a daemon that has done nothing else.
  memory: memoryRow,
  'json-small': async (stage) => {
    await warmUp(stage, SMALL);
    reportAdded('added p50, 4 KB JSON', await latencyRounds(stage, SMALL, 'totalMs', SMALL_TIMES), ADDED_SMALL);
  },
  'json-rate': async (stage) => {
    await warmUp(stage, SMALL);
    reportRates(`requests/s at ${CONNECTIONS}, 4 KB JSON`, await rateRounds(stage, SMALL), PORTKEY, RATE_OF_PEER);
  },
  'json-large': async (stage) => {
    await warmUp(stage, SMALL);
    const rounds = await latencyRounds(stage, CONVERSATION, 'totalMs', CONVERSATION_TIMES);
    reportAdded('added p50, 1 MB of which 10 KB are new', rounds, ADDED_LARGE);
  },
  'first-token': async (stage) => {
    await warmUp(stage, STREAM_PACED);
    const rounds = await latencyRounds(stage, STREAM_PACED, 'firstTokenMs', SMALL_TIMES);
    reportAdded('added time to first token, 4 KB', rounds, ADDED_FIRST_TOKEN);
  },
  'stream-rate': async (stage) => {
    for (const [load, how] of [
      [STREAM_BURST, 'as one write'],
      [STREAM_PACED, 'each a write of its own'],
    ] as const) {
      await warmUp(stage, load);
      const what = `streams/s at ${CONNECTIONS}, 200 deltas ${how}`;
      reportRates(what, await rateRounds(stage, load), 'node pipe', STREAM_RATE_OF_PIPE);
    }
  },
};

/**
 * What the gateway adds between client and model, under full content rules and with its log synced, against no gateway,
 * a bare pipe in Node, nginx and a peer. Model, load and each candidate are processes of their own; the candidates take
 * turns. `--only ROW,ROW` chooses rows, `--long` sends 10,000 requests for the memory, and `--profile FOLDER` writes a
 * CPU profile of each row's load on ours instead of measuring.
 */
export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { only: { type: 'string' }, long: { type: 'boolean' }, profile: { type: 'string' } },
  });
  const rows = values.only?.split(',') ?? Object.keys(ROWS);
  const unknown = rows.find((row) => ROWS[row] === undefined);
  if (unknown !== undefined) throw new TypeError(`there is no row ${unknown}: ${Object.keys(ROWS).join(', ')}`);
  const root = fileURLToPath(new URL('..', import.meta.url));
  execFileSync(process.execPath, ['scripts/prepare.ts'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const port = values.profile === undefined ? null : await freePort();
  const stage = await startStage(root, port === null ? [] : [`--inspect=127.0.0.1:${port}`]);
  try {
    await describe(stage);
    if (port !== null && values.profile !== undefined) await profileRows(stage, rows, port, values.profile);
    else for (const row of rows) await ROWS[row]?.(stage, values.long === true);
  } finally {
    await stage.close();
  }
}

/** Says who takes part, and whether what was planted in a request reaches the model through each. */
async function describe(stage: GatewayStage): Promise<void> {
  for (const { name: who, reason } of stage.absent) {
    process.stderr.write(`note: ${who} takes no turn: ${reason}\n`);
    told({ name: `${who} takes no turn`, reason });
  }
  if (stage.licence !== null) process.stderr.write(`${PORTKEY} is there under ${stage.licence}\n`);
  await stage.answerWith('json');
  const planted = [COMPANY_WORD, CREDENTIAL_START, MAIL_DOMAIN];
  for (const { name: who, target } of stage.candidates) {
    const { status, text } = await stage.load<'one'>({ word: 'one', target, bodies: SMALL.bodies, seed: 1 });
    const plantedSeen = await stage.seenOf(planted);
    // The model says a placeholder again where it was sent one.
    const isRestored = planted.some((one) => text.includes(one));
    told({ name: `what reaches the model through ${who}`, status, plantedSeen, isRestored });
    if (who !== OURS) continue;
    const masks = plantedSeen.length === 0 ? 'masks what was planted' : 'lets through what was planted';
    process.stderr.write(`ours ${masks}, and ${isRestored ? 'restores' : 'does not restore'} it\n`);
  }
}

async function memoryRow(stage: GatewayStage, isLong: boolean): Promise<void> {
  await stage.answerWith('json');
  const { target, pid } = oursOf(stage);
  const requests = isLong ? MEMORY_REQUESTS_LONG : MEMORY_REQUESTS;
  const resident: number[] = [residentMb(pid)];
  const until = { count: requests / MEMORY_PARTS };
  for (let part = 0; part < MEMORY_PARTS; part += 1) {
    const word = {
      word: 'at once',
      target,
      bodies: SESSION,
      seed: 100 + part,
      connections: MEMORY_CONNECTIONS,
    } as const;
    await stage.load<'at once'>({ ...word, until });
    resident.push(residentMb(pid));
  }
  const most = Math.max(...resident);
  const isFlat = median(resident.slice(-2)) <= median(resident.slice(4, 7)) * FLAT;
  told({
    name: `resident memory after ${requests} requests of 100 KB, ${isFlat ? 'flat' : 'growing'}`,
    unit: 'MB',
    median: round(resident.at(-1) ?? Number.NaN),
    min: round(Math.min(...resident)),
    max: round(most),
    limit: RESIDENT_MB,
    against: 'the limit',
    ratio: round(most / RESIDENT_MB),
    isFlat,
    samples: resident.map(round),
    isReached: isFlat && most <= RESIDENT_MB,
  });
}

/** Writes a profile of ours under the load of each row, and says which functions cost most. */
async function profileRows(stage: GatewayStage, rows: readonly string[], port: number, folder: string): Promise<void> {
  const { target } = oursOf(stage);
  mkdirSync(folder, { recursive: true });
  const atOnce = async (bodies: LoadBodies, connections: number, until: { ms: number }): Promise<void> =>
    void (await stage.load<'at once'>({ word: 'at once', target, bodies, seed: 5, connections, until }));
  for (const row of rows) {
    const load = row === 'stream-rate' ? STREAM_BURST : row === 'first-token' ? STREAM_PACED : SMALL;
    await stage.answerWith(load.mode);
    await atOnce(load.bodies, CONNECTIONS, { ms: WARM_UP_MS });
    const { bodies } = CONVERSATION;
    // What is known of the conversation is looked at ahead of the profile.
    if (row === 'json-large') await stage.load<'in turn'>({ word: 'in turn', target, bodies, seed: 9, count: 1 });
    const profile = await profiled(port, async () => {
      if (row === 'memory') await atOnce(SESSION, MEMORY_CONNECTIONS, { ms: WARM_UP_MS });
      else if (row !== 'json-large') await atOnce(load.bodies, CONNECTIONS, { ms: WARM_UP_MS });
      else await stage.load<'in turn'>({ word: 'in turn', target, bodies, seed: 9, count: 40 });
    });
    const file = join(folder, `${row}.cpuprofile`);
    writeFileSync(file, JSON.stringify(profile));
    process.stderr.write(`${file}\n`);
    for (const { name: what, ms, share } of topSelfTimes(profile, PROFILED_FUNCTIONS)) {
      const line = { bench: name, name: `${row}: ${what}`, unit: 'ms', value: round(ms), share: round(share) };
      process.stdout.write(`${JSON.stringify(line)}\n`);
      process.stderr.write(
        `${`${(share * 100).toFixed(1)} %`.padStart(8)}  ${ms.toFixed(0).padStart(6)} ms  ${what}\n`,
      );
    }
  }
}

function oursOf(stage: GatewayStage): Candidate & { readonly pid: number } {
  const ours = stage.candidates.find((one) => one.name === OURS);
  if (ours?.pid === null || ours?.pid === undefined) throw new TypeError('ours takes no turn');
  return { ...ours, pid: ours.pid };
}
