/** Text that is UTF-16 by its byte order mark; null for anything else. An odd byte at the end is left out. */
export function utf16Text(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  if (!isLittle && !(first === 0xfe && second === 0xff)) return null;
  const units = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
  if (!isLittle) units.swap16();
  return units.toString('utf16le');
}
