export { RELAY_LIMITS } from './relay-limits.ts';
export type { RelayLimits } from './relay-limits.ts';
export type { RelayPorts, RelayRules, RelayUpstream } from './ports.ts';
export { startRelay } from './server.ts';
export type { Relay, RelayAddress, RelayTls } from './server.ts';
