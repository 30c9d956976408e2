import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { routeOf } from '../gateway/index.ts';
import { askedModel } from './asked-model.ts';
import type { AskedModel } from './asked-model.ts';

/** As a request comes: the route decodes, and this says whether the spelling and the id hold. */
function asked(segment: string, operation = 'invoke'): AskedModel | null {
  const path = `/model/${segment}/${operation}`;
  const route = routeOf('POST', path);
  return route.kind === 'messages' && 'model' in route.operation ? askedModel(path, route.operation.model) : null;
}

const ACCOUNT = 'arn:aws:bedrock:eu-central-1:111122223333';

for (const { name, segment, model, path } of [
  {
    name: 'an id whose colon is escaped',
    segment: 'eu.anthropic.claude-x-v1%3A0',
    model: 'eu.anthropic.claude-x-v1:0',
    path: 'eu.anthropic.claude-x-v1%3A0',
  },
  {
    name: 'an id whose colon is not',
    segment: 'eu.anthropic.claude-x-v1:0',
    model: 'eu.anthropic.claude-x-v1:0',
    path: 'eu.anthropic.claude-x-v1%3A0',
  },
  {
    name: 'an ARN as Claude Code writes it',
    segment: `${ACCOUNT}:inference-profile%2Feu.anthropic.claude-x-v1:0`,
    model: `${ACCOUNT}:inference-profile/eu.anthropic.claude-x-v1:0`,
    path: 'arn%3Aaws%3Abedrock%3Aeu-central-1%3A111122223333%3Ainference-profile%2Feu.anthropic.claude-x-v1%3A0',
  },
]) {
  test(`one spelling goes up: ${name}`, () =>
    assert.deepEqual(asked(segment), { model, isTelling: true, path: `/model/${path}/invoke` }));
}

for (const { name, segment } of [
  { name: 'a letter that is escaped', segment: '%65u.anthropic.claude-x-v1:0' },
  { name: 'a hyphen that is escaped', segment: 'eu.anthropic.claude%2Dx-v1:0' },
  { name: 'a dot that is escaped', segment: 'eu%2Eanthropic.claude-x-v1:0' },
  { name: 'an escape in small letters', segment: 'eu.anthropic.claude-x-v1%3a0' },
  { name: 'a slash in small letters', segment: `${ACCOUNT}:inference-profile%2feu.anthropic.claude-x` },
  { name: 'one colon of two escaped', segment: 'anthropic.claude-v2:1%3A200k' },
  { name: 'a slash that is escaped twice', segment: `${ACCOUNT}:inference-profile%252Feu.anthropic.claude-x` },
  { name: 'a letter that is escaped twice', segment: '%2565u.anthropic.claude-x' },
  { name: 'a plus', segment: 'eu.anthropic.claude+x' },
  { name: 'a space', segment: 'eu.anthropic.claude%20x' },
  { name: 'a line feed', segment: 'eu.anthropic.claude-x%0A' },
  { name: 'a nul', segment: 'eu.anthropic.claude-x%00' },
  { name: 'a question mark that is escaped', segment: 'eu.anthropic.claude-x%3Fx' },
  { name: 'a byte that is no text', segment: 'eu.anthropic.claude-x%FF' },
  { name: 'a slash in more bytes than it takes', segment: 'eu.anthropic.claude-x%C0%AF' },
  { name: 'a wide letter', segment: 'eu.anthropic.%EF%BD%83laude-x' },
]) {
  test(`another spelling is refused: ${name}`, () => assert.equal(asked(segment), null));
}

for (const { name, model, want } of [
  { name: 'an id of a foundation model', model: 'anthropic.claude-x-v1:0', want: true },
  { name: 'an id with a version and a size', model: 'anthropic.claude-v2:1:200k', want: true },
  { name: 'an id of a profile of AWS', model: 'us-gov.anthropic.claude-x-v1:0', want: true },
  { name: 'an id of another vendor', model: 'meta.llama3-1-70b-instruct-v1:0', want: true },
  {
    name: 'the ARN of a foundation model',
    model: 'arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-x-v1:0',
    want: true,
  },
  {
    name: 'the ARN of a profile of AWS',
    model: 'arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:inference-profile/us-gov.anthropic.claude-x-v1:0',
    want: true,
  },
  { name: 'an application profile', model: `${ACCOUNT}:application-inference-profile/abc123def456`, want: false },
  {
    name: 'an application profile that is called as a model',
    model: `${ACCOUNT}:application-inference-profile/eu.anthropic.claude-x`,
    want: false,
  },
  { name: 'a profile with a name of no vendor', model: `${ACCOUNT}:inference-profile/claude-x`, want: false },
  { name: 'provisioned throughput', model: `${ACCOUNT}:provisioned-model/abc123def456`, want: false },
  { name: 'provisioned throughput by its bare name', model: 'claude-x', want: false },
  {
    name: 'a custom model of a known base',
    model: `${ACCOUNT}:custom-model/anthropic.claude-x-v1:0/abc123def456`,
    want: false,
  },
  { name: 'a custom model that is deployed', model: `${ACCOUNT}:custom-model-deployment/abc123def456`, want: false },
  { name: 'an imported model', model: `${ACCOUNT}:imported-model/abc123def456`, want: false },
  { name: 'a prompt', model: `${ACCOUNT}:prompt/ABCDE12345:1`, want: false },
  { name: 'a router of prompts', model: `${ACCOUNT}:prompt-router/abc123def456`, want: false },
  { name: "AWS's router of prompts", model: `${ACCOUNT}:default-prompt-router/anthropic.claude:1`, want: false },
  {
    name: 'an endpoint of the marketplace',
    model: 'arn:aws:sagemaker:eu-central-1:111122223333:endpoint/anthropic.claude-x',
    want: false,
  },
  {
    name: "a foundation model in somebody's account",
    model: `${ACCOUNT}:foundation-model/anthropic.claude-x`,
    want: false,
  },
  {
    name: 'a profile in no account',
    model: 'arn:aws:bedrock:eu-central-1::inference-profile/eu.anthropic.claude-x',
    want: false,
  },
  {
    name: 'a profile of another service',
    model: 'arn:aws:s3:eu-central-1:111122223333:inference-profile/eu.anthropic.claude-x',
    want: false,
  },
  {
    name: 'a profile behind a path',
    model: `${ACCOUNT}:inference-profile/eu.anthropic.claude-x/abc123def456`,
    want: false,
  },
  { name: 'a plain id with a slash', model: 'eu.anthropic.claude-x/evil', want: false },
  { name: 'a plain id in front of which a slash stands', model: 'evil/anthropic.claude-x', want: false },
  { name: 'an id in large letters', model: 'EU.Anthropic.Claude-x', want: false },
  {
    name: 'an ARN in large letters',
    model: 'ARN:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-x',
    want: false,
  },
  { name: 'an id that ends in a dot', model: 'anthropic.claude-x.', want: false },
]) {
  test(`${name} ${want ? 'says' : 'does not say'} which model answers`, () =>
    assert.equal(asked(encodeURIComponent(model))?.isTelling, want));
}

test('whatever is sent, what goes up is decoded to the same id by whoever decodes it, and is read again as itself', () => {
  const part = fc.constantFrom(
    'anthropic',
    '.',
    'claude-x',
    ':',
    '%3A',
    '%2F',
    '%2f',
    '%25',
    '%61',
    'arn:aws',
    '/',
    '@',
    '0',
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
      const one = asked(parts.join(''), 'converse-stream');
      if (one === null) return;
      const [, segment = ''] = /^\/model\/([^/]+)\/converse-stream$/.exec(one.path) ?? [];
      assert.equal(decodeURIComponent(segment), one.model);
      assert.ok(!one.model.includes('%'), 'decoded once is decoded whole');
      assert.deepEqual(askedModel(one.path, one.model), one);
    }),
  );
});

test('an id that is long and almost one costs no more than its length', () => {
  const long = `${'a.'.repeat(50_000)}!`;
  const startedAt = performance.now();
  assert.equal(askedModel(`/model/${encodeURIComponent(long)}/invoke`, long)?.isTelling, false);
  assert.ok(performance.now() - startedAt < 2_000);
});
