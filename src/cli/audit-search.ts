import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { searchContents, sessionsWithContent } from '../bin/content-search.ts';
import type { ContentHit } from '../bin/content-search.ts';
import { contentRecords } from '../bin/content-transcript.ts';
import type { ContentRecord } from '../bin/content-transcript.ts';
import { UsageError } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import { session } from './audit-content.ts';
import { damageReport } from './damage-report.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths } from './place.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';
import { shownLine } from './shown-line.ts';

interface SearchOptions {
  readonly session?: SessionId;
  readonly json?: boolean;
}

/** Adds `audit search` to the commands of the log. */
export function addSearchCommand(audit: Command, setExitCode: SetExitCode): void {
  audit
    .command('search')
    .description('find a text in what was kept in clear; exits 3 where it is nowhere')
    .argument('<text>', 'what to look for; upper and lower case are the same')
    .option('--session <id>', 'only this session', session)
    .option('--json', 'print JSON lines')
    .action(async (text: string, options: SearchOptions) => await search(text, options, setExitCode));
}

async function search(text: string, options: SearchOptions, setExitCode: SetExitCode): Promise<void> {
  if (text === '') throw new UsageError('there is nothing to look for');
  const paths = ownPaths();
  const line = progressLine(() => performance.now());
  const sessions = existsSync(paths.content) ? sessionsWithContent(paths.content) : [];
  const wanted = options.session === undefined ? sessions : sessions.filter((id) => id === options.session);
  const hits: ContentHit[] = [];
  for await (const hit of searchContents(paths.content, wanted, text, ({ files, totalFiles, bytes }) =>
    line.show(`searching session ${files + 1} of ${totalFiles} (${Math.round(bytes / 1e6)} MB)`),
  )) {
    hits.push(hit);
  }
  const damages = damageReport();
  const records = new Map<string, ContentRecord>();
  if (hits.length > 0) {
    const onProgress = (count: number): void => line.show(`reading the log (${count} records)`);
    for await (const record of contentRecords({ folder: paths.audit, onDamage: damages.add, onProgress }))
      records.set(`${record.sessionId} ${record.masked.at}`, record);
  }
  line.clear();
  for (const hit of hits) {
    const record = records.get(`${hit.sessionId} ${hit.listAt}`) ?? null;
    const { sessionId, kind, occurrences, excerpt } = hit;
    if (options.json === true) {
      const named = { session: sessionId, record: record?.index ?? null, kind, occurrences, excerpt };
      process.stdout.write(`${JSON.stringify(named)}\n`);
    } else {
      const place = record === null ? 'no record' : `record ${record.index}`;
      process.stdout.write(`${sessionId}  ${place}  ${kind}  ${occurrences}x  ${shownLine(excerpt)}\n`);
    }
  }
  damages.end();
  if (damages.count > 0) setExitCode(EXIT.failed);
  else if (hits.length === 0) setExitCode(EXIT.no);
}
