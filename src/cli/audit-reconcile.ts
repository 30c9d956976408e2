import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readLog } from '../audit/index.ts';
import { reconcileLog } from '../bin/reconcile-log.ts';
import type { FoundInLog } from '../bin/reconcile-log.ts';
import { StateFolder } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { session } from './audit-content.ts';
import { damageReport } from './damage-report.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths } from './place.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';
import { shownLine } from './shown-line.ts';

interface ReconcileOptions {
  readonly session?: SessionId;
  readonly json?: boolean;
}

/** Fields that a line begins with; the rest follow by name. */
const SHOWN_FIRST: ReadonlySet<string> = new Set(['event', 'severity', 'findingId', 'factAtMs']);

/** Adds `audit reconcile` to the commands of the log. */
export function addReconcileCommand(audit: Command, setExitCode: SetExitCode): void {
  audit
    .command('reconcile')
    .description('compare what hooks, gateway and processes told of the same calls; exits 3 where they disagree')
    .argument('[folder]', 'the log (default: the one of the state folder)')
    .option('--session <id>', 'only this session', session)
    .option('--json', 'print JSON lines')
    .action(async (folder: string | undefined, options: ReconcileOptions) => {
      const line = progressLine(() => performance.now());
      const damages = damageReport();
      const { found, records } = await reconcileLog(readLog(logFolder(folder ?? null), { onDamage: damages.add }), {
        sessionId: options.session ?? null,
        onProgress: (count) => line.show(`comparing (${count} records)`),
      });
      line.clear();
      for (const one of found) process.stdout.write(`${options.json === true ? jsonLine(one) : textLine(one)}\n`);
      if (options.json !== true) {
        const agree = damages.count === 0 ? 'the layers agree' : 'no finding in what can be read';
        const said = found.length === 0 ? agree : `${found.length} FINDINGS`;
        process.stdout.write(`${said}: ${records} records\n`);
      }
      damages.end();
      if (found.length > 0) setExitCode(EXIT.no);
      else if (damages.count > 0) setExitCode(EXIT.failed);
    });
}

function jsonLine({ body, sessionId, record }: FoundInLog): string {
  return JSON.stringify({ ...body, session: sessionId, record });
}

function textLine({ body, sessionId, record }: FoundInLog): string {
  const at = typeof body['factAtMs'] === 'number' ? new Date(body['factAtMs']).toISOString() : '';
  const rest = Object.entries(body).filter(([name]) => !SHOWN_FIRST.has(name));
  const told = rest.map(([name, value]) => `${name}=${textOf(value)}`).join(' ');
  const place = record === null ? 'not on record' : `record ${record}`;
  return shownLine(`${at}  ${textOf(body['severity'])}  ${textOf(body['event'])}  ${sessionId}  ${told}  (${place})`);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function logFolder(given: string | null): string {
  const folder = given === null ? ownPaths().audit : resolve(given);
  if (!existsSync(join(folder, 'segments'))) {
    throw new StateFolder(`there is no log in \`${folder}\``, {
      hint: 'start Sallyport once, or name the folder that holds `segments`',
    });
  }
  return folder;
}
