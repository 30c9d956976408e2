import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEventMatch } from './event-pattern.ts';

const event = {
  source: 'aws.s3',
  detail: { name: 'PutObject', list: ['a', 'b'], none: null, request: { bucket: 'one' }, number: 3 },
};

for (const { name, pattern, want } of [
  { name: 'a value that is there matches', pattern: { source: ['aws.s3'] }, want: true },
  { name: 'a value that is not there does not', pattern: { source: ['aws.ec2'] }, want: false },
  { name: 'one of several values is enough', pattern: { source: ['aws.ec2', 'aws.s3'] }, want: true },
  { name: 'every field must match', pattern: { source: ['aws.s3'], detail: { name: ['GetObject'] } }, want: false },
  { name: 'one element of a list is enough', pattern: { detail: { list: ['b'] } }, want: true },
  { name: 'case matters', pattern: { source: ['AWS.S3'] }, want: false },
  { name: 'a number is no text', pattern: { detail: { number: ['3'] } }, want: false },
  { name: 'null is a value', pattern: { detail: { none: [null] } }, want: true },
  { name: 'a beginning matches', pattern: { detail: { name: [{ prefix: 'Put' }] } }, want: true },
  { name: 'another beginning does not', pattern: { detail: { name: [{ prefix: 'Object' }] } }, want: false },
  { name: 'an end matches', pattern: { detail: { name: [{ suffix: 'Object' }] } }, want: true },
  {
    name: 'another value than the named ones matches',
    pattern: { detail: { name: [{ 'anything-but': ['GetObject'] }] } },
    want: true,
  },
  { name: 'a named one does not', pattern: { detail: { name: [{ 'anything-but': 'PutObject' }] } }, want: false },
  {
    name: 'a field that is missing is not another value',
    pattern: { detail: { other: [{ 'anything-but': 'x' }] } },
    want: false,
  },
  { name: 'a field that is missing can be asked for', pattern: { detail: { other: [{ exists: false }] } }, want: true },
  {
    name: 'so can one in an object that is missing',
    pattern: { detail: { other: { deep: [{ exists: false }] } } },
    want: true,
  },
  { name: 'a field that is there is not missing', pattern: { detail: { name: [{ exists: false }] } }, want: false },
  {
    name: 'one of two patterns is enough',
    pattern: { $or: [{ source: ['x'] }, { detail: { request: { bucket: ['one'] } } }] },
    want: true,
  },
  { name: 'neither is not', pattern: { $or: [{ source: ['x'] }, { source: ['y'] }] }, want: false },
  {
    name: 'what stands beside the two must match too',
    pattern: { source: ['x'], $or: [{ source: ['aws.s3'] }, { source: ['y'] }] },
    want: false,
  },
])
  test(name, () => assert.equal(isEventMatch(pattern, event), want));

for (const { name, pattern } of [
  { name: 'an empty pattern is refused', pattern: {} },
  { name: 'a field without values is refused', pattern: { source: [] } },
  { name: 'a value outside of a list is refused', pattern: { source: 'aws.s3' } },
  { name: 'a matcher that is not known is refused', pattern: { source: [{ wildcard: '*' }] } },
  {
    name: 'a broken matcher is found behind a field that does not match',
    pattern: { source: ['x'], detail: { name: [{ exists: 1 }] } },
  },
  { name: 'an empty beginning is refused', pattern: { source: [{ prefix: '' }] } },
  { name: 'two kinds in one matcher are refused', pattern: { source: [{ prefix: 'a', suffix: 'b' }] } },
  { name: 'a choice of one is refused', pattern: { $or: [{ source: ['x'] }] } },
])
  test(name, () => assert.throws(() => isEventMatch(pattern, event), TypeError));
