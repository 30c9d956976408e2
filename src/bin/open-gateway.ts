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
