import { WITHOUT_CAPABILITY } from '../bin/process-facts.ts';
import type { DaemonStatus, HostStatus } from '../core/control.ts';
import { SallyportError } from '../core/error.ts';
import { missing, note, ok } from './doctor-finding.ts';
import type { Finding } from './doctor-finding.ts';

/** What a daemon lacks that serves several users; empty where it serves one, or none answers. */
export function capabilityFindings(daemon: DaemonStatus | SallyportError): readonly Finding[] {
  if (daemon instanceof SallyportError || daemon.host === undefined) return [];
  const lacking = daemon.host.missingCapabilities;
  if (lacking.length === 0) return [ok('host', `${daemon.host.runtimeFolder}, ${daemon.host.doors} doors open`)];
  return lacking.map((name) =>
    note('host', `${name} is missing: ${WITHOUT_CAPABILITY[name]}`, `add it to AmbientCapabilities= of the unit`),
  );
}

/** How the daemon of the machine fares, as any of its users may ask it. */
export function hostFinding(socket: string, host: HostStatus | SallyportError): Finding {
  if (host instanceof SallyportError) {
    return missing(
      'daemon',
      `the daemon of this machine does not answer at ${socket}`,
      'tell whoever runs the machine',
    );
  }
  const { policy, isLogTaking } = host;
  const number = policy.sequence === null ? '' : `, number ${policy.sequence}`;
  const text = `of this machine (${socket}), policy ${policy.name} ${policy.digest.slice(0, 16)}${number}`;
  if (!isLogTaking)
    return missing('daemon', `${text}; it cannot write its log and denies every call`, 'tell whoever runs the machine');
  return ok('daemon', text);
}
