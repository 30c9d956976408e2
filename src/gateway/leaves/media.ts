import type { Gathering, OpenBlock } from './gathering.ts';
import type { JsonMembers, JsonNode } from './json-node.ts';
import type { OpaqueBlock } from './leaf.ts';

type OpaqueContent = Pick<OpaqueBlock, 'kind' | 'mediaType' | 'data'>;

/**
 * What an `image` or `document` block of the Messages protocol holds that is not text; null for a document that brings
 * its text. A source that is not known counts as the block's own kind.
 */
export function messagesMedia(to: Gathering, type: 'image' | 'document', members: JsonMembers): OpaqueContent | null {
  const source = membersOf(members.get('source')?.value);
  const sourceType = to.string(source?.get('type')?.value);
  const mediaType = to.string(source?.get('media_type')?.value);
  if (type === 'document' && (sourceType === 'text' || sourceType === 'content')) return null;
  const isElsewhere = sourceType === 'url' || sourceType === 'file';
  // A picture is one wherever it lies; of what else lies elsewhere nobody knows what it is.
  if (isElsewhere) return { kind: type === 'image' ? 'image' : sourceType, mediaType: null, data: null };
  const kind = type === 'document' && mediaType === 'application/pdf' ? 'pdf' : type;
  return { kind, mediaType, data: stringSpan(source, 'data') };
}

/** Blocks of Converse that hold a file, as their member is called. */
export type ConverseMediaName = 'image' | 'document' | 'video' | 'audio';

/** As {@link messagesMedia}, for Converse, which names formats and not media types. */
export function converseMedia(to: Gathering, name: ConverseMediaName, node: JsonNode): OpaqueContent | null {
  const members = membersOf(node);
  const source = membersOf(members?.get('source')?.value);
  if (name === 'document' && (source?.has('text') || source?.has('content')) && !source.has('bytes')) return null;
  const format = to.string(members?.get('format')?.value);
  const mediaType = format === null ? null : (MEDIA_TYPES[name].get(format) ?? null);
  const isElsewhere = source?.has('s3Location') === true && !source.has('bytes');
  if (isElsewhere && name === 'document') return { kind: 'url', mediaType, data: null };
  const kind = name === 'video' || name === 'audio' ? 'media' : format === 'pdf' ? 'pdf' : name;
  return { kind, mediaType, data: isElsewhere ? null : stringSpan(source, 'bytes') };
}

/** Notes what was found, if anything was. */
export function addMedia(to: Gathering, block: OpenBlock, media: OpaqueContent | null): void {
  if (media !== null) to.addOpaque(block, media);
}

function membersOf(node: JsonNode | undefined): JsonMembers | null {
  return node?.kind === 'object' ? node.members : null;
}

function stringSpan(members: JsonMembers | null, name: string): OpaqueBlock['data'] {
  const node = members?.get(name)?.value;
  return node?.kind === 'string' ? { start: node.start, end: node.end } : null;
}

const OFFICE = 'application/vnd.openxmlformats-officedocument';

const MEDIA_TYPES: Readonly<Record<ConverseMediaName, ReadonlyMap<string, string>>> = {
  image: new Map(['png', 'jpeg', 'gif', 'webp'].map((format) => [format, `image/${format}`])),
  document: new Map([
    ['pdf', 'application/pdf'],
    ['csv', 'text/csv'],
    ['html', 'text/html'],
    ['txt', 'text/plain'],
    ['md', 'text/markdown'],
    ['doc', 'application/msword'],
    ['docx', `${OFFICE}.wordprocessingml.document`],
    ['xls', 'application/vnd.ms-excel'],
    ['xlsx', `${OFFICE}.spreadsheetml.sheet`],
  ]),
  video: new Map([
    ['mp4', 'video/mp4'],
    ['webm', 'video/webm'],
    ['mov', 'video/quicktime'],
    ['mkv', 'video/x-matroska'],
    ['flv', 'video/x-flv'],
    ['mpeg', 'video/mpeg'],
    ['mpg', 'video/mpeg'],
    ['wmv', 'video/x-ms-wmv'],
    ['three_gp', 'video/3gpp'],
  ]),
  audio: new Map([
    ['mp3', 'audio/mpeg'],
    ['mpga', 'audio/mpeg'],
    ['mpeg', 'audio/mpeg'],
    ['wav', 'audio/wav'],
    ['ogg', 'audio/ogg'],
    ['opus', 'audio/opus'],
    ['flac', 'audio/flac'],
    ['aac', 'audio/aac'],
    ['x-aac', 'audio/aac'],
    ['m4a', 'audio/mp4'],
    ['mp4', 'audio/mp4'],
    ['webm', 'audio/webm'],
    ['mka', 'audio/x-matroska'],
    ['mkv', 'audio/x-matroska'],
    ['pcm', 'audio/L16'],
  ]),
};
