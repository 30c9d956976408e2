import assert from 'node:assert/strict';
import { test } from 'node:test';

import { routeOf } from './routes.ts';

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
  ['POST /model/m/converse', 'unknown'],
  ['DELETE /v1/models/x', 'unknown'],
  ['OPTIONS *', 'unknown'],
] as const) {
  test(`${request} is ${want}`, () => {
    const [method = '', target = ''] = request.split(' ');
    const route = routeOf(method, target);
    const operation = route.kind === 'messages' ? route.operation : null;
    const model = operation !== null && 'model' in operation ? operation.model : null;
    assert.equal(
      [route.kind, operation?.streams, model].filter((part) => part !== undefined && part !== null).join(' '),
      want,
    );
  });
}
