import { detectorId } from '../../core/ids.ts';
import type { KindMatch, ScanText } from '../scan/detector.ts';
import { hasContext, hasContextBefore, isCodeFile } from './surroundings.ts';

export const IP_ADDRESS = detectorId('pii/ip-address');
/** Loopback, private, link-local and documentation addresses: they lead to no person, but tell how a network is built. */
export const LOCAL_ADDRESS = detectorId('pii/local-address');
export const MAC_ADDRESS = detectorId('pii/mac-address');

/** The IPv4 address that starts at a run of digits. Four numbers of a version are none. */
export function ipv4At(text: ScanText, start: number): KindMatch | null {
  IPV4.lastIndex = start;
  const { latin1 } = text;
  if (!IPV4.test(latin1)) return null;
  const end = IPV4.lastIndex;
  const parts = latin1.slice(start, end).split('.').map(Number);
  const isCode = isCodeFile(text.scene);
  if (
    parts.every((part) => part < (isCode ? 30 : 20)) &&
    !isHost(parts) &&
    (isCode || !(latin1.charAt(end) === '/' || hasContext(text, start, end, NETWORK)))
  )
    return null;
  if (hasContextBefore(text, start, 12, /\bv(?:er(?:sion)?)?[ .:="']{0,3}$|[\^~]$/)) return null;
  if (!isSpecial(parts)) return { id: IP_ADDRESS, start, end, confidence: 0.9 };
  return isCode || isQuoted(latin1, start) ? null : { id: LOCAL_ADDRESS, start, end, confidence: 0.9 };
}

/**
 * The IPv6 address that a colon at `colon` stands in. Namespaces of code have letters beyond `f` beside them, and times
 * and ratios too few groups.
 */
export function ipv6At(text: ScanText, colon: number): KindMatch | null {
  const { bytes, latin1 } = text;
  let start = colon;
  while (start > 0 && colon - start < 45 && isIpv6Byte(bytes[start - 1])) start -= 1;
  const before = latin1.charAt(start - 1);
  if (start > 0 && /[\w.$@%-]/.test(before)) return null;
  IPV6.lastIndex = start;
  if (!IPV6.test(latin1)) return null;
  let end = IPV6.lastIndex;
  // A colon that ends a sentence's part is no group's.
  if (latin1.charAt(end - 1) === ':' && latin1.charAt(end - 2) !== ':') end -= 1;
  const address = latin1.slice(start, end);
  if (/[\w$]/.test(latin1.charAt(end)) || !isIpv6(address)) return null;
  // `::` alone and letters beside it are as well a scope of code.
  if (
    /^::[a-f]*$|^[a-f]{1,4}::[a-f]{0,4}$/i.test(address) &&
    latin1.charAt(end) !== '/' &&
    !hasContext(text, start, end, NETWORK)
  )
    return null;
  if (/^\d{1,2}::\d{1,2}$/.test(address)) return null;
  if (!/^(?:::[01]?|fe80:.*|ff..:.*|2001:0?db8:.*|f[cd]..:.*)$/i.test(address))
    return { id: IP_ADDRESS, start, end, confidence: 0.9 };
  const isOwn = /^::[01]?$/.test(address) && latin1.charAt(end) !== '/';
  return isCodeFile(text.scene) || (isOwn && isQuoted(latin1, start))
    ? null
    : { id: LOCAL_ADDRESS, start, end, confidence: 0.9 };
}

/** The hardware address that starts at `start`. */
export function macAt({ latin1 }: ScanText, start: number): KindMatch | null {
  if (start < 0 || /[\w:.-]/.test(latin1.charAt(start - 1))) return null;
  MAC.lastIndex = start;
  if (!MAC.test(latin1)) return null;
  const end = MAC.lastIndex;
  if (/^(?:[0.:-]{12,}|[f.:-]{12,})$/i.test(latin1.slice(start, end))) return null;
  return { id: MAC_ADDRESS, start, end, confidence: 0.9 };
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`${OCTET}(?:\\.${OCTET}){3}(?![0-9A-Za-z_])(?!\\.\\d|-\\d|-[a-z]|%\\d)`, 'y');
const IPV6 = /[0-9a-f:]{2,45}(?:\.\d{1,3}){0,3}/iy;
const MAC =
  /[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?![\w]|[:-][0-9a-f])|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.])/iy;
const NETWORK =
  /\bip\b|\bips\b|\bipv[46]\b|address|\bhosts?\b|server|\bdns\b|\bping|subnet|gateway|\bnetwork|client|src|dst|\bcidr\b|resolver|traceroute|connect|listen/;

/** Whether an address is written as code writes one: in quotes, in a URL, as an option's value. */
function isQuoted(latin1: string, start: number): boolean {
  return /["'`]$|,$|\/\/\[?$|\{\{$|\s--?[\w-]{1,30}[ =]$/.test(latin1.slice(Math.max(0, start - 34), start));
}

/** Small numbers that are addresses all the same: public name servers and the unspecified address. */
function isHost(parts: readonly number[]): boolean {
  return parts.every((part) => part === parts[0]);
}

/** Loopback, private, link-local, documentation and multicast addresses. */
function isSpecial([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  return (
    [0, 10, 127].includes(a) ||
    a >= 224 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)))) ||
    (a === 169 && b === 254) ||
    (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
    (a === 203 && b === 0 && c === 113) ||
    (a === 100 && b >= 64 && b < 128)
  );
}

function isIpv6Byte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const folded = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x3a) || (folded >= 0x61 && folded <= 0x66);
}

function isIpv6(address: string): boolean {
  const quad = /:(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (quad !== null && quad.slice(1).some((part) => Number(part) > 255)) return false;
  if (quad === null && address.includes('.')) return false;
  const plain = quad === null ? address : `${address.slice(0, quad.index)}:0:0`;
  const halves = plain.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}
