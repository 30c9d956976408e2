import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askedProcess } from './child-process.ts';
import { CLIENT_HEADERS, startBenchDaemon } from './gateway-daemon.ts';
import type { LoadTold, LoadWord } from './gateway-load.ts';
import type { ModelMode, ModelTold, ModelWord } from './gateway-model.ts';
import { startNginx } from './gateway-nginx.ts';
import { PORTKEY, PORTKEY_VERSION, startPortkey } from './gateway-portkey.ts';
import type { WireTarget } from './gateway-wire.ts';

/** Who takes a turn in the bench. */
export type CandidateName = 'direct' | 'node pipe' | 'nginx' | typeof PORTKEY | typeof OURS | typeof OURS_IN_MEMORY;

/** The daemon as people start it, with its log on the disk. */
export const OURS = 'ours';

/** Ours with its log where a sync costs nothing: what is left is what we made slow ourselves. */
export const OURS_IN_MEMORY = 'ours, log in memory';
const MEMORY_FOLDER = '/dev/shm';

/** One way to the model. */
export interface Candidate {
  readonly name: CandidateName;
  readonly target: WireTarget;
  /** Null where nothing stands between. */
  readonly pid: number | null;
}

/** Everything that the bench runs against, each in a process of its own. */
export interface GatewayStage {
  /** On the disk that holds the log of ours. */
  readonly folder: string;
  readonly candidates: readonly Candidate[];
  /** Why somebody takes no turn. */
  readonly absent: readonly { readonly name: CandidateName; readonly reason: string }[];
  /** What the peer's own package says of its licence; null where it is not there. */
  readonly licence: string | null;
  load<Kind extends LoadTold['told']>(
    word: Extract<LoadWord, { word: Kind }>,
  ): Promise<Extract<LoadTold, { told: Kind }>>;
  answerWith(mode: ModelMode): Promise<void>;
  /** Those of the texts that the newest request at the model held. */
  seenOf(texts: readonly string[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Starts model, load generator and candidates. @param nodeWords for the Node of our daemon. */
export async function startStage(root: string, nodeWords: readonly string[]): Promise<GatewayStage> {
  const closers: (() => Promise<void> | void)[] = [];
  const makeFolder = (parent: string): string => {
    const made = mkdtempSync(join(parent, 'sp-bench-'));
    const remove = (): void => rmSync(made, { recursive: true, force: true });
    process.once('exit', remove);
    closers.push(remove);
    return made;
  };
  const folder = makeFolder(tmpdir());
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).toReversed()) await one();
  };
  try {
    const model = await askedProcess<ModelWord, ModelTold>('./gateway-model.ts', [], true);
    closers.push(() => model.process.end());
    const modelPort = portOf(model.first);
    const load = await askedProcess<LoadWord, LoadTold>('./gateway-load.ts', [], false);
    closers.push(() => load.process.end());
    const pipe = await askedProcess<ModelWord, ModelTold>('./gateway-pipe.ts', [String(modelPort)], true);
    closers.push(() => pipe.process.end());
    const nginx = await startNginx(folder, modelPort);
    if (typeof nginx !== 'string') closers.push(() => nginx.close());
    const portkey = await startPortkey(root);
    if (typeof portkey !== 'string') closers.push(() => portkey.close());
    const ours = await startBenchDaemon({ root, folder, modelPort, nodeWords });
    closers.push(() => ours.close());
    const inMemory = existsSync(MEMORY_FOLDER)
      ? await startBenchDaemon({ root, folder: makeFolder(MEMORY_FOLDER), modelPort, nodeWords: [] })
      : null;
    if (inMemory !== null) closers.push(() => inMemory.close());

    const plain = { path: ours.target.path, headers: { ...CLIENT_HEADERS, 'x-api-key': 'key-of-the-bench' } };
    const candidates: readonly (Candidate | null)[] = [
      { name: 'direct', target: { ...plain, port: modelPort }, pid: null },
      { name: 'node pipe', target: { ...plain, port: portOf(pipe.first) }, pid: pipe.process.pid },
      typeof nginx === 'string' ? null : { name: 'nginx', target: { ...plain, port: nginx.port }, pid: nginx.pid },
      typeof portkey === 'string'
        ? null
        : {
            name: PORTKEY,
            target: {
              port: portkey.port,
              path: '/v1/messages',
              headers: {
                ...plain.headers,
                'x-portkey-provider': 'anthropic',
                'x-portkey-custom-host': `http://127.0.0.1:${modelPort}/v1`,
              },
            },
            pid: portkey.pid,
          },
      { name: OURS, target: ours.target, pid: ours.pid },
      inMemory === null ? null : { name: OURS_IN_MEMORY, target: inMemory.target, pid: inMemory.pid },
    ];
    return {
      folder,
      candidates: candidates.filter((one) => one !== null),
      absent: [
        ...(typeof nginx === 'string' ? [{ name: 'nginx' as const, reason: nginx }] : []),
        ...(typeof portkey === 'string'
          ? [{ name: PORTKEY, reason: `version ${PORTKEY_VERSION} cannot be had: ${portkey}` } as const]
          : []),
      ],
      licence: typeof portkey === 'string' ? null : portkey.licence,
      load: async <Kind extends LoadTold['told']>(word: Extract<LoadWord, { word: Kind }>) => {
        const told = await load.process.ask(word);
        if (told.told === 'failed') throw new Error(told.reason);
        return told as Extract<LoadTold, { told: Kind }>;
      },
      answerWith: async (mode) => void (await model.process.ask({ word: 'mode', mode })),
      seenOf: async (texts) => {
        const told = await model.process.ask({ word: 'seen', texts });
        return told.told === 'seen' ? told.texts : [];
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function portOf(told: ModelTold | null): number {
  if (told?.told !== 'listening') throw new Error('a process of the bench does not listen');
  return told.port;
}
