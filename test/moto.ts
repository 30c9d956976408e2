import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { freePort, programOnPath, startProcess, untilAnswering } from './emulator-process.ts';

/** An emulator of services of AWS, without the right to do anything real. It enforces no Object Lock: it proves calls, not locks. */
export interface Moto {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** The program that `SALLYPORT_MOTO` names, or the one on PATH. */
function program(): string | null {
  const named = process.env['SALLYPORT_MOTO'] ?? '';
  return named === '' ? programOnPath('moto_server') : named;
}

/** Why the emulator cannot be started here, or false where it can. */
export function motoSkipReason(): string | false {
  const file = program();
  if (file === null) return 'moto_server is not on PATH, and SALLYPORT_MOTO names none';
  return existsSync(file) ? false : `SALLYPORT_MOTO names ${file}, which is not there`;
}

/** Starts the emulator on a loopback port, with further environment variables if need be. The caller stops it. */
export async function startMoto(more: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const port = await freePort();
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], AWS_EC2_METADATA_DISABLED: 'true', ...more };
  const moto = startProcess(program() ?? '', ['-H', '127.0.0.1', '-p', String(port)], { env, cwd: tmpdir() });
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await untilAnswering(`${endpoint}/moto-api/`, moto);
  } catch (error) {
    await moto.stop();
    throw error;
  }
  return { endpoint, stop: () => moto.stop() };
}
