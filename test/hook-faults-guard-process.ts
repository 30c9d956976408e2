// A guard in a process of its own, for faults that need one: `SOCKET MODE`. Prints a line when it listens.
import { createServer } from 'node:net';
import { scriptedPorts } from '../src/guard/scripted-ports.ts';
import { startGuard } from '../src/guard/index.ts';
import { ALLOW, frame, http } from './hook-faults-guards.ts';

const [socket = '', mode = ''] = process.argv.slice(2);
const die = (): void => process.kill(process.pid, 'SIGKILL') && undefined;

if (mode === 'dies-answering') {
  const answer = http(frame(ALLOW));
  createServer((connection) => {
    connection.on('error', () => connection.destroy());
    connection.once('data', () => connection.write(answer.subarray(0, answer.length - 20), die));
  }).listen(socket, () => console.log('listening'));
} else {
  // A call that reaches the log has been decided and not been answered.
  const append = async (): Promise<void> => (mode === 'dies-deciding' ? die() : undefined);
  await startGuard(scriptedPorts({ append }), socket);
  console.log('listening');
}
