import { AlreadyRunning } from '../core/error.ts';
import { startGateway } from '../gateway/index.ts';
import type { Gateway, GatewayPorts } from '../gateway/index.ts';

/** Opens the gateway on the port of before, or on any where another program has that. */
export async function openGateway(ports: GatewayPorts, port: number): Promise<Gateway> {
  try {
    return await startGateway(ports, { host: '127.0.0.1', port });
  } catch (error) {
    if (port === 0 || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    ports.logError?.(`port ${port} is taken by another program; sessions that were told it are ended`);
    return await startGateway(ports, { host: '127.0.0.1', port: 0 });
  }
}

/**
 * Opens the gateway on that port and no other: clients and firewalls of the host were told it.
 *
 * @throws {AlreadyRunning} where another program has it.
 */
export async function openGatewayAt(ports: GatewayPorts, port: number): Promise<Gateway> {
  try {
    return await startGateway(ports, { host: '127.0.0.1', port });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new AlreadyRunning(`port ${port} of the gateway is taken by another program`, {
      cause,
      hint: `find it: \`ss -ltnp sport = :${port}\``,
    });
  }
}
