import type { LogFault } from './fault-list.ts';
import type { VerifyReport } from './report.ts';
import type { ProofVerdict } from './verify-proof.ts';

/** A report for people: `answer` is what was found, `notes` is what could not be checked. One entry a line. */
export interface ReportText {
  readonly answer: readonly string[];
  readonly notes: readonly string[];
}

/** Says in words what a report says. */
export function reportText(report: VerifyReport): ReportText {
  const { checkpoint, silence } = report;
  const answer = report.faults.map(faultText);
  if (report.unlistedFaults > 0) answer.push(`${report.unlistedFaults} more faults are not listed`);
  for (const { name, size, seenAtMs } of report.witnesses) {
    answer.push(`witness ${name}: saw ${size} records at ${new Date(seenAtMs).toISOString()}`);
  }
  for (const { place, checkpoints, size } of report.anchors) {
    if (size !== null) answer.push(`anchor ${place}: ${checkpoints} checkpoints, the newest of ${size} records`);
  }
  for (const { index, seconds, cause, fromMs } of silence.gaps.slice(0, MAX_GAPS_SHOWN)) {
    const long = seconds === null ? 'nobody knows how long' : `${seconds} s`;
    answer.push(`gap: nothing was recorded from ${isoTime(fromMs)} for ${long} (${cause}, record ${index ?? 'none'})`);
  }
  const more = silence.gaps.length + silence.unlistedGaps - MAX_GAPS_SHOWN;
  if (more > 0) answer.push(`gap: ${more} more`);
  answer.push(
    `silence: ${silence.missingSeconds} s unexplained, ${silence.stoppedSeconds} s stopped, ${silence.lostRecords} records refused`,
  );
  if (checkpoint !== null) {
    const whose = checkpoint.isKeyTrusted ? 'the trusted key' : 'THE KEY BESIDE THE LOG';
    answer.push(`checkpoint: ${report.origin ?? ''} ${checkpoint.size} ${checkpoint.root}, signed by ${whose}`);
  }
  const verdict = report.ok
    ? checkpoint?.isKeyTrusted === true
      ? 'verified'
      : 'verified against itself only'
    : 'NOT VERIFIED';
  answer.push(`${verdict}: ${report.records} records, head ${report.head}`);
  return { answer, notes: report.unchecked.map((part) => `not checked: ${part}`) };
}

/** Gaps that are shown one by one. */
const MAX_GAPS_SHOWN = 20;

function faultText({ file, line, byteOffset, index, lastIndex, problem }: LogFault): string {
  // Where no file is left to name, what is missing is missing from the log.
  const place = file === '' ? 'the log' : file;
  const where = line > 0 ? `${place}:${line} (byte ${byteOffset})` : place;
  if (index === null) return `${where}: ${problem}`;
  const which = lastIndex !== null && lastIndex > index ? `records ${index} to ${lastIndex}` : `record ${index}`;
  return problem.startsWith(`${which} `) ? `${where}: ${problem}` : `${where}: ${which}: ${problem}`;
}

/** Says in words what a proof shows. */
export function proofText(verdict: ProofVerdict): ReportText {
  if (!verdict.ok) return { answer: [`NOT PROVEN: the proof ${verdict.problem}`], notes: [] };
  const { origin, size, record, witnesses, unknownSigners } = verdict;
  const answer = [
    `proven: this is record ${record.index} of the log ${origin}, one of ${size} that its key signed`,
    `record: ${isoTime(record.occurredAtMs)} ${record.kind}${record.sessionId === null ? '' : ` ${record.sessionId}`}, hash ${record.hash}`,
    ...witnesses.map(({ name, seenAtMs }) => `witness ${name}: saw the log with it at ${isoTime(seenAtMs)}`),
  ];
  const notes = [
    'not proven: that what the record says is true, and that the log has not gone on differently since',
    ...(witnesses.length === 0
      ? ['not checked: when it was logged; no witness was named. The time in the record is the host’s own']
      : []),
    ...unknownSigners.map((name) => `not checked: signature of \`${name}\`: its key was not given`),
  ];
  return { answer, notes };
}

function isoTime(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? `${ms} ms` : time.toISOString();
}
