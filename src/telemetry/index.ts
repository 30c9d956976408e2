export { startTelemetry } from './start-telemetry.ts';
export type { RunningTelemetry, TelemetrySetup } from './start-telemetry.ts';
