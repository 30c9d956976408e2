/** One thing that a machine inside says to one outside, as the packets of a conversation. */
export interface CapturedClient {
  readonly sourcePort: number;
  /** IPv4 address of the other side. */
  readonly host: string;
  readonly port: number;
  readonly says: Said;
}

export type Said =
  /** In the order in which the pieces come; `at` is the place of a piece in the whole, in bytes. */
  | { readonly over: 'tcp'; readonly pieces: readonly { readonly at: number; readonly data: Buffer }[] }
  | { readonly over: 'udp'; readonly data: Buffer }
  /** Any other protocol by its number (IANA protocol numbers); it knows no ports. */
  | { readonly over: 'ip'; readonly protocol: number; readonly data: Buffer };

/** Text or bytes in one segment. */
export function inOnePiece(data: Buffer): Said {
  return { over: 'tcp', pieces: [{ at: 0, data }] };
}

/** The same bytes in segments of a size. */
export function inPiecesOf(size: number, data: Buffer): Said {
  const count = Math.ceil(data.length / size);
  const pieces = Array.from({ length: count }, (_, index) => ({
    at: index * size,
    data: data.subarray(index * size, (index + 1) * size),
  }));
  return { over: 'tcp', pieces };
}

/** Writes the clients as a capture (pcap, raw IP). Every second another one begins. */
export function capture(clients: readonly CapturedClient[]): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(LINKTYPE_RAW, 20);
  const packets = clients.flatMap((client, at) => packetsOf(client).map((packet, step) => framed(packet, at, step)));
  return Buffer.concat([head, ...packets]);
}

const LINKTYPE_RAW = 101;
const CLIENT = '10.0.0.5';
const [SYN, ACK, PUSH] = [0x02, 0x10, 0x08];
const [TCP, UDP] = [6, 17];

function framed(packet: Buffer, second: number, step: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(1_700_000_000 + second, 0);
  head.writeUInt32LE(step * 1_000, 4);
  head.writeUInt32LE(packet.length, 8);
  head.writeUInt32LE(packet.length, 12);
  return Buffer.concat([head, packet]);
}

function packetsOf(client: CapturedClient): readonly Buffer[] {
  const { sourcePort, host, port, says } = client;
  if (says.over === 'ip') return [packet(says.protocol, CLIENT, host, says.data)];
  if (says.over === 'udp') {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(sourcePort, 0);
    head.writeUInt16BE(port, 2);
    head.writeUInt16BE(8 + says.data.length, 4);
    return [packet(UDP, CLIENT, host, Buffer.concat([head, says.data]))];
  }
  const out = { from: CLIENT, to: host, fromPort: sourcePort, toPort: port };
  const back = { from: host, to: CLIENT, fromPort: port, toPort: sourcePort };
  const none = Buffer.alloc(0);
  let taken = 0;
  return [
    segment(out, SYN, 1_000, 0, none),
    segment(back, SYN | ACK, 5_000, 1_001, none),
    segment(out, ACK, 1_001, 5_001, none),
    // The other side acknowledges all that it has got without a gap, as a real one does.
    ...says.pieces.flatMap(({ at, data }) => {
      if (at <= taken) taken = Math.max(taken, at + data.length);
      return [segment(out, ACK | PUSH, 1_001 + at, 5_001, data), segment(back, ACK, 5_001, 1_001 + taken, none)];
    }),
  ];
}

interface Way {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
}

function segment(way: Way, flags: number, sequence: number, acknowledged: number, data: Buffer): Buffer {
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(way.fromPort, 0);
  tcp.writeUInt16BE(way.toPort, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledged, 8);
  tcp[12] = 0x50;
  tcp[13] = flags;
  tcp.writeUInt16BE(65_535, 14);
  return packet(TCP, way.from, way.to, Buffer.concat([tcp, data]));
}

/** Checksums are left out: the engine is told not to look at them. */
function packet(protocol: number, from: string, to: string, payload: Buffer): Buffer {
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + payload.length, 2);
  ip[8] = 64;
  ip[9] = protocol;
  for (const [at, address] of [from, to].entries()) ip.set(address.split('.').map(Number), 12 + 4 * at);
  return Buffer.concat([ip, payload]);
}

/** What stands in a hello beside the name. */
export interface HelloShape {
  /** Names in the server name extension; none leaves the extension out. */
  readonly serverNames: readonly string[];
  /** Bytes of other extensions in front of the name and behind it, as the key share of a post-quantum hello has them. */
  readonly before?: number;
  readonly behind?: number;
  /** Bytes of the TLS records that the hello is cut into; one record by default. */
  readonly recordBytes?: number;
}

/** A hello of TLS 1.2 (RFC 5246 section 7.4.1.2, RFC 6066 section 3, padding of RFC 7685). */
export function clientHello({ serverNames, before = 0, behind = 0, recordBytes }: HelloShape): Buffer {
  const entries = serverNames.map((name) => Buffer.concat([Buffer.from([0]), sized(Buffer.from(name, 'latin1'), 2)]));
  const name = Buffer.concat([Buffer.from([0, 0]), sized(sized(Buffer.concat(entries), 2), 2)]);
  const padding = (bytes: number): Buffer => Buffer.concat([Buffer.from([0, 21]), sized(Buffer.alloc(bytes), 2)]);
  const extensions = Buffer.concat([
    ...(before > 0 ? [padding(before)] : []),
    ...(serverNames.length > 0 ? [name] : []),
    ...(behind > 0 ? [padding(behind)] : []),
  ]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    sized(Buffer.from([0x13, 0x01, 0xc0, 0x2f]), 2),
    sized(Buffer.from([0]), 1),
    sized(extensions, 2),
  ]);
  const handshake = Buffer.concat([Buffer.from([1]), sized(body, 3)]);
  const size = recordBytes ?? handshake.length;
  const records = Array.from({ length: Math.ceil(handshake.length / size) }, (_, index) =>
    Buffer.concat([Buffer.from([22, 3, 1]), sized(handshake.subarray(index * size, (index + 1) * size), 2)]),
  );
  return Buffer.concat(records);
}

function sized(data: Buffer, lengthBytes: number): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(data.length, 0, lengthBytes);
  return Buffer.concat([length, data]);
}
