import type { AnchorStatus } from '../core/anchor-status.ts';
import type { DaemonStatus, EngineStatus, HostFacts, HostStatus, LogHealth, SessionEnding } from '../core/control.ts';
import type { ReconcileStatus } from '../core/reconcile-status.ts';
import type { SinkStatus } from '../core/sink-status.ts';
import { withoutEngine } from '../core/without-engine.ts';

/** The state of a daemon for people: what is wrong stands in capitals beside what it is wrong with. */
export function statusText(status: DaemonStatus): string {
  const running = status.sessions.filter((session) => session.endedReason === null);
  const { refusedReload } = status;
  const rows = [
    [
      'policy',
      `${status.policy.name} (${status.policy.digest.slice(0, 16)}${numberText(status)}), ${status.policy.file}`,
    ],
    ...status.policy.exceptions.map(({ name, expiresAtMs }) => ['', `exception ${name} until ${time(expiresAtMs)}`]),
    ...(refusedReload === null
      ? []
      : [['', `RELOAD REFUSED at ${time(refusedReload.atMs)}, so this one stays: ${refusedReload.reason}`]]),
    ['guard', `${status.guardSocket} (hook client: ${status.hookClient})`],
    ['gateway', status.gatewayUrl],
    ['control', status.controlSocket],
    ['log', `${status.auditFolder} (${status.auditRecords} records)`],
    ['', logText(status.logHealth)],
    ['', checkpointText(status)],
    ...status.delivery.map((sink, nth) => [nth === 0 ? 'delivery' : '', sinkText(sink)]),
    ...status.anchors.map((anchor, nth) => [nth === 0 ? 'anchors' : '', anchorText(anchor)]),
    ...(status.reconcile === null ? [] : [['reconcile', reconcileText(status.reconcile)]]),
    ...(status.engines.length === 0 ? [] : [['engines', status.engines.map(engineText).join('; ')]]),
    ...(status.host === undefined ? [] : hostRows(status.host)),
    ['sandbox', status.policy.sandbox ? 'required for every command of a session' : 'off by policy'],
    ['sessions', running.length === 0 ? 'none' : running.map(sessionText).join(', ')],
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(9)} ${value}\n`).join('');
  return `sallyport ${status.version}, process ${status.pid}\n${lines}`;
}

/** The daemon of a machine, as it tells of itself to each of its users. */
export function hostStatusText(socket: string, status: HostStatus): string {
  const { version, policy, isLogTaking, gatewayUrl } = status;
  const number = policy.sequence === null ? '' : `, number ${policy.sequence}`;
  const rows = [
    ['policy', `${policy.name} (${policy.digest.slice(0, 16)}${number})`],
    ['gateway', gatewayUrl],
    ['sessions', `opened at ${socket}`],
    ['log', isLogTaking ? 'takes records' : 'FAILING, so every call is denied'],
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(9)} ${value}\n`).join('');
  return `sallyport ${version}, the daemon of this machine\n${lines}`;
}

function hostRows({ runtimeFolder, missingCapabilities, doors }: HostFacts): readonly (readonly string[])[] {
  return [
    ['host', `${runtimeFolder}, ${doors} doors open`],
    ...missingCapabilities.map((name) => ['', `${name} MISSING`]),
  ];
}

function numberText({ policy }: DaemonStatus): string {
  return policy.sequence === null ? '' : `, number ${policy.sequence}`;
}

function logText(health: LogHealth): string {
  return health.state === 'ok'
    ? `last append ok, ${time(health.lastAppendAtMs)}`
    : `FAILING since ${time(health.sinceMs)}, so every call is denied: ${health.error}`;
}

function checkpointText({ checkpoint: { state, size, lateMs, error } }: DaemonStatus): string {
  if (state === 'ok') return `checkpoint over ${size} records`;
  const why = error === null ? '' : `: ${error}`;
  return `CHECKPOINT LATE by ${Math.round(lateMs / 1000)} s, so newer records than ${size} are under none${why}`;
}

function sinkText({
  name,
  to,
  required,
  state,
  backlog,
  behind,
  oldestSeconds,
  refused,
  lastError,
}: SinkStatus): string {
  const words = [
    `${name} (${to}${required ? ', required' : ''})`,
    behind === 0 ? 'up to date' : `${behind} records behind, the oldest waits ${Math.round(oldestSeconds)} s`,
    ...(backlog === 'ok' ? [] : [backlog === 'deny' ? 'TOO FAR BEHIND, so every call is denied' : 'FAR BEHIND']),
    ...(refused === 0 ? [] : [`${refused} records REFUSED for good`]),
    ...(state === 'retrying' && lastError !== null ? [`RETRYING: ${lastError.text}`] : []),
  ];
  return words.join(', ');
}

function anchorText({ name, place, lastOkMs, lastSize, failures, problem }: AnchorStatus): string {
  const last = lastOkMs === null ? 'never reached' : `${lastSize ?? 0} records at ${time(lastOkMs)}`;
  const trouble = problem === null ? '' : `, FAILED ${failures === 1 ? 'once' : `${failures} times`} since: ${problem}`;
  return `${name} (${place}) ${last}${trouble}`;
}

function reconcileText({ state, osView, findings, newest }: ReconcileStatus): string {
  const words = [
    state === 'live' ? `live, processes seen by ${osView}` : state === 'failing' ? 'FAILING' : 'catching up',
    ...(newest === null ? [] : [`${findings} FINDINGS, the newest: ${newest.severity} ${newest.event}`]),
  ];
  return words.join(', ');
}

function engineText(engine: EngineStatus): string {
  const { name, circuit } = engine;
  switch (engine.state) {
    case 'unasked':
      return `${name} not asked yet`;
    case 'answers':
      return `${name} answers`;
    case 'silent': {
      const pause = circuit === 'open' ? ', left alone for now' : '';
      return `${name} SILENT since ${time(engine.sinceMs)} (${engine.reason}${pause}), so ${withoutEngine(engine)}`;
    }
  }
}

function time(atMs: number): string {
  return new Date(atMs).toISOString();
}

function sessionText({ id, taint, user, ends }: DaemonStatus['sessions'][number]): string {
  const whose = user === undefined ? id : `${id} of ${user}`;
  const words = [
    ...(ends === null ? [] : [endingText(ends)]),
    ...(taint === null
      ? []
      : [`tainted by a ${taint.detectorId === null ? taint.source : `${taint.source}: ${taint.detectorId}`}`]),
  ];
  return words.length === 0 ? whose : `${whose} (${words.join(', ')})`;
}

/** When a session ends and by which limit, for people. */
export function endingText({ atMs, limit }: SessionEnding): string {
  const at = time(atMs);
  return limit === 'max_duration_minutes' ? `ends at ${at}` : `ends at ${at} unless something happens in it`;
}
