import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { connectTarget, shownTarget } from './connect-target.ts';

test('a host name in lower case with the port of https is a target', () => {
  assert.deepEqual(connectTarget('api.anthropic.com:443'), { host: 'api.anthropic.com' });
});

for (const [text, fault] of [
  ['api.anthropic.com', /no `host:port`/],
  ['api.anthropic.com:80', /port is not 443/],
  ['api.anthropic.com:0443', /port is not 443/],
  ['api.anthropic.com:8443', /port is not 443/],
  ['api.anthropic.com:', /no `host:port`/],
  [':443', /no `host:port`/],
  ['', /no `host:port`/],
  ['https://api.anthropic.com:443', /no `host:port`/],
  ['/v1/messages', /no `host:port`/],
  ['user@api.anthropic.com:443', /names a user/],
  ['user:pass@api.anthropic.com:443', /names a user/],
  ['api.anthropic.com:443@evil.example:443', /names a user/],
  ['API.anthropic.com:443', /lower case/],
  ['api.anthropic.com.:443', /ends with a dot/],
  ['api.anthropic.com..:443', /ends with a dot/],
  ['аpi.anthropic.com:443', /beyond ASCII/],
  ['api。anthropic.com:443', /beyond ASCII/],
  ['127.0.0.1:443', /an address/],
  ['0x7f.1:443', /an address/],
  ['2130706433:443', /an address/],
  ['[::1]:443', /an address/],
  ['::1:443', /no `host:port`/],
  ['localhost:443', /no full name/],
  ['api.anthropic.com%2eevil.example:443', /no full name/],
  ['api.anthropic.com/evil:443', /no full name/],
  ['api.anthropic.com#:443', /no full name/],
  ['api..anthropic.com:443', /no full name/],
] as const) {
  test(`\`${text}\` is none`, () => {
    const target = connectTarget(text);
    assert.ok('fault' in target, JSON.stringify(target));
    assert.match(target.fault, fault);
  });
}

test('whatever is a target is spelled as it was written', () => {
  const near = fc.constantFrom(
    'api.anthropic.com',
    'API.',
    'x',
    ':443',
    ':',
    '443',
    '.',
    '@',
    '[',
    ']',
    'ａ',
    '\0',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(near, { maxLength: 6 }).map((parts) => parts.join('')),
      ),
      (text) => {
        const target = connectTarget(text);
        if ('host' in target) assert.equal(`${target.host}:443`, text);
      },
    ),
  );
});

test('what the record shows is bounded and printable, and holds no user and no token', () => {
  assert.equal(shownTarget('user:secret@x.example:443', 'token'), 'x.example:443');
  assert.equal(shownTarget('token.example:443', 'token'), 'unknown');
  assert.equal(shownTarget(`é\n${'a'.repeat(1_000)}`, null).length, 256);
  assert.equal(shownTarget('é\n', null), '??');
});
