import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { RELAY_LIMITS } from '../relay/index.ts';
import { addLimitOptions, limitsOf } from './gateway-limits.ts';

const MIB = 1024 * 1024;

function parsed(words: readonly string[]): ReturnType<typeof limitsOf> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addLimitOptions(command);
  return limitsOf(command.parse([...words], { from: 'user' }).opts());
}

test('without options the limits are the usual ones', () =>
  assert.deepEqual({ ...RELAY_LIMITS, ...parsed([]) }, RELAY_LIMITS));

for (const { name, words, want } of [
  { name: 'requests in a minute', words: ['--requests-per-minute', '30'], want: { callerRequestsPerMinute: 30 } },
  { name: 'requests at one time', words: ['--requests-at-once', '8'], want: { callerRequestsAtOnce: 8 } },
  { name: 'hosts', words: ['--hosts', '100000'], want: { callers: 100_000 } },
  { name: 'connections', words: ['--connections', '16'], want: { connections: 16 } },
  {
    name: 'bytes, of which one host then takes no more than there are',
    words: ['--body-mib', '64'],
    want: { bodyBytesAtOnce: 64 * MIB, callerBodyBytesAtOnce: 64 * MIB },
  },
  {
    name: 'bytes of one host',
    words: ['--body-mib', '2048', '--host-body-mib', '256'],
    want: { bodyBytesAtOnce: 2048 * MIB, callerBodyBytesAtOnce: 256 * MIB },
  },
]) {
  test(`an option says how many: ${name}`, () =>
    assert.deepEqual({ ...RELAY_LIMITS, ...parsed(words) }, { ...RELAY_LIMITS, ...want }));
}

for (const words of [
  ['--requests-per-minute', '0'],
  ['--requests-per-minute', '100001'],
  ['--requests-per-minute', '-1'],
  ['--requests-per-minute', '1.5'],
  ['--requests-per-minute', '1e3'],
  ['--requests-per-minute', '0x10'],
  ['--requests-per-minute', ' 5'],
  ['--requests-per-minute', ''],
  ['--requests-at-once', 'many'],
  ['--requests-at-once', '4097'],
  ['--hosts', '15'],
  ['--hosts', '99999999999999999999'],
  ['--connections', '65537'],
  ['--body-mib', '63'],
  ['--host-body-mib', '0'],
]) {
  test(`no limit is taken from ${words.join(' ')}`, () => assert.throws(() => parsed(words), /whole number from/));
}

test('one host may not take more than there is', () => {
  assert.throws(() => parsed(['--host-body-mib', '513']), /`--host-body-mib` is more than `--body-mib`/);
  assert.throws(() => parsed(['--body-mib', '64', '--host-body-mib', '65']), /is more than/);
});
