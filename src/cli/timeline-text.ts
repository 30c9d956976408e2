import type { CallEntry, Looked, ModelEntry, Said, TimelineEntry } from '../query/index.ts';
import { shownLine } from './shown-line.ts';

/** What the lines of one session are measured from. */
export interface TimelineScale {
  readonly startMs: number;
  /** Paths in it are shown from there; null where it is not known. */
  readonly workspace: string | null;
}

/** One line for an entry: its record, seconds since the start, what it is, and what came of it. Holds nothing that moves a cursor. */
export function timelineLine(entry: TimelineEntry, { startMs, workspace }: TimelineScale): string {
  const { label, words } = told(entry);
  const short = words.map((word) => (workspace === null ? word : shortPath(word, workspace)));
  const at = sinceStart(entry.atMs - startMs).padStart(9);
  return shownLine(`${String(entry.id).padStart(7)}  ${at}  ${label.padEnd(8)}  ${short.join('  ')}`).trimEnd();
}

/** The line above the entries of a turn. */
export function turnLine(turn: number, atMs: number): string {
  return turn === 0 ? 'before the first prompt' : `turn ${turn}  ${new Date(atMs).toISOString()}`;
}

interface Told {
  readonly label: string;
  readonly words: readonly string[];
}

function told(entry: TimelineEntry): Told {
  switch (entry.kind) {
    case 'call':
      return callTold(entry);
    case 'model':
      return { label: 'model', words: modelWords(entry) };
    case 'prompt': {
      const size = entry.length === null ? 'of unknown length' : `${entry.length} characters`;
      const denied = entry.verdict === 'deny' ? [`REFUSED by ${entry.ruleId ?? 'no rule'}`] : [];
      return { label: 'prompt', words: [...denied, size, digest(entry.sha256), ...lookedWords(entry.looked)] };
    }
    case 'refused':
      return { label: 'REFUSED', words: [`the gateway answered for the model: ${entry.why}`, entry.path ?? ''] };
    case 'liveness':
      return {
        label: entry.answer === 'proven' ? 'hooks' : 'HOOKS',
        words: [
          entry.answer === 'proven'
            ? 'proven: the guard answered the liveness check'
            : entry.answer === 'unanswered'
              ? 'NOT PROVEN: the liveness check came back without the guard'
              : 'a liveness check was issued, and no answer was seen',
        ],
      };
    case 'taint': {
      const seen = entry.detectorId === null ? '' : `in which ${entry.detectorId} was seen`;
      const by = entry.toolUseId === null ? '' : `by ${shortId(entry.toolUseId)}`;
      return { label: 'TAINT', words: [`read a text from ${entry.source}`, seen, by].filter((word) => word !== '') };
    }
    case 'finding': {
      const about = entry.toolUseId === null ? [] : [shortId(entry.toolUseId)];
      return { label: 'FINDING', words: [entry.severity ?? 'severity not told', entry.event, ...about] };
    }
    case 'egress':
      return {
        label: entry.verdict === 'deny' ? 'EGRESS' : 'egress',
        words: [entry.verdict, entry.host ?? 'an unknown host', ...(entry.ruleId === null ? [] : [entry.ruleId])],
      };
    case 'connection': {
      const to = entry.destination ?? 'destination not told';
      const by = entry.pid === null ? [] : [`held by process ${entry.pid}`];
      const how = entry.seenBy === null ? [] : [`seen by ${entry.seenBy}`];
      return {
        // What goes past the gateway to a model, or where the policy lets nobody go, is not to be overlooked.
        label: to === 'unexplained' ? 'egress' : 'EGRESS',
        words: [to, entry.remote ?? 'an unknown address', ...by, ...how],
      };
    }
    case 'session':
    case 'client':
    case 'admin':
    case 'other':
      return { label: entry.kind === 'other' ? '' : entry.kind, words: [entry.event, ...entry.words] };
  }
}

function callTold(call: CallEntry): Told {
  const { decided, takenOut, asked, result, undecided } = call;
  const isStopped = decided?.verdict === 'deny' || takenOut !== null;
  const isOdd =
    undecided === 'ran' || (isStopped && result?.outcome === 'ok') || (decided === null && result?.outcome === 'ok');
  const verdict = takenOut !== null ? 'deny' : (decided?.verdict ?? null);
  const label = isOdd ? 'ALARM' : verdict === null ? 'call' : verdict === 'deny' ? 'DENIED' : verdict;
  const by = verdictWords(call);
  const agent = call.agentId === null ? [] : [`by subagent ${shortId(call.agentId)}`];
  const summary = call.summary === null || call.summary === '' ? [] : [call.summary];
  const unasked = asked === null && takenOut === null ? ['the gateway saw no such call'] : [];
  return {
    label,
    words: [
      call.tool ?? 'a tool',
      ...summary,
      ...by,
      ...agent,
      ...lookedWords(call.looked),
      `-> ${outcome(call)}`,
      ...unasked,
    ],
  };
}

function verdictWords({ decided, takenOut, permission, asked }: CallEntry): readonly string[] {
  if (takenOut !== null) return [`${rule(takenOut)}, taken out of the answer`];
  if (decided === null) return ['no decision was seen'];
  const person = permission === null ? [] : ['a person was asked'];
  // The gateway says beforehand what the guard is expected to say; where they differ somebody should know.
  const other =
    asked !== null && asked.verdict !== decided.verdict
      ? [`the gateway expected ${asked.verdict} (${rule(asked)})`]
      : [];
  return [rule(decided), ...person, ...other];
}

function rule({ ruleId }: Said): string {
  return ruleId ?? 'no rule';
}

function outcome({ decided, takenOut, result, undecided }: CallEntry): string {
  if (undecided === 'ran') return 'RAN, and the guard never decided it';
  if (undecided === 'failed') return 'failed before any hook';
  if (result === null) return decided?.verdict === 'deny' || takenOut !== null ? 'not run' : 'no result was seen';
  const took = result.durationMs === null ? '' : ` in ${duration(result.durationMs)}`;
  const size = result.length === null ? '' : `, ${result.length} characters`;
  const kept = result.ruleId === null ? '' : `, ${result.looked?.did ?? 'changed'} by ${result.ruleId}`;
  const found =
    result.looked === null || result.looked.found.length === 0 ? '' : ` [${foundText(result.looked.found)}]`;
  const tail = `${took}${size}${kept}${found}`;
  switch (result.outcome) {
    case 'ok':
      return `${decided?.verdict === 'deny' || takenOut !== null ? 'RAN ALTHOUGH DENIED' : 'ran'}${tail}`;
    case 'failed':
      return `failed${tail}`;
    case 'refused-by-person':
      return `not run: refused at the client${took}`;
  }
}

function modelWords({
  model,
  agentId,
  looked,
  reply,
  replyFound,
  fallbacks,
  requestSha256,
}: ModelEntry): readonly string[] {
  const agent = agentId === null ? [] : [`for subagent ${shortId(agentId)}`];
  const seen = looked.map(({ did, found }) => `[${did}: ${foundText(found)}]`);
  const said = replyFound.length === 0 ? [] : [`[in the answer: ${foundText(replyFound)}]`];
  const others = fallbacks === 0 ? [] : [`${fallbacks} services failed first`];
  const head = [model ?? 'no model named', digest(requestSha256), ...agent, ...others];
  if (reply === null) return [...head, ...seen, ...said, '-> no answer was seen'];
  const { inputTokens, outputTokens, cacheReadTokens, durationMs, ended, status, stopReason } = reply;
  const cached = cacheReadTokens === null || cacheReadTokens === 0 ? '' : ` + ${cacheReadTokens} cached`;
  const tokens = inputTokens === null ? [] : [`${inputTokens}${cached} tokens in, ${outputTokens ?? 0} out`];
  const took = durationMs === null ? '' : ` in ${duration(durationMs)}`;
  const end = ended === 'complete' ? (stopReason ?? `status ${status ?? 'unknown'}`) : `BROKE OFF: ${ended}`;
  return [...head, ...tokens, ...seen, ...said, `-> ${end}${took}`];
}

function lookedWords(looked: Looked | null): readonly string[] {
  if (looked === null) return [];
  if (looked.did === 'not looked at') return ['[NOT LOOKED AT: the detectors failed]'];
  if (looked.found.length === 0) return [];
  return [`[${looked.did === 'nothing' || looked.did === null ? 'seen' : looked.did}: ${foundText(looked.found)}]`];
}

function foundText(found: Looked['found']): string {
  return found.map(([detectorId, hits]) => (hits === 1 ? detectorId : `${detectorId} x${hits}`)).join(', ');
}

/** The first digits tell digests of one session apart; the whole one is in the record. */
function digest(sha256: string | null): string {
  return sha256 === null ? 'no digest' : sha256.slice(0, 8);
}

/** The end of an id is what differs. */
function shortId(id: string): string {
  return id.length <= 16 ? id : `…${id.slice(-12)}`;
}

function shortPath(word: string, workspace: string): string {
  if (word === workspace) return word;
  return word.startsWith(`${workspace}/`) ? `.${word.slice(workspace.length)}` : word;
}

function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

function sinceStart(ms: number): string {
  const seconds = Math.abs(ms) / 1_000;
  const sign = ms < 0 ? '-' : '+';
  if (seconds < 60) return `${sign}${seconds.toFixed(3)}`;
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours === 0
    ? `${sign}${minutes}:${two(rest)}.${Math.floor((seconds % 1) * 10)}`
    : `${sign}${hours}:${two(minutes)}:${two(rest)}`;
}
