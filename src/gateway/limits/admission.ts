import type { GatewayRules } from '../../core/gateway-rules.ts';
import type { SessionId } from '../../core/ids.ts';
import type { UsageAccount, UsageLedger, UsageTicket } from '../../core/usage.ts';
import { faultName } from '../fault-name.ts';
import { overLimit, tooManyAtOnce, USAGE_UNKNOWN } from './limit-refusal.ts';
import type { LimitRefusal } from './limit-refusal.ts';
import { tokenSum, tokensOfBytes, usageMeter } from './usage-meter.ts';
import type { UsageMeter } from './usage-meter.ts';

/** For whom a request counts. */
export interface Claimant {
  readonly sessionId: SessionId;
  /** The user of the operating system whose session it is. */
  readonly user: string;
}

/** A request that was let in. */
export interface AdmittedRequest {
  readonly kind: 'admitted';
  /** To be told what becomes of the request. */
  readonly meter: UsageMeter;
  /**
   * Frees the request's place and counts what the meter reads. To be called once, whatever came of the request; a
   * second call does nothing. Never rejects.
   */
  release(): Promise<void>;
}

/** Lets requests in as far as the policy's limits go. One per gateway. */
export interface Admissions {
  /**
   * @param limits of the policy in force.
   * @param costsTokens whether the request runs a model; one that only counts tokens does not.
   */
  admit(
    limits: GatewayRules['limits'],
    claimant: Claimant,
    request: { readonly bytes: number; readonly costsTokens: boolean },
  ): Promise<AdmittedRequest | LimitRefusal>;
}

export function admissions(ports: {
  readonly ledger: UsageLedger;
  readonly logError?: (line: string) => void;
}): Admissions {
  const underWay = new Map<SessionId, number>();
  const leave = (id: SessionId): void => {
    const left = (underWay.get(id) ?? 1) - 1;
    if (left > 0) underWay.set(id, left);
    else underWay.delete(id);
  };
  const logFault = (what: string, error: unknown): void => ports.logError?.(`gateway: ${what}: ${faultName(error)}`);

  const counted = async (
    accounts: readonly UsageAccount[],
    request: { readonly bytes: number; readonly costsTokens: boolean },
    limits: GatewayRules['limits'],
  ): Promise<UsageTicket | null | LimitRefusal> => {
    try {
      const tokensIfLost = request.costsTokens ? tokensOfBytes(request.bytes) : 0;
      const answer = await ports.ledger.admit({ accounts, costsTokens: request.costsTokens, tokensIfLost });
      return answer.kind === 'counted' ? answer : overLimit(answer);
    } catch (error) {
      logFault('usage cannot be counted', error);
      // Where nothing is limited, a count that is missing stops nobody.
      return accounts.some(isLimited) && limits.whenUnknown === 'deny' ? USAGE_UNKNOWN : null;
    }
  };

  return {
    admit: async (limits, claimant, request) => {
      const { sessionId } = claimant;
      const atOnce = underWay.get(sessionId) ?? 0;
      if (atOnce >= limits.concurrentRequests) return tooManyAtOnce(limits.concurrentRequests);
      // Taken before the ledger is asked, so that none that come meanwhile pass as well.
      underWay.set(sessionId, atOnce + 1);
      const ticket = await counted(accountsOf(limits, claimant), request, limits);
      if (ticket !== null && 'why' in ticket) {
        leave(sessionId);
        return ticket;
      }
      const meter = usageMeter(request.bytes);
      let isReleased = false;
      return {
        kind: 'admitted',
        meter,
        release: async () => {
          if (isReleased) return;
          isReleased = true;
          leave(sessionId);
          const tokens = request.costsTokens ? tokenSum(meter.reading().tokens) : 0;
          try {
            await ticket?.settle(tokens);
          } catch (error) {
            logFault('usage was not written', error);
          }
        },
      };
    },
  };
}

function accountsOf(
  { requestsPerMinute, tokensPerDay, team }: GatewayRules['limits'],
  claimant: Claimant,
): UsageAccount[] {
  const account = (holder: UsageAccount['holder'], name: string): UsageAccount => ({
    holder,
    name,
    requestsPerMinute: requestsPerMinute[holder],
    tokensPerDay: tokensPerDay[holder],
  });
  return [
    account('session', claimant.sessionId),
    account('user', claimant.user),
    ...(team === null ? [] : [account('team', team)]),
  ];
}

function isLimited({ requestsPerMinute, tokensPerDay }: UsageAccount): boolean {
  return requestsPerMinute !== null || tokensPerDay !== null;
}
