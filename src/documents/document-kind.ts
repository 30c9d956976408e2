/** Readings that bytes allow; more than one where a file is built to be two things. */
export type DocumentKind = 'pdf' | 'zip' | 'rtf' | 'locked';

/** Readers of PDF take a file whose mark stands in its first bytes, not only at the very first. */
const PDF_MARK_BYTES = 1024;
/** The end of a zip file: 22 bytes and a comment of at most 65,535. */
const ZIP_END_BYTES = 22 + 65_535;
const ZIP_START = Buffer.from('PK\x03\x04', 'latin1');
const ZIP_END = Buffer.from('PK\x05\x06', 'latin1');
/** A compound file: the older office formats, and the newer ones where they are encrypted. */
const COMPOUND = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const ENCRYPTED_PACKAGE = Buffer.from('EncryptedPackage', 'utf16le');

/** What the bytes say they are; none for plain text and for what is unknown. */
export function documentKinds(bytes: Uint8Array): readonly DocumentKind[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kinds: DocumentKind[] = [];
  if (buffer.subarray(0, PDF_MARK_BYTES).includes('%PDF-')) kinds.push('pdf');
  const isZip = buffer.subarray(0, 4).equals(ZIP_START) || buffer.subarray(-ZIP_END_BYTES).includes(ZIP_END);
  if (isZip) kinds.push('zip');
  if (/^\s{0,8}\{\\rt/.test(buffer.subarray(0, 16).toString('latin1'))) kinds.push('rtf');
  if (buffer.subarray(0, 8).equals(COMPOUND) && buffer.includes(ENCRYPTED_PACKAGE)) kinds.push('locked');
  return kinds;
}
