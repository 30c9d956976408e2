import assert from 'node:assert/strict';
import { test } from 'node:test';

import { routeOf } from './routes.ts';

const VERTEX = '/v1/projects/p-1/locations/us-east5/publishers/anthropic/models';

/** Beyond its kind only what is not usual: a form other than that of messages, the protocol of Vertex and its place. */
for (const [request, want] of [
  ['HEAD /', 'hello'],
  ['HEAD /api/hello', 'hello'],
  ['GET /api/hello?x=1', 'hello'],
  ['POST /v1/messages', 'messages by-body'],
  ['POST /v1/messages?beta=true', 'messages by-body'],
  ['POST /v1/messages/count_tokens?beta=true', 'other'],
  ['GET /v1/models?limit=1000', 'other'],
  ['GET /v1/models/claude-opus-5-5', 'other'],
  ['POST /model/us.anthropic.claude-opus-5-5-v1:0/invoke', 'messages never us.anthropic.claude-opus-5-5-v1:0'],
  ['POST /model/m/invoke-with-response-stream', 'messages always m'],
  [
    'POST /model/arn:aws:bedrock:us-east-1:1:application-inference-profile%2Fabc123/invoke',
    'messages never arn:aws:bedrock:us-east-1:1:application-inference-profile/abc123',
  ],
  ['GET /inference-profiles?type=SYSTEM_DEFINED', 'other'],
  ['GET /inference-profiles/arn%3Aaws%3Ax%2Fy', 'other'],
  ['GET /v1/messages', 'unknown'],
  ['POST /v1/messages/', 'unknown'],
  ['POST /V1/messages', 'unknown'],
  ['POST /v1/messages/batches', 'unknown'],
  ['POST /v1/messages;x', 'unknown'],
  ['POST /v1/messages#', 'unknown'],
  ['POST //v1/messages', 'unknown'],
  ['POST /./v1/messages', 'unknown'],
  ['POST /v1/%6dessages', 'unknown'],
  ['POST http://x/v1/messages', 'unknown'],
  ['GET /v1/models/../files', 'unknown'],
  ['GET /v1/models/%2e%2e%2ffiles', 'unknown'],
  ['GET /v1/models/a/b', 'unknown'],
  ['GET /v1/models/', 'unknown'],
  ['POST /model/..%2Fguardrail/invoke', 'unknown'],
  ['POST /model/a%2F%2Fb/invoke', 'unknown'],
  ['POST /model/%zz/invoke', 'unknown'],
  ['GET /model/m/invoke', 'unknown'],
  ['POST /model/us.anthropic.claude-opus-5-5/converse', 'messages never us.anthropic.claude-opus-5-5 converse'],
  ['POST /model/m/converse-stream', 'messages always m converse'],
  [
    'POST /model/arn%3Aaws%3Abedrock%3Ax%3A1%3Aprompt%2FP1/converse',
    'messages never arn:aws:bedrock:x:1:prompt/P1 converse',
  ],
  ['POST /model/m/converse?x=1', 'messages never m converse'],
  ['GET /model/m/converse', 'unknown'],
  ['POST /model/m/Converse', 'unknown'],
  ['POST /model/m/converse/', 'unknown'],
  ['POST /model/m/converse-stream2', 'unknown'],
  ['POST /model/m/converse%2Dstream', 'unknown'],
  ['POST /model/..%2Fx/converse', 'unknown'],
  ['POST /model//converse', 'unknown'],
  ['POST /model/a/b/converse', 'unknown'],
  ['POST /model/m/count-tokens', 'unknown'],
  ['POST /model/m/invoke-with-bidirectional-stream', 'unknown'],
  ['POST /model/m/async-invoke', 'unknown'],
  [`POST ${VERTEX}/claude-opus-5-5:rawPredict`, 'messages never claude-opus-5-5 vertex p-1 us-east5'],
  [
    `POST ${VERTEX}/claude-sonnet-4-5@20250929:streamRawPredict`,
    'messages always claude-sonnet-4-5@20250929 vertex p-1 us-east5',
  ],
  [`POST ${VERTEX}/claude-x:streamRawPredict?beta=true`, 'messages always claude-x vertex p-1 us-east5'],
  [`POST ${VERTEX}/count-tokens:rawPredict`, 'other vertex p-1 us-east5'],
  [
    'POST /v1/projects/example.com:p/locations/global/publishers/anthropic/models/m:rawPredict',
    'messages never m vertex example.com:p global',
  ],
  [`POST ${VERTEX}/claude-x:rawPredict?access_token=t`, 'unknown vertex'],
  [`POST ${VERTEX}/claude-x:rawPredict?beta=true&key=k`, 'unknown vertex'],
  [`POST ${VERTEX}/count-tokens:rawPredict?%6bey=k`, 'unknown vertex'],
  [`POST ${VERTEX}/count-tokens:streamRawPredict`, 'unknown vertex'],
  [`POST ${VERTEX}/claude-x:predict`, 'unknown vertex'],
  [`POST ${VERTEX}/claude-x:serverStreamingPredict`, 'unknown vertex'],
  [`POST ${VERTEX}/claude-x:rawPredict:rawPredict`, 'unknown vertex'],
  [`POST ${VERTEX}/claude-x%3ArawPredict`, 'unknown vertex'],
  [`POST ${VERTEX}/claude-x:rawpredict`, 'unknown vertex'],
  [`POST ${VERTEX}/claude-x:rawPredict/`, 'unknown vertex'],
  [`POST ${VERTEX}/claude-x:rawPredict;a`, 'unknown vertex'],
  [`POST ${VERTEX}/:rawPredict`, 'unknown vertex'],
  [`POST ${VERTEX}/..:rawPredict`, 'unknown vertex'],
  [`POST ${VERTEX}/a..b:rawPredict`, 'unknown vertex'],
  [`POST ${VERTEX}/a/b:rawPredict`, 'unknown vertex'],
  [`POST ${VERTEX}/a%2Fb:rawPredict`, 'unknown vertex'],
  [`GET ${VERTEX}/claude-x:rawPredict`, 'unknown vertex'],
  ['POST /v1/projects/p-1/locations/us-east5/publishers/google/models/gemini-x:rawPredict', 'unknown vertex'],
  ['POST /v1/projects/p-1/locations/us-east5/endpoints/1:rawPredict', 'unknown vertex'],
  ['POST /v1/projects/../locations/us-east5/publishers/anthropic/models/m:rawPredict', 'unknown vertex'],
  ['POST /v1/projects/p-1/locations/US/publishers/anthropic/models/m:rawPredict', 'unknown vertex'],
  ['POST /v1/projects/p-1//locations/us-east5/publishers/anthropic/models/m:rawPredict', 'unknown vertex'],
  ['POST /v1beta1/projects/p-1/locations/us-east5/publishers/anthropic/models/m:rawPredict', 'unknown'],
  ['POST /projects/p-1/locations/us-east5/publishers/anthropic/models/m:rawPredict', 'unknown'],
  ['DELETE /v1/models/x', 'unknown'],
  ['OPTIONS *', 'unknown'],
] as const) {
  test(`${request} is ${want}`, () => {
    const [method = '', target = ''] = request.split(' ');
    const route = routeOf(method, target);
    const operation = route.kind === 'messages' ? route.operation : null;
    const model = operation !== null && 'model' in operation ? operation.model : null;
    const format = 'format' in route && route.format !== 'messages' ? route.format : null;
    const protocol = 'protocol' in route && route.protocol === 'vertex' ? 'vertex' : null;
    const place = 'place' in route && route.place !== null ? [route.place.project, route.place.location] : [];
    assert.equal(
      [route.kind, operation?.streams, model, format, protocol, ...place]
        .filter((part) => part !== undefined && part !== null)
        .join(' '),
      want,
    );
  });
}

test('a path that is long and almost one costs no more than its length', () => {
  const long = 'a'.repeat(100_000);
  const startedAt = performance.now();
  for (const path of [`/model/${long}/converse-strea`, `${VERTEX}/${long}:rawPredict`, `/v1/projects/${long}`]) {
    assert.equal(routeOf('POST', path).kind, 'unknown');
  }
  assert.ok(performance.now() - startedAt < 2_000);
});
