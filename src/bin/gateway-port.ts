import { readIfThere, writeWhole } from './state-folder.ts';
import type { StatePaths } from './state-folder.ts';

/**
 * The port that the gateway listened on before, or 0 for any. Running sessions were told that port, so a restarted
 * daemon takes it again.
 */
export function gatewayPortOf(paths: StatePaths): number {
  const port = Number(readIfThere(paths.gatewayPort)?.toString('utf8').trim() ?? '0');
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : 0;
}

/** Keeps the port for the next start. */
export function rememberGatewayPort(paths: StatePaths, gatewayUrl: string): void {
  writeWhole(paths.gatewayPort, `${new URL(gatewayUrl).port}\n`);
}
