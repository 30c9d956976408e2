import { basename } from 'node:path';

/** What the inspector of Node gives as a CPU profile. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A function's own time in a profile. */
export interface SelfTime {
  readonly name: string;
  readonly ms: number;
  /** Of the time in which the process had a core and was not idle. */
  readonly share: number;
}

/** Microseconds between two samples. */
const SAMPLE_US = 200;
/** A longer time between two samples was not spent in the function of the sample: the process had no core. */
const MAX_SAMPLE_US = 1_500;

/**
 * Profiles what a Node process with an open inspector does while `work` runs, and nothing of before or after.
 *
 * @param port where it was told to listen, on loopback.
 */
export async function profiled(port: number, work: () => Promise<void>): Promise<CpuProfile> {
  const listed = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly {
    readonly webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(listed[0]?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  let count = 0;
  const call = async (method: string, params: object = {}): Promise<unknown> => {
    const id = (count += 1);
    return await new Promise((resolve) => {
      const onMessage = ({ data }: MessageEvent): void => {
        const told = JSON.parse(String(data)) as { readonly id?: number; readonly result?: unknown };
        if (told.id !== id) return;
        socket.removeEventListener('message', onMessage);
        resolve(told.result);
      };
      socket.addEventListener('message', onMessage);
      socket.send(JSON.stringify({ id, method, params }));
    });
  };
  try {
    await call('Profiler.enable');
    await call('Profiler.setSamplingInterval', { interval: SAMPLE_US });
    await call('Profiler.start');
    await work();
    const { profile } = (await call('Profiler.stop')) as { readonly profile: CpuProfile };
    return profile;
  } finally {
    // A process whose inspector is in use does not end.
    socket.close();
  }
}

const GARBAGE = '(garbage collector)';

/** The functions of a profile with the most time of their own. */
export function topSelfTimes(profile: CpuProfile, count: number): readonly SelfTime[] {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url === '' ? '' : ` ${basename(url)}:${lineNumber + 1}`;
      return [id, `${functionName === '' ? '(anonymous)' : functionName}${place}`];
    }),
  );
  const selfMs = new Map<string, number>();
  for (const [at, id] of profile.samples.entries()) {
    const name = names.get(id) ?? '(unknown)';
    const deltaUs = profile.timeDeltas[at] ?? 0;
    if (deltaUs <= MAX_SAMPLE_US || name === GARBAGE) selfMs.set(name, (selfMs.get(name) ?? 0) + deltaUs / 1_000);
  }
  selfMs.delete('(idle)');
  const busyMs = [...selfMs.values()].reduce((sum, ms) => sum + ms, 0);
  return [...selfMs]
    .sort(([, one], [, other]) => other - one)
    .slice(0, count)
    .map(([name, ms]) => ({ name, ms, share: ms / busyMs }));
}
