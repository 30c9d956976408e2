/** Headers as they stand on the wire: names and values alternating, in order and case. */
export type RawHeaders = readonly string[];

/** Fields of one connection, which a proxy must not pass on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** How the headers of a request change on their way up. */
export interface HeaderChanges {
  readonly host: string;
  /** Bytes of the body as forwarded, or null where the request has none. */
  readonly contentLength: number | null;
  /** What proves to the upstream who asks, in place of the session's token. */
  readonly credentials: ReadonlyArray<readonly [name: string, value: string]>;
  /** Names, lower case, of further fields that do not go up. */
  readonly dropped: (name: string) => boolean;
  /** The session's token: a field that holds it anywhere does not go up. */
  readonly secret: string;
}

/** A request's headers for the upstream: order, case and repetition stay, but for what {@link HeaderChanges} names. */
export function requestHeaders(raw: RawHeaders, changes: HeaderChanges): RawHeaders {
  const perConnection = namedByConnection(raw);
  const replaced = new Map<string, RawHeaders>();
  replaced.set('host', ['Host', changes.host]);
  // The reply is read on its way, so it had better come plain.
  replaced.set('accept-encoding', ['accept-encoding', 'identity']);
  replaced.set(
    'content-length',
    changes.contentLength === null ? [] : ['content-length', String(changes.contentLength)],
  );
  replaced.set('authorization', changes.credentials.flat());

  const out: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const field = name.toLowerCase();
    // Either of the two carries the token; what replaces it takes the place of the first.
    const slot = field === 'x-api-key' ? 'authorization' : field;
    const instead = replaced.get(slot);
    if (instead !== undefined) {
      out.push(...(slot === 'authorization' || instead.length === 0 ? instead : [name, instead[1] ?? '']));
      replaced.set(slot, []);
    } else if (!HOP_BY_HOP.has(field) && !perConnection.has(field) && field !== 'expect') {
      if (!changes.dropped(field) && !value.includes(changes.secret)) out.push(name, value);
    }
  }
  for (const rest of replaced.values()) out.push(...rest);
  return out;
}

/**
 * A reply's headers for the client: as they came, without the fields of one connection.
 *
 * @param isRewritten drops the fields that tell of the body's length and coding, where those do not stay.
 */
export function replyHeaders(raw: RawHeaders, isRewritten: boolean): string[] {
  const perConnection = namedByConnection(raw);
  const out: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const field = name.toLowerCase();
    if (HOP_BY_HOP.has(field) || perConnection.has(field)) continue;
    if (isRewritten && (field === 'content-length' || field === 'content-encoding')) continue;
    out.push(name, value);
  }
  return out;
}

/** The values of all fields of one name, in order. */
export function headerValues(raw: RawHeaders, name: string): readonly string[] {
  return pairs(raw).flatMap(([field, value]) => (field.toLowerCase() === name ? [value] : []));
}

function pairs(raw: RawHeaders): ReadonlyArray<readonly [name: string, value: string]> {
  const out: Array<readonly [string, string]> = [];
  for (let at = 0; at + 1 < raw.length; at += 2) out.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return out;
}

function namedByConnection(raw: RawHeaders): ReadonlySet<string> {
  const names = headerValues(raw, 'connection').flatMap((value) => value.split(','));
  return new Set(names.map((name) => name.trim().toLowerCase()));
}
