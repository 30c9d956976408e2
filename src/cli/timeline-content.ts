import { contentKeys } from '../bin/content-keys.ts';
import { openContents } from '../bin/content-reader.ts';
import type { ContentProblem } from '../bin/content-reader.ts';
import { blocksOf, contentRecords, newWith } from '../bin/content-transcript.ts';
import type { ContentRecord } from '../bin/content-transcript.ts';
import { localKeyWrap } from '../bin/key-wrap.ts';
import type { SessionId } from '../core/ids.ts';
import type { TimelineEntry } from '../query/index.ts';
import { recordOpening } from './audit-content.ts';
import { saidText } from './content-text.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths } from './place.ts';
import type { SetExitCode } from './program.ts';

/** What was said, for the entries of a timeline. */
export interface TimelineContent {
  /** Lines for people; none where nothing of the entry is kept. */
  of(entry: TimelineEntry): AsyncGenerator<string>;
  /** Says by the exit code whether something could not be read or is not as written. */
  close(setExitCode: SetExitCode): Promise<void>;
}

/**
 * Opens what is kept of a session's requests and replies. Whoever opens what is sealed, or was masked, is in the log before
 * anything is shown.
 */
export async function timelineContent(
  id: SessionId,
  options: { readonly sealed?: boolean; readonly true?: boolean },
): Promise<TimelineContent> {
  const paths = ownPaths();
  const form = options.true === true ? 'original' : 'masked';
  const isOpened = options.true === true || options.sealed === true;
  const byRecord = new Map<number, ContentRecord[]>();
  for await (const record of contentRecords({
    folder: paths.audit,
    onDamage: () => undefined,
    onProgress: () => undefined,
  })) {
    if (record.sessionId !== id) continue;
    const request = record.kind === 'request' ? record.index : record.follows;
    if (request !== null) byRecord.set(request, [...(byRecord.get(request) ?? []), record]);
  }
  if (isOpened && byRecord.size > 0) await recordOpening(paths, id, { form, request: null });
  const keys = contentKeys(paths.contentKeys);
  const reader = await openContents({
    folder: paths.content,
    sessionId: id,
    keys: isOpened ? localKeyWrap((each) => keys.of(each)) : null,
  });
  const problems = new Set<ContentProblem>();
  if (reader === null)
    process.stderr.write(
      'warning: no content of this session is kept: `gateway.content_log` of the policy decides that\n',
    );
  return {
    async *of(entry) {
      if (reader === null || entry.kind !== 'model') return;
      for (const record of byRecord.get(entry.id) ?? []) {
        const ref = record[form];
        if (ref === null) yield '    [not kept: the policy seals the masked text alone]\n';
        else
          for await (const said of record.kind === 'request' ? newWith(reader, ref) : blocksOf(reader, ref)) {
            if (!said.ok) problems.add(said.problem);
            yield indented(saidText(said));
          }
      }
    },
    async close(setExitCode) {
      await reader?.close();
      // What is sealed was not asked for.
      problems.delete('sealed');
      if (problems.has('altered') || problems.has('malformed')) setExitCode(EXIT.no);
      else if (problems.size > 0) setExitCode(EXIT.failed);
    },
  };
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '                      ');
}
