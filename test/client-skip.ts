import { bundledClient, findBwrap } from '../src/cli/launch.ts';
import { SallyportError } from '../src/core/error.ts';

/** Why no session can be made on this machine, or false where one can. */
export function sessionSkipReason(): string | false {
  try {
    findBwrap(process.env['PATH'] ?? '');
    return false;
  } catch (error) {
    if (error instanceof SallyportError) return error.message;
    throw error;
  }
}

/** Why the real client cannot be run in a session on this machine, or false where it can. */
export function clientSkipReason(): string | false {
  return bundledClient() === null ? 'the client is not installed for this platform' : sessionSkipReason();
}
