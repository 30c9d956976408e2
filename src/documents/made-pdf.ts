import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** An object of a PDF: a dictionary without its brackets, or one with a stream. */
export type PdfObject = string | { readonly dictionary: string; readonly stream: string | Uint8Array };

export interface PdfParts {
  /** Content stream of the one page. */
  readonly content: string;
  /** What stands in the resources, and among their fonts beside /F1 (Helvetica). */
  readonly resources?: string;
  readonly fonts?: string;
  /** What stands in the page, the catalogue and the trailer beside what must. */
  readonly page?: string;
  readonly catalog?: string;
  readonly trailer?: string;
  /** Objects from number 10 on. */
  readonly objects?: readonly PdfObject[];
  /** The object that is the page's content where it is none of ours. */
  readonly contentAt?: number;
  readonly isCompressed?: boolean;
  /** Encrypts streams by RC4 of 40 bits with this password for opening. */
  readonly password?: string;
}

/** A PDF of one page, made for a test. */
export function madePdf({ content, resources = '', page = '', catalog = '', ...rest }: PdfParts): Buffer {
  const objects = new Map<number, PdfObject>([
    [1, `/Type /Catalog /Pages 2 0 R ${catalog}`],
    [2, '/Type /Pages /Kids [3 0 R] /Count 1'],
    [
      3,
      `/Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${rest.contentAt ?? 4} 0 R ` +
        `/Resources << /Font << /F1 5 0 R ${rest.fonts ?? ''} >> ${resources} >> ${page}`,
    ],
    [4, { dictionary: '', stream: content }],
    [5, '/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding'],
    ...(rest.objects ?? []).map((object, index): [number, PdfObject] => [10 + index, object]),
  ]);
  const id = createHash('md5').update(content).digest();
  const lock = rest.password === undefined ? null : locked(rest.password, id);
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets = new Map<number, number>();
  let length = parts[0]?.length ?? 0;
  const push = (bytes: Buffer): void => {
    parts.push(bytes);
    length += bytes.length;
  };
  if (lock !== null) objects.set(6, lock.dictionary);
  for (const [number, object] of objects) {
    offsets.set(number, length);
    push(Buffer.from(`${number} 0 obj\n`));
    if (typeof object === 'string') push(Buffer.from(`<< ${object} >>`, 'latin1'));
    else {
      const plain = Buffer.from(object.stream as string, 'latin1');
      const packed = rest.isCompressed === true ? deflateSync(plain) : plain;
      const stream = lock === null ? packed : lock.encrypt(number, packed);
      const filter = rest.isCompressed === true ? '/Filter /FlateDecode' : '';
      push(Buffer.from(`<< ${object.dictionary} ${filter} /Length ${stream.length} >>\nstream\n`, 'latin1'));
      push(stream);
      push(Buffer.from('\nendstream'));
    }
    push(Buffer.from('\nendobj\n'));
  }
  const startOfTable = length;
  const rows = [...offsets].map(([number, at]) => `${number} 1\n${String(at).padStart(10, '0')} 00000 n \n`);
  const encrypt = lock === null ? '' : '/Encrypt 6 0 R';
  const hexId = `<${id.toString('hex')}>`;
  push(
    Buffer.from(
      `xref\n0 1\n0000000000 65535 f \n${rows.join('')}trailer\n<< /Size 100 /Root 1 0 R /ID [${hexId} ${hexId}] ${encrypt} ${rest.trailer ?? ''} >>\nstartxref\n${startOfTable}\n%%EOF\n`,
      'latin1',
    ),
  );
  return Buffer.concat(parts);
}

/** A content stream that shows each text on a line of its own. */
export function shownLines(...lines: readonly string[]): string {
  return `BT /F1 12 Tf 14 TL 50 700 Td ${lines.map((line) => `(${line}) Tj T*`).join(' ')} ET`;
}

const PADDING = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');

/** The standard security handler, revision 2. */
function locked(
  password: string,
  id: Buffer,
): { dictionary: string; encrypt: (number: number, bytes: Buffer) => Buffer } {
  const padded = Buffer.concat([Buffer.from(password), PADDING]).subarray(0, 32);
  const owner = rc4(md5(padded).subarray(0, 5), padded);
  const permissions = Buffer.from('fcffffff', 'hex');
  const key = md5(Buffer.concat([padded, owner, permissions, id])).subarray(0, 5);
  const user = rc4(key, PADDING);
  return {
    dictionary: `/Filter /Standard /V 1 /R 2 /O <${owner.toString('hex')}> /U <${user.toString('hex')}> /P -4`,
    encrypt: (number, bytes) =>
      rc4(md5(Buffer.concat([key, Buffer.from([number, 0, 0, 0, 0])])).subarray(0, 10), bytes),
  };
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}

/** RC4, which OpenSSL no longer has by default. */
function rc4(key: Buffer, bytes: Buffer): Buffer {
  const state = Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 255] ?? 0;
  const swap = (a: number, b: number): void => {
    [state[a], state[b]] = [at(b), at(a)];
  };
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 255;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return Buffer.from(bytes).map((byte) => {
    i = (i + 1) & 255;
    j = (j + at(i)) & 255;
    swap(i, j);
    return byte ^ at(at(i) + at(j));
  }) as Buffer;
}
