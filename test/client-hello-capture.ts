/** One TLS client that opens a connection and says a name, or says something that is no TLS. */
export interface CapturedClient {
  readonly sourcePort: number;
  readonly host: string;
  readonly port: number;
  /** Null: the client says something that is no TLS. */
  readonly serverName: string | null;
}

/** Writes the clients as a capture (pcap, raw IP): handshake, hello in one segment, the server's acknowledgement. */
export function capture(clients: readonly CapturedClient[]): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(LINKTYPE_RAW, 20);
  const packets = clients.flatMap((client, at) => connection(client).map((packet, step) => framed(packet, at, step)));
  return Buffer.concat([head, ...packets]);
}

const LINKTYPE_RAW = 101;
const CLIENT = '10.0.0.5';
const [SYN, ACK, PUSH] = [0x02, 0x10, 0x08];

function framed(packet: Buffer, second: number, step: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(1_700_000_000 + second, 0);
  head.writeUInt32LE(step * 1_000, 4);
  head.writeUInt32LE(packet.length, 8);
  head.writeUInt32LE(packet.length, 12);
  return Buffer.concat([head, packet]);
}

function connection({ sourcePort, host, port, serverName }: CapturedClient): readonly Buffer[] {
  const hello = serverName === null ? Buffer.from('SSH-2.0-x\r\n') : clientHello(serverName);
  const out = { from: CLIENT, to: host, fromPort: sourcePort, toPort: port };
  const back = { from: host, to: CLIENT, fromPort: port, toPort: sourcePort };
  const none = Buffer.alloc(0);
  return [
    segment(out, SYN, 1_000, 0, none),
    segment(back, SYN | ACK, 5_000, 1_001, none),
    segment(out, ACK, 1_001, 5_001, none),
    segment(out, ACK | PUSH, 1_001, 5_001, hello),
    segment(back, ACK, 5_001, 1_001 + hello.length, none),
  ];
}

interface Way {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
}

/** Checksums are left out: the engine is told not to look at them. */
function segment(way: Way, flags: number, sequence: number, acknowledged: number, data: Buffer): Buffer {
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(40 + data.length, 2);
  ip[8] = 64;
  ip[9] = 6;
  for (const [at, address] of [way.from, way.to].entries()) ip.set(address.split('.').map(Number), 12 + 4 * at);
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(way.fromPort, 0);
  tcp.writeUInt16BE(way.toPort, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledged, 8);
  tcp[12] = 0x50;
  tcp[13] = flags;
  tcp.writeUInt16BE(65_535, 14);
  return Buffer.concat([ip, tcp, data]);
}

/** A hello of TLS 1.2 with one extension, the server's name (RFC 5246 section 7.4.1.2, RFC 6066 section 3). */
function clientHello(serverName: string): Buffer {
  const name = Buffer.from(serverName, 'latin1');
  const entry = Buffer.concat([Buffer.from([0]), sized(name, 2)]);
  const extension = Buffer.concat([Buffer.from([0, 0]), sized(sized(entry, 2), 2)]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    sized(Buffer.from([0x13, 0x01, 0xc0, 0x2f]), 2),
    sized(Buffer.from([0]), 1),
    sized(extension, 2),
  ]);
  return Buffer.concat([Buffer.from([22, 3, 1]), sized(Buffer.concat([Buffer.from([1]), sized(body, 3)]), 2)]);
}

function sized(data: Buffer, lengthBytes: number): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(data.length, 0, lengthBytes);
  return Buffer.concat([length, data]);
}
