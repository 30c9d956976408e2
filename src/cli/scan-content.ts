import type { DetectorId } from '../core/ids.ts';
import type { KindMatch, ScannerParts, SourceKind } from '../detect/index.ts';
import { contentForm, formReader } from './scan-form.ts';
import type { ContentForm } from './scan-form.ts';
import { scanPlaces } from './scan-places.ts';
import type { TextPlace } from './scan-places.ts';

/** Something that was found, and where; never what. */
export interface PlacedFinding {
  readonly detectorId: DetectorId;
  readonly confidence: number;
  /** Half-open; of the content, but of its UTF-8 where it is UTF-16. */
  readonly startByte: number;
  readonly endByte: number;
  readonly start: TextPlace;
  /** Behind the last character. */
  readonly end: TextPlace;
  /** As an allow file names it; null where none is in use. */
  readonly hash: string | null;
}

export interface ContentScan {
  readonly form: ContentForm;
  readonly bytes: number;
  /** By where they start. */
  readonly findings: readonly PlacedFinding[];
  /** Whether there was so much to find that the rest was not looked at. */
  readonly isCut: boolean;
}

/** What to scan with. */
export interface ScanTools {
  /** For text; what lies in other contents is looked for with `binary`. */
  readonly text: ScannerParts;
  readonly binary: ScannerParts;
  readonly source: SourceKind;
  readonly hashOf: ((value: Uint8Array) => string) | null;
}

/** Findings in one content after which its rest is not looked at. */
const MAX_FINDINGS = 10_000;
/** Contents are scanned in pieces of this size: it bounds memory whatever the size of a file or of a line. */
const PIECE_BYTES = 1024 * 1024;

/** Scans one content of any size, in memory that does not grow with it. */
export async function scanContent(
  chunks: AsyncIterable<Uint8Array>,
  path: string | null,
  tools: ScanTools,
): Promise<ContentScan> {
  const { withoutContained } = await import('../detect/index.ts');
  let bytes = 0;
  let scan: OpenScan | null = null;
  for await (const piece of pieces(chunks)) {
    bytes += piece.length;
    scan ??= await openScan(piece, path, tools);
    scan.push(piece);
    if (scan.found.size > MAX_FINDINGS) break;
  }
  if (scan === null) return { form: 'text', bytes, findings: [], isCut: false };
  const { found, form } = scan;
  const isCut = found.size > MAX_FINDINGS;
  if (!isCut) scan.end();
  const kept = withoutContained([...found.keys()]).flatMap((match) => found.get(match) ?? []);
  return { form, bytes, findings: kept.slice(0, MAX_FINDINGS), isCut };
}

/** Pieces of one size, the last one excepted. */
async function* pieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length;) {
      const part = chunk.subarray(from, from + PIECE_BYTES - gatheredBytes);
      gathered.push(part);
      gatheredBytes += part.length;
      from += part.length;
      if (gatheredBytes < PIECE_BYTES) continue;
      yield Buffer.concat(gathered);
      [gathered, gatheredBytes] = [[], 0];
    }
  }
  if (gatheredBytes > 0) yield Buffer.concat(gathered);
}

/** A scan that is under way. */
interface OpenScan {
  readonly form: ContentForm;
  readonly found: ReadonlyMap<KindMatch, PlacedFinding>;
  push(piece: Uint8Array): void;
  end(): void;
}

async function openScan(first: Uint8Array, path: string | null, tools: ScanTools): Promise<OpenScan> {
  const { streamScanner } = await import('../detect/index.ts');
  const form = contentForm(first);
  const parts = form === 'binary' ? tools.binary : tools.text;
  const reader = formReader(form);
  // The stream tells nothing that starts before its margin, which is as long.
  const places = scanPlaces(2 * parts.reachBytes);
  const stream = streamScanner(parts, { scene: { source: tools.source, path }, gatherBytes: 1 });
  const found = new Map<KindMatch, PlacedFinding>();
  const note = (matches: readonly KindMatch[]): void => {
    for (const match of matches) {
      if (found.size > MAX_FINDINGS) return;
      const { id, confidence, start, end } = match;
      found.set(match, {
        detectorId: id,
        confidence,
        startByte: start,
        endByte: end,
        ...places.placesOf(start, end),
        hash: tools.hashOf?.(places.bytesOf(start, end)) ?? null,
      });
    }
  };
  const push = (bytes: Uint8Array): void => {
    places.push(bytes);
    note(stream.push(bytes));
  };
  return {
    form,
    found,
    push: (piece) => push(reader.push(piece)),
    end() {
      push(reader.end());
      note(stream.end());
    },
  };
}
