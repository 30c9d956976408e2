import type { DaemonStatus, EngineStatus, LogHealth } from '../core/control.ts';
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
    ...(status.engines.length === 0 ? [] : [['engines', status.engines.map(engineText).join('; ')]]),
    ['sandbox', status.policy.sandbox ? 'required for every command of a session' : 'off by policy'],
    ['sessions', running.length === 0 ? 'none' : running.map(sessionText).join(', ')],
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(9)} ${value}\n`).join('');
  return `sallyport ${status.version}, process ${status.pid}\n${lines}`;
}

function numberText({ policy }: DaemonStatus): string {
  return policy.sequence === null ? '' : `, number ${policy.sequence}`;
}

function logText(health: LogHealth): string {
  return health.state === 'ok'
    ? `last append ok, ${time(health.lastAppendAtMs)}`
    : `FAILING since ${time(health.sinceMs)}, so every call is denied: ${health.error}`;
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

function sessionText({ id, taint }: DaemonStatus['sessions'][number]): string {
  return taint === null
    ? id
    : `${id} (tainted by a ${taint.source}${taint.detectorId === null ? '' : `: ${taint.detectorId}`})`;
}
