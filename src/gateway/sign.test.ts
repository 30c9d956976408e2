import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';

import type { Sha256 } from '../core/ids.ts';
import { awsSignature } from './sign.ts';

const KEYS = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' };
/** 2026-01-02T03:04:05Z. */
const NOW_MS = 1_767_323_045_000;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Signature Version 4 as AWS documents it, written out. */
function expected(canonical: string): string {
  const scope = '20260102/us-east-1/bedrock/aws4_request';
  const toSign = ['AWS4-HMAC-SHA256', '20260102T030405Z', scope, sha256(canonical)].join('\n');
  let key: string | Buffer = `AWS4${KEYS.secretAccessKey}`;
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(toSign).digest('hex');
}

for (const { name, target, path, query } of [
  { name: 'a colon as sent', target: '/model/us.x-v1:0/invoke', path: '/model/us.x-v1%3A0/invoke', query: '' },
  {
    name: 'an encoded slash is encoded again',
    target: '/model/arn:x%2Fy/invoke',
    path: '/model/arn%3Ax%252Fy/invoke',
    query: '',
  },
  {
    name: 'a model with an encoded colon, asked by Converse',
    target: '/model/us.x-v1%3A0/converse-stream',
    path: '/model/us.x-v1%253A0/converse-stream',
    query: '',
  },
  {
    name: 'a query is sorted',
    target: '/inference-profiles?type=A&max=1',
    path: '/inference-profiles',
    query: 'max=1&type=A',
  },
]) {
  test(`signs what goes on the wire: ${name}`, async () => {
    const request = {
      method: 'POST',
      target,
      host: 'bedrock.test',
      contentType: 'application/json',
      // Of the body `{}`.
      bodySha256: sha256('{}') as Sha256,
    };
    const headers = new Map(await awsSignature(request, KEYS, 'us-east-1', NOW_MS));
    const canonical = [
      `POST\n${path}\n${query}\ncontent-type:application/json\nhost:bedrock.test`,
      `x-amz-content-sha256:${sha256('{}')}\nx-amz-date:20260102T030405Z\nx-amz-security-token:session\n`,
      `content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token\n${sha256('{}')}`,
    ].join('\n');
    assert.deepEqual([...headers.keys()].sort(), [
      'authorization',
      'x-amz-content-sha256',
      'x-amz-date',
      'x-amz-security-token',
    ]);
    assert.match(headers.get('authorization') ?? '', new RegExp(`Signature=${expected(canonical)}$`));
  });
}
