/** One connection of a network namespace, as `/proc/PID/net/tcp` or `tcp6` has it. */
export interface TcpRow {
  readonly localPort: number;
  /** `192.0.2.1`, or eight groups of four hex digits. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Of the socket, by which the process is found that holds it. */
  readonly inode: number;
}

/** States in which this side sent or may send: established, connecting, closing. */
const TALKING: ReadonlySet<string> = new Set(['01', '02', '04', '05', '08', '09']);
/** Connections of one namespace that are read. */
const MAX_ROWS = 20_000;
const IPV4_IN_IPV6 = '0000:0000:0000:0000:0000:ffff:';

/** Reads a table; rows that listen, that nobody holds or that cannot be read are left out. */
export function tcpRows(text: string): readonly TcpRow[] {
  const rows: TcpRow[] = [];
  for (const line of text.split('\n').slice(1, MAX_ROWS)) {
    const [, local = '', remote = '', state = '', , , , , , inodeText = ''] = line.trim().split(/ +/);
    const [localPort, place, inode] = [portOf(local), endpoint(remote), Number(inodeText)];
    if (localPort === null || place === null || !TALKING.has(state)) continue;
    if (!Number.isSafeInteger(inode) || inode <= 0) continue;
    rows.push({ localPort, remoteAddress: place.address, remotePort: place.port, inode });
  }
  return rows;
}

/** The inode of a socket by the target of a link in `/proc/PID/fd`; null for other files. */
export function socketInode(linkTarget: string): number | null {
  const match = /^socket:\[(\d{1,19})\]$/.exec(linkTarget);
  return match === null ? null : Number(match[1]);
}

/** An address in the one form in which two are compared: plain IPv4 where it is one in disguise, groups written out. */
export function plainAddress(address: string): string | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return address;
  const bare = address.replace(/%.*$/, '').toLowerCase();
  const dotted = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(bare);
  const text =
    dotted === null
      ? bare
      : `${dotted[1]}${hexPair(Number(dotted[2]), Number(dotted[3]))}:${hexPair(Number(dotted[4]), Number(dotted[5]))}`;
  if (!/^[0-9a-f:]{2,39}$/.test(text)) return null;
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return null;
  const [front, back] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''));
  const missing = 8 - (front?.length ?? 0) - (back?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 0) return null;
  const groups = [...(front ?? []), ...Array<string>(missing).fill('0'), ...(back ?? [])];
  if (groups.some((group) => group.length > 4)) return null;
  return withoutDisguise(groups.map((group) => group.padStart(4, '0')).join(':'));
}

function endpoint(text: string): { readonly address: string; readonly port: number } | null {
  const [hex = ''] = text.split(':', 1);
  const port = portOf(text);
  if (port === null || !/^([0-9A-F]{8}|[0-9A-F]{32})$/i.test(hex)) return null;
  // Words of 32 bits, each with its lowest byte first.
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return { address: bytes.join('.'), port };
  const groups = Array.from({ length: 8 }, (_, nth) => hexPair(bytes[2 * nth] ?? 0, bytes[2 * nth + 1] ?? 0));
  return { address: withoutDisguise(groups.join(':')), port };
}

function withoutDisguise(groups: string): string {
  if (!groups.startsWith(IPV4_IN_IPV6)) return groups;
  const bytes = groups.slice(IPV4_IN_IPV6.length).replace(':', '').match(/../g) ?? [];
  return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
}

function portOf(text: string): number | null {
  const match = /:([0-9A-F]{4})$/i.exec(text);
  return match === null ? null : Number.parseInt(match[1] ?? '', 16);
}

function hexPair(high: number, low: number): string {
  return ((high << 8) | low).toString(16).padStart(4, '0');
}
