export type { AwsCredentials, GatewayPorts, Upstream } from './ports.ts';
export { CANARY_ID_PREFIX } from './canary-cut.ts';
export { GATEWAY_LIMITS } from './limits.ts';
export type { GatewayLimits } from './limits.ts';
export { startGateway } from './server.ts';
export type { Gateway, GatewayAddress } from './server.ts';
