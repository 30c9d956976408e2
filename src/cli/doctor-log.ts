import type { DaemonStatus } from '../core/control.ts';
import { SallyportError } from '../core/error.ts';
import { missing, note, ok } from './doctor-finding.ts';
import type { Finding } from './doctor-finding.ts';

/** What becomes of the records behind the log: its checkpoint, its sinks, and the places that vouch for it. Empty without a daemon. */
export function logPlaceFindings(daemon: DaemonStatus | SallyportError): readonly Finding[] {
  if (daemon instanceof SallyportError) return [];
  return [checkpointFinding(daemon), ...sinkFindings(daemon), ...anchorFindings(daemon), ...layerFindings(daemon)];
}

function checkpointFinding({ checkpoint }: DaemonStatus): Finding {
  const { state, size, lateMs, error } = checkpoint;
  if (state === 'ok') return ok('checkpoint', `over ${size} records`);
  const why = error === null ? '' : `: ${error}`;
  const text = `late by ${Math.round(lateMs / 1000)} s, so nobody can verify newer records than ${size}${why}`;
  return missing('checkpoint', text, 'make room, or mend the disk of the log; it goes on by itself');
}

function sinkFindings({ delivery }: DaemonStatus): readonly Finding[] {
  const failing = delivery.flatMap(({ name, state, backlog, behind, lastError }) => {
    if (state !== 'retrying' && backlog === 'ok') return [];
    const why = state === 'retrying' && lastError !== null ? `: ${lastError.text}` : '';
    return [
      missing('delivery', `sink \`${name}\` is ${behind} records behind${why}`, 'see `sallyport audit delivery`'),
    ];
  });
  if (failing.length > 0 || delivery.length === 0) return failing;
  return [ok('delivery', delivery.map(({ name }) => name).join(', '))];
}

function anchorFindings({ anchors }: DaemonStatus): readonly Finding[] {
  const failing = anchors.flatMap(({ name, place, lastOkMs, problem }) => {
    if (problem === null) return [];
    const last = lastOkMs === null ? 'not once since the daemon began' : `last at ${new Date(lastOkMs).toISOString()}`;
    return [
      missing('anchors', `\`${name}\` (${place}) took no checkpoint, ${last}: ${problem}`, 'see docs/witness.md'),
    ];
  });
  if (failing.length > 0 || anchors.length === 0) return failing;
  return [ok('anchors', anchors.map(({ name }) => name).join(', '))];
}

function layerFindings({ reconcile }: DaemonStatus): readonly Finding[] {
  if (reconcile === null) return [];
  const fix = 'see `sallyport audit reconcile`, and docs/audit-reconcile.md';
  if (reconcile.state === 'failing') return [missing('reconcile', 'it fails, so disagreements are not found', fix)];
  if (reconcile.newest === null) return [];
  const { severity, event } = reconcile.newest;
  return [note('reconcile', `${reconcile.findings} findings, the newest: ${severity} ${event}`, fix)];
}
