import type { FuzzEntry } from './entry.ts';
import { auditLineEntry } from './entries/audit-line.ts';
import { bundleEntry } from './entries/bundle.ts';
import { cacheEntry } from './entries/cache.ts';
import { commandsEntry } from './entries/commands.ts';
import { companyEntry } from './entries/company.ts';
import { engineReportsEntry } from './entries/engine-reports.ts';
import { evalRowsEntry } from './entries/eval-rows.ts';
import { gatewayBodyEntry } from './entries/gateway-body.ts';
import { gatewayStreamEntry } from './entries/gateway-stream.ts';
import { hookEventEntry } from './entries/hook-event.ts';
import { injectionEntry } from './entries/injection.ts';
import { policyEntry } from './entries/policy.ts';
import { scanEntry } from './entries/scan.ts';
import { scanFilesEntry } from './entries/scan-files.ts';
import { scanTextEntry } from './entries/scan-text.ts';
import { settingsEntry } from './entries/settings.ts';
import { streamEntry } from './entries/stream.ts';

/** Every place that is fuzzed. */
export const FUZZ_ENTRIES: readonly FuzzEntry[] = [
  scanEntry,
  scanTextEntry,
  streamEntry,
  cacheEntry,
  commandsEntry,
  injectionEntry,
  companyEntry,
  engineReportsEntry,
  evalRowsEntry,
  scanFilesEntry,
  hookEventEntry,
  policyEntry,
  gatewayStreamEntry,
  gatewayBodyEntry,
  auditLineEntry,
  bundleEntry,
  settingsEntry,
];
