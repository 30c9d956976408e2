import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { UsageError } from '../core/error.ts';
import { RELAY_LIMITS } from '../relay/index.ts';
import type { RelayLimits } from '../relay/index.ts';

const MIB = 1024 * 1024;
/** The longest body that a policy can allow: less room would refuse it for ever. */
const LEAST_BODY_MIB = 64;
const MOST_BODY_MIB = 65_536;

/** Limits as the command line has them; what is left out stays as {@link RELAY_LIMITS} has it. */
export interface GatewayLimitOptions {
  readonly requestsPerMinute?: number;
  readonly requestsAtOnce?: number;
  readonly hosts?: number;
  readonly connections?: number;
  readonly bodyMib?: number;
  readonly hostBodyMib?: number;
}

/** Adds an option for each limit that depends on how many hosts there are and how large the machine is. */
export function addLimitOptions(command: Command): void {
  const { callerRequestsPerMinute, callerRequestsAtOnce, callers, connections } = RELAY_LIMITS;
  const { bodyBytesAtOnce, callerBodyBytesAtOnce } = RELAY_LIMITS;
  for (const [flag, meaning, usual, least, most] of [
    ['--requests-per-minute', 'requests of one host in a minute', callerRequestsPerMinute, 1, 100_000],
    ['--requests-at-once', 'requests of one host at one time', callerRequestsAtOnce, 1, 4_096],
    ['--hosts', 'hosts whose requests are counted at one time; more are refused', callers, 16, 1_000_000],
    ['--connections', 'connections at one time; more are closed as they come', connections, 16, 65_536],
    ['--body-mib', 'MiB of bodies that are held at one time', bodyBytesAtOnce / MIB, LEAST_BODY_MIB, MOST_BODY_MIB],
    ['--host-body-mib', 'MiB of them that one host may take', callerBodyBytesAtOnce / MIB, 1, MOST_BODY_MIB],
  ] as const) {
    command.addOption(
      new Option(`${flag} <count>`, `${meaning}, ${least} to ${most} (default: ${usual})`).argParser((text) =>
        countOf(text, least, most),
      ),
    );
  }
}

/** @throws {UsageError} where one host may take more than there is. */
export function limitsOf(options: GatewayLimitOptions): Partial<RelayLimits> {
  const { requestsPerMinute, requestsAtOnce, hosts, connections, bodyMib, hostBodyMib } = options;
  const bodyBytesAtOnce = bodyMib === undefined ? RELAY_LIMITS.bodyBytesAtOnce : bodyMib * MIB;
  if (hostBodyMib !== undefined && hostBodyMib * MIB > bodyBytesAtOnce) {
    throw new UsageError('`--host-body-mib` is more than `--body-mib`', {
      hint: `one host may take ${bodyBytesAtOnce / MIB} MiB at the most`,
    });
  }
  return {
    ...(requestsPerMinute === undefined ? {} : { callerRequestsPerMinute: requestsPerMinute }),
    ...(requestsAtOnce === undefined ? {} : { callerRequestsAtOnce: requestsAtOnce }),
    ...(hosts === undefined ? {} : { callers: hosts }),
    ...(connections === undefined ? {} : { connections }),
    bodyBytesAtOnce,
    callerBodyBytesAtOnce:
      hostBodyMib === undefined ? Math.min(RELAY_LIMITS.callerBodyBytesAtOnce, bodyBytesAtOnce) : hostBodyMib * MIB,
  };
}

function countOf(text: string, least: number, most: number): number {
  const count = Number(text);
  if (!/^[0-9]{1,7}$/.test(text) || count < least || count > most) {
    throw new InvalidArgumentError(`give a whole number from ${least} to ${most}`);
  }
  return count;
}
