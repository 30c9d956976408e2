import type { Command } from 'commander';
import type { OwnSession } from '../core/control.ts';
import { SessionRefused } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import { controlClient } from './control-client.ts';
import { ownPaths } from './place.ts';
import { endingText } from './status-text.ts';
import { ownDoor, systemDaemon } from './system-daemon.ts';

/** Adds `sessions` and `sessions end`. */
export function addSessionsCommand(parent: Command): void {
  const sessions = parent.command('sessions').description('your sessions that run');
  sessions
    .command('list', { isDefault: true })
    .description(
      'list your sessions that run, where they work, and when each ends by the limits of the policy; plain `sessions` does too',
    )
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const running = await (await desk()).list();
      process.stdout.write(options.json === true ? `${JSON.stringify({ sessions: running })}\n` : listText(running));
    });
  sessions
    .command('end')
    .description(
      'end one of your sessions: everything of it is refused at once, and its client is ended within seconds',
    )
    .argument('<session>', 'its id, as `sallyport sessions` lists it')
    .action(async (text: string) => {
      const id = parseSessionId(text);
      const own = await desk();
      const isRunning = (await own.list()).some((session) => session.id === id);
      if (id === null || !(await own.end(id))) {
        throw new SessionRefused('there is no session of yours of that name', {
          hint: '`sallyport sessions` lists them',
        });
      }
      process.stdout.write(isRunning ? `ended ${id}\n` : `${id} had ended already\n`);
    });
}

interface SessionsDesk {
  list(): Promise<readonly OwnSession[]>;
  /** False where there is no such session. */
  end(id: string): Promise<boolean>;
}

const REASON = 'by `sallyport sessions end`';

/** The daemon of the machine, by a door that says whose sessions are meant; else the user's own. */
async function desk(): Promise<SessionsDesk> {
  const system = systemDaemon(process.env);
  if (system !== null) {
    const { control } = await ownDoor(system);
    return { list: () => control.sessions(), end: (id) => control.stopSession(id, REASON) };
  }
  const control = controlClient(ownPaths().controlSocket);
  return {
    async list() {
      const { sessions } = await control.status();
      return sessions.flatMap(({ id, workspace, openedAtMs, ends }) =>
        ends === null ? [] : [{ id, workspace, openedAtMs, ends }],
      );
    },
    end: (id) => control.stopSession(id, REASON),
  };
}

function listText(sessions: readonly OwnSession[]): string {
  if (sessions.length === 0) return 'no session of yours runs\n';
  return sessions
    .map(({ id, workspace, openedAtMs, ends }) => {
      const folder = workspace.replaceAll(/\p{Cc}+/gu, ' ');
      return `${id}  ${folder}\n  opened at ${new Date(openedAtMs).toISOString()}, ${endingText(ends)}\n`;
    })
    .join('');
}
