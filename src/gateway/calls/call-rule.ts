import type { GatewayRules } from '../../core/gateway-rules.ts';
import type { CallVerdict } from './call-ports.ts';

/** Who sees to the calls of a client: its hooks, the gateway alone, or nobody, so that there are to be none. */
export type CallsBy = 'hooks' | 'gateway' | 'nobody';

/** Which calls may reach the client, weakest first. */
export type CallRule = 'all' | 'not-denied' | 'allowed' | 'none';

export function callRule(by: CallsBy, { deniedCalls }: Pick<GatewayRules, 'deniedCalls'>): CallRule {
  switch (by) {
    case 'hooks':
      return deniedCalls === 'hooks' ? 'all' : 'not-denied';
    case 'gateway':
      return 'allowed';
    case 'nobody':
      return 'none';
  }
}

/** Whether a call may reach the client. Without hooks nobody would ask the developer, so what is to be asked may not. */
export function mayPass(rule: CallRule, { verdict }: Pick<CallVerdict, 'verdict'>): boolean {
  switch (rule) {
    case 'all':
      return true;
    case 'not-denied':
      return verdict !== 'deny';
    case 'allowed':
      return verdict === 'allow';
    case 'none':
      return false;
  }
}

/** Whether the client is to run a call of this block. What the service runs itself has run when it is told of. */
export function runsAtClient(blockType: string | null): boolean {
  return blockType?.endsWith('tool_use') === true && !RUN_BY_SERVICE.has(blockType);
}

const RUN_BY_SERVICE: ReadonlySet<string> = new Set(['server_tool_use', 'mcp_tool_use']);
