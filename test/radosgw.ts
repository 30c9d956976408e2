import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  POLL_MS,
  START_TIMEOUT_MS,
  freePort,
  programOnPath,
  runToEnd,
  startProcess,
  untilAnswering,
} from './emulator-process.ts';
import type { EmulatorProcess } from './emulator-process.ts';

export interface RadosgwKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A real store that speaks S3 and enforces Object Lock: Ceph's gateway, with everything in memory. */
export interface Radosgw {
  readonly endpoint: string;
  readonly keys: RadosgwKeys;
  /** Makes another user, who owns nothing: what he may do is for the policies of buckets to say. */
  addUser(name: string): RadosgwKeys;
  stop(): Promise<void>;
}

const PROGRAMS = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];

/** Why no such store can be started here, or false where one can. */
export function radosgwSkipReason(): string | false {
  const missing = PROGRAMS.filter((name) => programOnPath(name) === null);
  return missing.length === 0 ? false : `Ceph is not installed (${missing.join(', ')}), so Object Lock is not tried`;
}

/**
 * Starts one monitor, one store of objects in memory and one gateway on loopback ports, with a folder of their own. The caller stops it.
 */
export async function startRadosgw(): Promise<Radosgw> {
  try {
    return await startOnce();
  } catch {
    // A port that was free may be taken by the time a monitor listens, and one that starts may refuse what it does not know yet.
    return await startOnce();
  }
}

async function startOnce(): Promise<Radosgw> {
  const folder = mkdtempSync(join(tmpdir(), 'rgw-'));
  const running: EmulatorProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const process of running.toReversed()) await process.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await start(folder, running)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(folder: string, running: EmulatorProcess[]): Promise<Omit<Radosgw, 'stop'>> {
  const [monitorPort, gatewayPort] = [await freePort(), await freePort()];
  const clusterId = randomUUID();
  for (const name of ['mon', 'osd', 'rgw', 'run']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'ceph.conf'), configuration(folder, { clusterId, monitorPort, gatewayPort }));
  const options = { cwd: folder, env: { PATH: process.env['PATH'], CEPH_CONF: join(folder, 'ceph.conf') } };

  const map = join(folder, 'monmap');
  const address = `[v1:127.0.0.1:${monitorPort}]`;
  runToEnd('monmaptool', ['--create', '--clobber', '--fsid', clusterId, '--addv', 'a', address, map], options);
  runToEnd('ceph-mon', ['--mkfs', '-i', 'a', '--monmap', map], options);
  running.push(startProcess('ceph-mon', ['-i', 'a', '-f'], options));
  runToEnd('ceph-osd', ['-i', '0', '--mkfs'], options);
  runToEnd('ceph', ['osd', 'new', readFileSync(join(folder, 'osd', 'fsid'), 'utf8').trim()], options);
  runToEnd('ceph', ['osd', 'crush', 'add', 'osd.0', '1.0', 'root=default'], options);
  const objects = startProcess('ceph-osd', ['-i', '0', '-f'], options);
  running.push(objects);
  await untilUp(objects, options);
  const gateway = startProcess('radosgw', ['-n', 'client.rgw.a', '-f'], options);
  running.push(gateway);
  const addUser = (name: string): RadosgwKeys => {
    const keys = { accessKeyId: `AK${randomUUID().slice(0, 8)}`, secretAccessKey: randomUUID() };
    const secrets = [`--access-key=${keys.accessKeyId}`, `--secret-key=${keys.secretAccessKey}`];
    runToEnd('radosgw-admin', ['user', 'create', `--uid=${name}`, `--display-name=${name}`, ...secrets], options);
    return keys;
  };
  const keys = addUser('t');
  const endpoint = `http://127.0.0.1:${gatewayPort}`;
  await untilAnswering(endpoint, gateway);
  return { endpoint, keys, addUser };
}

async function untilUp({ child, output }: EmulatorProcess, options: Parameters<typeof runToEnd>[2]): Promise<void> {
  const endMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const { num_up_osds: up } = JSON.parse(runToEnd('ceph', ['osd', 'stat', '-f', 'json'], options)) as {
      num_up_osds: number;
    };
    if (up === 1) return;
    if (child.exitCode !== null || performance.now() > endMs)
      throw new Error(`the store of objects did not come up: ${output()}`);
    await pause(POLL_MS);
  }
}

function configuration(
  folder: string,
  { clusterId, monitorPort, gatewayPort }: { clusterId: string; monitorPort: number; gatewayPort: number },
): string {
  return `[global]
fsid = ${clusterId}
mon host = v1:127.0.0.1:${monitorPort}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 5000
osd objectstore = memstore
memstore device bytes = 1073741824
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = ${folder}/$name.log
pid file =
[mon.a]
mon data = ${folder}/mon
[osd.0]
# It would announce its place before it knows the cluster, and be turned away now and then.
osd crush update on start = false
osd class update on start = false
osd data = ${folder}/osd
[client.rgw.a]
rgw data = ${folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
`;
}
