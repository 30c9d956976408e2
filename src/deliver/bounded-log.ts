import type { AuditRecord, AuditSink } from '../core/audit.ts';
import { LogBehind } from '../core/error.ts';

/** What says whether more may be decided before sinks have caught up. */
export interface BacklogGate {
  /** Why decisions are refused now, in one line; null while they are not. */
  readonly denial: string | null;
  /** Told after each append. */
  wake(): void;
}

/**
 * A log that takes no record which lets something happen, while a sink that the policy requires is too far behind. Records of what
 * happened already, of the log itself and of what people do about it go through: the state can be recorded and mended.
 */
export function boundedBy(log: AuditSink, gate: BacklogGate): AuditSink {
  return {
    async append(record) {
      const { denial } = gate;
      if (denial !== null && letsHappen(record)) {
        throw new LogBehind(denial, { hint: '`sallyport audit delivery` says what the sink answers' });
      }
      const receipt = await log.append(record);
      gate.wake();
      return receipt;
    },
  };
}

/** Events of these kinds that only say what has happened; all others of them let something happen. */
const PAST_EVENTS: Readonly<Record<'session' | 'model' | 'egress', ReadonlySet<string>>> = {
  session: new Set(['ended', 'tainted']),
  model: new Set(['refused', 'response', 'reply-finding', 'call-refused', 'undecided-result', 'undecided-error']),
  egress: new Set(['refused', 'closed']),
};

function letsHappen({ kind, body }: AuditRecord): boolean {
  switch (kind) {
    case 'decision':
      return true;
    case 'session':
    case 'model':
    case 'egress':
      return !(typeof body['event'] === 'string' && PAST_EVENTS[kind].has(body['event']));
    case 'hook':
    case 'policy':
    case 'admin':
    case 'finding':
    case 'log':
      return false;
  }
}
