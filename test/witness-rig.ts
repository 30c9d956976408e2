import { sampleEntries, sampleKey, sampleTree } from '../src/tlog/sample-tree.ts';
import { checkpointText, logSigner, parseVkey, signNote, vkeyOf } from '../src/tlog/index.ts';
import type { NoteSigner, NoteVerifier } from '../src/tlog/index.ts';
import { makeWitnessKey, parseWitnessKey, Witness } from '../src/witness/index.ts';
import type { SignedHead, WitnessEvent, WitnessMemory } from '../src/witness/index.ts';

export const ORIGIN = 'sallyport/host/0a1b2c3d';
export const AT_S = 1_700_000_000;

const logKeys = sampleKey(1);
export const logVkey = vkeyOf(ORIGIN, logKeys.publicKey, 'log');
export const log: NoteVerifier = known(logVkey);

/** A log for tests: its head at any size, and what it would be had one entry been another. */
export function head(
  size: number,
  rewritten?: number,
  signer: NoteSigner = logSigner(ORIGIN, logKeys.privateKey),
): SignedHead {
  const tree = sampleTree(
    sampleEntries(size).map((entry, at) => (at === rewritten ? Buffer.from('rewritten') : entry)),
  );
  const checkpoint = { origin: ORIGIN, size, root: tree.root, extensions: [] };
  const text = checkpointText(checkpoint);
  return { text, checkpoint, tiles: tree, note: signNote(text, [signer]) };
}

/** What a witness remembers, in memory; `fail` makes its next write fail as a full disk does. */
export interface SampleMemory extends WitnessMemory {
  readonly notes: Map<string, string>;
  fail: boolean;
}

export function sampleMemory(): SampleMemory {
  const notes = new Map<string, string>();
  return {
    notes,
    fail: false,
    latest: (origin) => notes.get(origin) ?? null,
    remember(origin, note) {
      if (this.fail) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      notes.set(origin, note);
    },
  };
}

const key = parseWitnessKey(makeWitnessKey('witness.example/w1'));
if (key === null) throw new TypeError('a key that was made is none');
export const witnessKey = key;

/** A witness of the log above. */
export function sampleWitness(
  memory: WitnessMemory = sampleMemory(),
  logs: readonly NoteVerifier[] = [log],
): { readonly witness: Witness; readonly events: WitnessEvent[] } {
  const events: WitnessEvent[] = [];
  const { verifier } = witnessKey;
  const signer = witnessKey.signer(() => AT_S);
  return { events, witness: new Witness({ logs, signer, verifier, memory, report: (event) => events.push(event) }) };
}

/** All that is read, as a list. */
export async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function known(vkey: string): NoteVerifier {
  const verifier = parseVkey(vkey);
  if (verifier === null) throw new TypeError('a key that was made is none');
  return verifier;
}
