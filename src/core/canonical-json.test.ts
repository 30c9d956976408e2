import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from './json.ts';
import type { Json } from './json.ts';

/** The double whose bits are these 16 hex digits. */
function double(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}

// RFC 8785, appendix B: the bits of a double and how it is written.
for (const [bits, want] of [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const) {
  test(`the double ${bits} is written ${want}`, () => assert.equal(canonicalJson(double(bits)), want));
}

for (const bits of ['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000']) {
  test(`the double ${bits} cannot be written`, () => assert.throws(() => canonicalJson(double(bits)), TypeError));
}

test('strings are escaped as RFC 8785, section 3.2.2.2 has it', () => {
  assert.equal(canonicalJson('\u20ac$\u000f\nA\'B"\\\\"/'), '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
  assert.equal(canonicalJson('\b\t\n\f\r\u0000\u001f\u007f\u2028'), '"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\u2028"');
});

test('the sample of RFC 8785, section 3.2.4 has its bytes', () => {
  // As text, for the number that has more digits than a double holds.
  const sample = JSON.parse(
    String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],` +
      String.raw`"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
  ) as Json;
  assert.equal(
    canonicalJson(sample),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('a key that every object inherits is a key like others, and a whole number is no index', () => {
  const parsed = JSON.parse('{"b":1,"__proto__":{"x":1},"10":2,"9":3,"constructor":4}') as never;
  assert.equal(canonicalJson(parsed), '{"10":2,"9":3,"__proto__":{"x":1},"b":1,"constructor":4}');
});
