import { decodeLine } from '../audit/index.ts';
import type { LoggedRecord } from '../audit/index.ts';
import { leafHash, verifyInclusion } from '../tlog/index.ts';
import { openHead } from './checkpoints.ts';
import { parseProof } from './proof-text.ts';
import type { WitnessedHead } from './report.ts';
import type { Trust } from './trust.ts';

/** What a proof shows, or the first thing that is wrong with it. */
export type ProofVerdict =
  | {
      readonly ok: true;
      /** Name of the log, whose key signed the checkpoint. */
      readonly origin: string;
      /** Records that the checkpoint covers. */
      readonly size: number;
      readonly record: LoggedRecord;
      /** Of the witnesses that were demanded. */
      readonly witnesses: readonly WitnessedHead[];
      /** Names in signatures of which no key is known. */
      readonly unknownSigners: readonly string[];
    }
  | { readonly ok: false; readonly problem: string };

/** Verifies a proof by its text and the keys alone. Never throws: it may have been written by anyone. */
export function verifyProof(text: string, trust: Pick<Trust, 'keys' | 'witnesses'>): ProofVerdict {
  const proof = parseProof(text);
  if (proof === null) return refused('is no proof of a record');
  const { line, index, hashes, note } = proof;
  const witnesses = trust.witnesses.map(({ verifier }) => verifier);
  const head = openHead('proof', note, trust.keys, witnesses);
  if (head === 'no note') return refused('holds no checkpoint');
  if (head === 'other log') return refused('is of another log than the key that is trusted');
  if (head === 'not signed')
    return refused('holds a checkpoint that the trusted key did not sign, or a wrong signature');
  const { size, root, origin } = head.checkpoint;
  const missing = trust.witnesses.find(
    ({ verifier }) => !head.cosignatures.some(({ name, keyId }) => name === verifier.name && keyId === verifier.keyId),
  );
  if (missing !== undefined) return refused(`has no cosignature of the witness \`${missing.verifier.name}\``);
  if (!verifyInclusion({ leaf: leafHash(line), index, size, root, proof: hashes })) {
    return refused(`does not lead from the record to the signed tree of ${size} records`);
  }
  const decoded = decodeLine(line);
  if (!decoded.isRecord) return refused(`leads to the signed tree from what is no record: ${decoded.problem}`);
  if (decoded.record.index !== index) return refused('leads to another place in the log than its record names');
  const seen = head.cosignatures.map(({ name, timestampS }) => ({ name, size, seenAtMs: (timestampS ?? 0) * 1_000 }));
  return { ok: true, origin, size, record: decoded.record, witnesses: seen, unknownSigners: head.unknownSigners };
}

function refused(problem: string): ProofVerdict {
  return { ok: false, problem };
}
