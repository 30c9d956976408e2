import { connect } from 'node:net';
import { engineFacts, UNASKED } from '../bin/engine-watch.ts';
import type { DaemonStatus, EngineStatus } from '../core/control.ts';
import { PROGRAM_KINDS } from '../core/engine-kind.ts';
import { SallyportError } from '../core/error.ts';
import { isLoopback } from '../core/loopback.ts';
import { withoutEngine } from '../core/without-engine.ts';
import type { Policy } from '../policy/index.ts';
import { missing, note, ok } from './doctor-finding.ts';
import type { Finding } from './doctor-finding.ts';

const CONNECT_TIMEOUT_MS = 1_000;

/** Where an examination of engines looks. */
export interface EngineLook {
  /** The absolute path of a program, or null. */
  readonly findProgram: (name: string) => string | null;
  /** The value of that variable of this shell, or null. */
  readonly keyOf: (name: string) => string | null;
  /** Whether somebody takes a connection. Asked of this machine alone. */
  readonly answersAt: (host: string, port: number) => Promise<boolean>;
}

/**
 * One line for each engine of the policy in force, or of the one that would be where no daemon runs. No text is given to
 * an engine, and nothing is sent to another machine.
 *
 * @param policy the one that would be in force; null where it has faults.
 */
export async function engineFindings(
  daemon: DaemonStatus | SallyportError,
  policy: Policy | null,
  look: EngineLook,
): Promise<readonly Finding[]> {
  const isRunning = !(daemon instanceof SallyportError);
  const engines = isRunning
    ? daemon.engines
    : (policy?.engines ?? []).map((engine) => ({
        ...engineFacts(engine, look.keyOf),
        ...UNASKED,
        circuit: 'closed' as const,
      }));
  return await Promise.all(engines.map((engine) => engineFinding(engine, isRunning, look)));
}

/** What an engine lacks, and what to do. */
interface Lack {
  readonly text: string;
  readonly fix: string;
}

async function engineFinding(engine: EngineStatus, isRunning: boolean, look: EngineLook): Promise<Finding> {
  const name = `engine ${engine.name}`;
  const what = `${engine.kind}, ${engine.asks}`;
  const lack = keyLack(engine, isRunning) ?? programLack(engine, look) ?? (await serviceLack(engine, look));
  if (engine.state === 'silent' || lack !== null) {
    const silence = engine.state === 'silent' ? [`gives no answer (${engine.reason})`] : [];
    const why = [...silence, ...(lack === null ? [] : [lack.text])].join('; ');
    const text = `${what}: ${why}, so ${withoutEngine(engine)}`;
    const fix = lack?.fix ?? fixOf(engine);
    return engine.onFailure === 'deny' ? missing(name, text, fix) : note(name, text, fix);
  }
  if (engine.state === 'answers') return ok(name, `${what}: answers`);
  return isElsewhere(engine)
    ? note(name, `${what}: not asked yet, and not tried from here`, null)
    : ok(name, `${what}: is there, not asked yet`);
}

/** Of the daemon's environment where one runs; a shell's own says nothing of that. */
function keyLack({ key }: EngineStatus, isRunning: boolean): Lack | null {
  if (key === null || key.isSet) return null;
  const { variable } = key;
  return isRunning
    ? { text: `the daemon has no ${variable}`, fix: `end the daemon, set ${variable}, and start it again` }
    : { text: `${variable} is not set in this shell`, fix: `set ${variable} before \`sallyport up\`` };
}

function programLack({ kind, asks, state, reason }: EngineStatus, { findProgram }: EngineLook): Lack | null {
  if (!isProgram(kind)) return null;
  // What the daemon started by its name is on the daemon's PATH, whatever that of this shell holds.
  const wasStarted = state !== 'unasked' && reason !== 'not-started';
  if ((wasStarted && !asks.startsWith('/')) || findProgram(asks) !== null) return null;
  return asks.startsWith('/')
    ? { text: 'there is no such program', fix: 'install it there, or mend `command` of the engine in the policy' }
    : {
        text: 'there is no such program on the PATH of this shell',
        fix: 'install it, or name it by its absolute path in `command`',
      };
}

async function serviceLack(engine: EngineStatus, { answersAt }: EngineLook): Promise<Lack | null> {
  if (isProgram(engine.kind) || isElsewhere(engine)) return null;
  const { hostname, port, protocol } = new URL(engine.asks);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (await answersAt(host, Number(port === '' ? DEFAULT_PORTS[protocol] : port))) return null;
  return { text: 'nobody listens there', fix: 'start the service, or mend `url` of the engine in the policy' };
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

function isElsewhere({ kind, asks }: EngineStatus): boolean {
  return !isProgram(kind) && !isLoopback(new URL(asks).hostname);
}

function isProgram(kind: EngineStatus['kind']): boolean {
  return PROGRAM_KINDS.some((each) => each === kind);
}

/** What helps against a silence that nothing else explains. */
function fixOf({ kind, asks, key, reason }: EngineStatus): string {
  if (reason === 'timed-out') return 'see why it is slow, or raise `timeout_ms` of the engine in the policy';
  if (reason === 'not-started') return 'the daemon cannot start it: name it by its absolute path in `command`';
  if (reason === 'unreachable') return `start the service, or open the way from this machine to ${asks}`;
  if (reason === 'http-status 401' || reason === 'http-status 403') {
    return `the service refuses the key: ${key === null ? 'name its variable in `key_env`' : `mend ${key.variable}, and start the daemon again`}`;
  }
  return isProgram(kind)
    ? `run \`${asks}\` by hand; docs/detectors/engines.md says how it is called`
    : 'see the log of the service; docs/detectors/engines.md says how it is called';
}

/** Opens a connection and closes it. */
export async function answersAt(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
