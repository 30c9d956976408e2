export { auditEvents } from './audit-events.ts';
export type { AuditEvent, AuditEvents } from './audit-events.ts';
export { destinationOf, isOwnMachine } from './destination.ts';
export type { Destination, Endpoint, KnownPlaces } from './destination.ts';
export { beginsCommand, commandScript, parseStat, startedAtMs, wordsOf } from './process-files.ts';
export type { ProcessStat } from './process-files.ts';
export { plainAddress, socketInode, tcpRows } from './tcp-table.ts';
export type { TcpRow } from './tcp-table.ts';
