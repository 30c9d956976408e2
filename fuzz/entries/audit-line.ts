import { Chain } from '../../src/audit/chain.ts';
import type { Link } from '../../src/audit/chain.ts';
import type { Line } from '../../src/audit/lines.ts';
import { decodeLine, draftRecord, encodeLine, hashLine, ZERO_HASH } from '../../src/audit/record-line.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { makeSessionId } from '../../src/core/ids.ts';
import { MARK, promise, promiseUnmarked } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { asBytes } from '../material.ts';

const SESSION = makeSessionId(1_700_000_000_000, new Uint8Array(16));

/** A log of a few records, chained as they should be. */
function sampleLog(): string {
  const bodies: readonly JsonObject[] = [
    { a: MARK },
    { b: [1, 1.5, null], c: { 'é\u{1f600}': '\u0001' } },
    {},
    { verdict: 'deny' },
  ];
  let prev = ZERO_HASH;
  return bodies
    .map((body, index) => {
      const draft = draftRecord({
        kind: 'hook',
        occurredAtMs: 1_700_000_000_000 + index,
        sessionId: index % 2 === 0 ? SESSION : null,
        body,
      });
      const line = encodeLine(draft, index, prev);
      prev = hashLine(line);
      return line;
    })
    .join('\n');
}

export const auditLineEntry: FuzzEntry = {
  name: 'audit-line',
  about:
    'any bytes as lines of the log: a record only where writing it anew gives the same bytes, and a chain that goes on',
  maxBytes: 64 * 1024,
  // Each line that is no JSON costs an error of the parser, and a line may be one byte.
  most: { baseMs: 60, msPerMb: 80_000 },
  open(): OpenEntry {
    const log = sampleLog();
    return {
      seeds: asBytes([log, ...log.split('\n')]),
      words: asBytes([
        ...'"at": "body": "crc": "index": "kind": "prev": "session": "v":1 null {} [] 1e2 -0 1.0 "\\u0061" "decision" , \n'.split(
          ' ',
        ),
        '\n',
      ]),
      run(input, watch) {
        const lines = split(input);
        const read = watch.time(() => lines.map(decodeLine));
        const links = watch.time(() => linksOf(lines));
        const seen = new Set<string>();
        for (const [at, decoded] of read.entries()) {
          const link = links[at];
          promise(
            link !== undefined && decoded.isRecord === (link.kind !== 'damaged'),
            'a chain reads a line in another way',
          );
          if (link.kind !== 'record') promiseUnmarked(link.problem, 'why a line is no record');
          seen.add(link.kind === 'record' ? 'record' : link.problem.replaceAll(/\d+/g, ''));
          if (!decoded.isRecord) continue;
          const { record } = decoded;
          const again = encodeLine(draftRecord(record), record.index, record.prev);
          promise(
            Buffer.from(again).equals(lines[at] ?? Buffer.alloc(0)),
            'a record is written in another way than it was read',
          );
        }
        return [...seen].join(' ');
      },
    };
  },
};

function linksOf(lines: readonly Uint8Array[]): readonly Link[] {
  const chain = new Chain();
  let byteOffset = 0;
  return lines.map((bytes) => {
    const line: Line = { bytes, byteOffset, sizeBytes: bytes.length + 1, isEnded: true, isOversized: false };
    byteOffset += line.sizeBytes;
    return chain.follow(line);
  });
}

function split(input: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0, to = 0; to >= 0; from = to + 1) {
    to = input.indexOf(0x0a, from);
    lines.push(input.subarray(from, to < 0 ? input.length : to));
    if (to < 0) break;
  }
  return lines;
}
