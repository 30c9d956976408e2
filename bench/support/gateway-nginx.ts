import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endWithUs, ended } from './child-process.ts';
import { freePort, isListening } from './loopback-port.ts';

const START_TIMEOUT_MS = 5_000;
const LOOK_MS = 20;

/** Starts nginx as a plain proxy that holds nothing back, in a process of its own. @returns why not, where it cannot. */
export async function startNginx(
  folder: string,
  modelPort: number,
): Promise<{ readonly pid: number; readonly port: number; close(): Promise<void> } | string> {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const program = places.map((place) => join(place, 'nginx')).find((path) => existsSync(path));
  if (program === undefined) return 'nginx is not installed';
  const own = join(folder, 'nginx');
  mkdirSync(own);
  const port = await freePort();
  writeFileSync(join(own, 'nginx.conf'), configuration(own, port, modelPort));
  const child = spawn(program, ['-p', own, '-c', join(own, 'nginx.conf'), '-e', join(own, 'error.log')], {
    stdio: 'ignore',
  });
  endWithUs(child);
  const failed = new Promise<null>((resolve) => child.once('error', () => resolve(null)));
  for (const startMs = performance.now(); performance.now() - startMs < START_TIMEOUT_MS;) {
    if (child.exitCode !== null) return `it ended with ${child.exitCode}`;
    if (await isListening(port)) return { pid: child.pid ?? 0, port, close: async () => await ended(child, 'SIGTERM') };
    await Promise.race([pause(LOOK_MS), failed]);
  }
  await ended(child, 'SIGKILL');
  return 'it does not listen';
}

/** Without a master, so that one process is all of it. */
function configuration(folder: string, port: number, modelPort: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
master_process off;
pid ${folder}/pid;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  client_max_body_size 0;
  keepalive_requests 10000000;
  upstream model { server 127.0.0.1:${modelPort}; keepalive 64; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_request_buffering off;
    }
  }
}
`;
}
