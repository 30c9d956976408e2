import { scriptedAws } from '../src/deliver/aws/scripted-aws.ts';
import type { ScriptedReply } from '../src/deliver/aws/scripted-aws.ts';

/** One bucket in memory, with what stores ask of S3: to put, get, head and list. It checks no signatures and no conditions. */
export interface ScriptedS3 {
  readonly endpoint: string;
  /** Objects by their key. */
  readonly objects: ReadonlyMap<string, Buffer>;
}

const XML = { 'content-type': 'application/xml' };

/** Starts the bucket; it ends with the test. */
export async function scriptedS3(t: { after(fn: () => Promise<void>): void }, bucket: string): Promise<ScriptedS3> {
  const objects = new Map<string, Buffer>();
  const { endpoint } = await scriptedAws(t, ({ method, path, body }): ScriptedReply => {
    const url = new URL(path, 'http://s3.invalid');
    const [, owner, ...names] = url.pathname.split('/');
    if (owner !== bucket) return refusal('NoSuchBucket');
    const key = decodeURIComponent(names.join('/'));
    if (key === '') return listing(objects, url.searchParams.get('prefix') ?? '');
    if (method === 'PUT') {
      objects.set(key, body);
      return { status: 200 };
    }
    const found = objects.get(key);
    return found === undefined ? refusal('NoSuchKey') : { status: 200, body: found };
  });
  return { endpoint, objects };
}

function refusal(code: string): ScriptedReply {
  return { status: 404, headers: XML, body: `<Error><Code>${code}</Code></Error>` };
}

/** All on one page. */
function listing(objects: ReadonlyMap<string, Buffer>, prefix: string): ScriptedReply {
  const contents = [...objects]
    .filter(([key]) => key.startsWith(prefix))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, bytes]) => `<Contents><Key>${key}</Key><Size>${bytes.length}</Size></Contents>`);
  const body = `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
  return { status: 200, headers: XML, body };
}
