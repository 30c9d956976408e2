import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayUseModel } from './model-rule.ts';

const ARN = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-5-5-v1:0';

for (const { name, allow = [], deny = [], model, want } of [
  { name: 'without limits every model, even an unnamed one, may be asked', model: null, want: true },
  { name: 'with limits an unnamed model may not', allow: ['*'], model: null, want: false },
  { name: 'a name on the list', allow: ['claude-opus-*'], model: 'claude-opus-5-5', want: true },
  { name: 'a name that only begins like one', allow: ['claude-opus-5'], model: 'claude-opus-5-5', want: false },
  {
    name: 'a denial beats the list',
    allow: ['claude-*'],
    deny: ['claude-haiku-*'],
    model: 'claude-haiku-4',
    want: false,
  },
  { name: 'only denials: the rest may be asked', deny: ['claude-haiku-*'], model: 'claude-opus-5-5', want: true },
  { name: 'letter case hides nothing', deny: ['claude-haiku-*'], model: 'Claude-HAIKU-4', want: false },
  {
    name: "Bedrock's spelling of a denied model",
    deny: ['claude-opus-*'],
    model: 'us.anthropic.claude-opus-5-5-v1:0',
    want: false,
  },
  {
    name: "a denied model by the geography of the government's regions",
    deny: ['claude-3-5-sonnet*'],
    model: 'us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0',
    want: false,
  },
  {
    name: 'and by the ARN of that profile',
    deny: ['claude-3-5-sonnet*'],
    model:
      'arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:inference-profile/us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0',
    want: false,
  },
  {
    name: 'a model on the list by that geography',
    allow: ['claude-3-5-sonnet-20240620'],
    model: 'us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0',
    want: true,
  },
  {
    name: 'what only looks like a geography',
    allow: ['claude-*'],
    model: 'a-b-c.anthropic.claude-x-v1:0',
    want: false,
  },
  { name: 'an inference profile of a denied model', deny: ['claude-opus-*'], model: ARN, want: false },
  { name: 'an inference profile of a model on the list', allow: ['claude-opus-5-5'], model: ARN, want: true },
  {
    name: 'a profile that tells no model is not on the list',
    allow: ['claude-*'],
    model: 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc123',
    want: false,
  },
  ...[
    'arn:aws:sagemaker:us-east-1:123456789012:endpoint/claude-opus-5-5',
    'arn:aws:bedrock:us-east-1:123456789012:imported-model/claude-opus-5-5',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/claude-opus-5-5',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/evil/claude-opus-5-5',
  ].flatMap((model) => [
    { name: `a name that its owner chose is not on the list: ${model}`, allow: ['claude-*'], model, want: false },
    { name: `it is where the list has all of it: ${model}`, allow: [model], model, want: true },
    { name: `and it can be denied: ${model}`, deny: ['claude-opus-*'], model, want: false },
  ]),
  {
    name: 'a foundation model by its ARN',
    allow: ['claude-opus-5-5'],
    model: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5-5-v1:0',
    want: true,
  },
  {
    name: "Vertex's spelling of a dated model",
    deny: ['claude-opus-4-1-20250805'],
    model: 'claude-opus-4-1@20250805',
    want: false,
  },
  {
    name: "Vertex's default version of a model",
    allow: ['claude-opus-5-5'],
    model: 'claude-opus-5-5@default',
    want: true,
  },
  { name: 'a date that only looks like one', allow: ['claude-opus-5-5'], model: 'claude-opus-5-5@x', want: false },
  {
    name: 'another vendor is not taken for the model of its last word',
    allow: ['claude-*'],
    model: 'evil/claude-opus-5-5',
    want: false,
  },
  {
    name: 'another vendor with a dot is not either',
    allow: ['claude-*'],
    model: 'us.evil.claude-opus-5-5',
    want: false,
  },
]) {
  test(name, () => assert.equal(mayUseModel({ allow, deny }, model), want));
}
