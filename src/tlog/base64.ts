/**
 * Reads standard base64 with its padding, in the one form that encoding gives. Null for everything else: two texts for one
 * value would let a note be changed without changing what it says.
 */
export function parseBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
