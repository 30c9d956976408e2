export { SOURCE_KINDS } from './scan/detector.ts';
export type { Detector, Match, ScanScene, SourceKind } from './scan/detector.ts';
export { scanner } from './scan/scanner.ts';
export type { Scanner, ScannerParts } from './scan/scanner.ts';
export { streamScanner } from './scan/stream-scanner.ts';
export type { StreamScanner, StreamScanning } from './scan/stream-scanner.ts';
export { INJECTION_DETECTORS } from './injection/index.ts';
