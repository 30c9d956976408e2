import { base64, parseBase64 } from './base64.ts';

/** Largest note that is read. A checkpoint with a hundred signatures is a tenth of it. */
export const MAX_NOTE_BYTES = 1 << 20;
/** Most signatures of a note that is read: each may cost a verification. */
export const MAX_NOTE_SIGNATURES = 100;

const DASH = '—';
const KEY_ID_BYTES = 4;

/** Signs notes (https://c2sp.org/signed-note) under a name. */
export interface NoteSigner {
  readonly name: string;
  /** First four bytes of a hash over name, kind and public key: a hint for finding the key, no proof of anything. */
  readonly keyId: number;
  /** The bytes that stand behind the key id. */
  sign(text: string): Uint8Array;
}

/** Checks signatures of one key. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  /** `timestampS` is when a witness signed, in seconds since the epoch; null for a log, which signs no time. */
  verify(
    text: string,
    signature: Uint8Array,
  ): { readonly ok: true; readonly timestampS: number | null } | { readonly ok: false };
}

/** A key whose signature of a note is good. */
export interface VerifiedSignature {
  readonly name: string;
  readonly keyId: number;
  readonly timestampS: number | null;
  /** The signature as it stands in the note, without its newline. */
  readonly line: string;
}

/**
 * Writes a note: the text, an empty line, and the signatures; `existing` ones first, as they are.
 *
 * @throws {TypeError} where the text is none that a note can hold, or nothing signs it.
 */
export function signNote(text: string, signers: readonly NoteSigner[], existing: readonly string[] = []): string {
  if (!isNoteText(text)) throw new TypeError('not the text of a note');
  const lines = [...existing, ...signers.map((signer) => signatureLine(signer, signer.sign(text)))];
  if (lines.length === 0 || lines.some((line) => parseSignatureLine(line) === null)) {
    throw new TypeError('a note needs signatures, in the form that they have');
  }
  return `${text}\n${lines.map((line) => `${line}\n`).join('')}`;
}

/**
 * Takes a note apart and checks the signatures of known keys, all of them.
 *
 * `verified` may be empty: a note that no known key signed says nothing, and the caller MUST NOT use its text.
 *
 * @returns null where it is no note, or where a signature under the name and id of a known key is wrong.
 */
export function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
): {
  readonly text: string;
  /** One for each key, in the order of the note. */
  readonly verified: readonly VerifiedSignature[];
  /** Signatures of keys that are not known, as they stand in the note; not checked. */
  readonly unknown: readonly string[];
} | null {
  const parts = splitNote(note);
  if (parts === null) return null;
  const verified: VerifiedSignature[] = [];
  const unknown: string[] = [];
  for (const { line, name, keyId, signature } of parts.signatures) {
    // Key ids are 4 bytes, so two known keys may share name and id: then one of them must have signed.
    const candidates = verifiers.filter((verifier) => verifier.name === name && verifier.keyId === keyId);
    if (candidates.length === 0) {
      unknown.push(line);
      continue;
    }
    const good = candidates.map((key) => key.verify(parts.text, signature)).find((answer) => answer.ok);
    if (good === undefined || !good.ok) return null;
    if (verified.some((earlier) => earlier.name === name && earlier.keyId === keyId)) continue;
    verified.push({ name, keyId, timestampS: good.timestampS, line });
  }
  return { text: parts.text, verified, unknown };
}

/** Reads the bytes of a note as text. Null where they are more than 1 MiB, or no UTF-8. */
export function decodeNote(bytes: Uint8Array): string | null {
  if (bytes.length > MAX_NOTE_BYTES) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Whether a text may be signed as a note: lines ended by newlines, no other control characters, valid Unicode. */
export function isNoteText(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);
}

/** Whether a key may have that name: not empty, no spaces of any script, no plus, nothing that a note cannot hold. */
export function isKeyName(name: string): boolean {
  // U+0085 is a space to Unicode and to other readers of notes, but not to \s.
  // oxlint-disable-next-line no-control-regex
  return name !== '' && name.isWellFormed() && !/[\s+\u0000-\u001f\u0085]/.test(name);
}

/** One signature as it stands in a note, without its newline. */
export function signatureLine(
  signer: { readonly name: string; readonly keyId: number },
  signature: Uint8Array,
): string {
  const id = Buffer.alloc(KEY_ID_BYTES);
  id.writeUInt32BE(signer.keyId);
  return `${DASH} ${signer.name} ${base64(Buffer.concat([id, signature]))}`;
}

interface SignatureParts {
  readonly line: string;
  readonly name: string;
  readonly keyId: number;
  readonly signature: Uint8Array;
}

/** Reads one signature of a note. Null where it has another form. */
export function parseSignatureLine(line: string): SignatureParts | null {
  const [dash, name, encoded, ...more] = line.split(' ');
  if (dash !== DASH || name === undefined || encoded === undefined || more.length > 0 || !isKeyName(name)) return null;
  const bytes = parseBase64(encoded);
  if (bytes === null || bytes.length <= KEY_ID_BYTES) return null;
  const keyId = Buffer.from(bytes).readUInt32BE();
  return { line, name, keyId, signature: bytes.subarray(KEY_ID_BYTES) };
}

function splitNote(note: string): { readonly text: string; readonly signatures: readonly SignatureParts[] } | null {
  if (note.length > MAX_NOTE_BYTES || !isNoteText(note)) return null;
  const gap = note.lastIndexOf('\n\n');
  if (gap === -1) return null;
  const lines = note.slice(gap + 2, -1).split('\n', MAX_NOTE_SIGNATURES + 1);
  if (lines.length > MAX_NOTE_SIGNATURES) return null;
  const signatures: SignatureParts[] = [];
  for (const line of lines) {
    const parsed = parseSignatureLine(line);
    if (parsed === null) return null;
    signatures.push(parsed);
  }
  return { text: note.slice(0, gap + 1), signatures };
}
