import type { Command } from 'commander';
import type { SinkStatus } from '../core/sink-status.ts';
import { controlClient } from './control-client.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths } from './place.ts';
import type { SetExitCode } from './program.ts';
import { shownLine } from './shown-line.ts';

/** Adds `audit delivery`. */
export function addDeliveryCommand(audit: Command, setExitCode: SetExitCode): void {
  audit
    .command('delivery')
    .description('say how far each sink of the policy is; exits 3 where one is in alarm or makes calls denied')
    .option('--json', 'print JSON')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { delivery, auditRecords } = await controlClient(ownPaths().controlSocket).status();
      const text = json === true ? `${JSON.stringify({ records: auditRecords, sinks: delivery })}\n` : null;
      process.stdout.write(text ?? deliveryText(delivery, auditRecords));
      if (delivery.some(({ backlog }) => backlog !== 'ok')) setExitCode(EXIT.no);
    });
}

/** How far each sink is, for people: a sink in trouble has its trouble in capitals. */
export function deliveryText(sinks: readonly SinkStatus[], records: number): string {
  if (sinks.length === 0) return 'the policy names no sinks: records stay on this host\n';
  return sinks.flatMap((sink) => sinkLines(sink, records)).join('');
}

function sinkLines(sink: SinkStatus, records: number): readonly string[] {
  const { name, to, required, state, backlog, acked, behind, oldestSeconds, refused, treeSize } = sink;
  const { lastError, lastSuccessAtMs } = sink;
  const rows: readonly (readonly [name: string, value: string])[] = [
    ['delivered', `${acked} of ${records} records${behind === 0 ? '' : `, the oldest other waits ${oldestSeconds} s`}`],
    ...(treeSize === null ? [] : [['checkpoint', treeSize === 0 ? 'none yet' : `over ${treeSize} records`] as const]),
    ...(refused === 0 ? [] : [['REFUSED', `${refused} records for good: \`delivery/${name}.refused.jsonl\``] as const]),
    ...(lastSuccessAtMs === null ? [] : [['last batch', new Date(lastSuccessAtMs).toISOString()] as const]),
    ...(lastError === null
      ? []
      : [
          [
            state === 'retrying' ? 'FAILS' : 'last error',
            `${new Date(lastError.atMs).toISOString()} ${lastError.text}`,
          ] as const,
        ]),
  ];
  const head = `${name}  ${to}${required ? ', required' : ''}  ${STATES[backlog]}`;
  return [head, ...rows.map(([label, value]) => `  ${label.padEnd(10)} ${value}`)].map(
    (line) => `${shownLine(line)}\n`,
  );
}

const STATES: Readonly<Record<SinkStatus['backlog'], string>> = {
  ok: 'in time',
  alarm: 'FAR BEHIND',
  deny: 'TOO FAR BEHIND: every call is denied',
};
