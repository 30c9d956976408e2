import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isMonthDay, passesLuhn, passesMod1110, passesVerhoeff, remainder } from './checksums.ts';

const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 5, maxLength: 25 });

for (const [name, passes] of [
  ['Luhn', passesLuhn],
  ['MOD 11,10', passesMod1110],
  ['Verhoeff', passesVerhoeff],
] as const) {
  test(`${name}: exactly one check digit fits, and no single wrong digit passes`, () => {
    fc.assert(
      fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (body, place, change) => {
        const fitting = Array.from('0123456789', (last) => body + last).filter(passes);
        assert.equal(fitting.length, 1);
        const whole = fitting[0] ?? '';
        const at = place % whole.length;
        const wrong = whole.slice(0, at) + String((Number(whole.charAt(at)) + change) % 10) + whole.slice(at + 1);
        assert.equal(passes(wrong), false);
      }),
    );
  });
}

test('published numbers pass', () => {
  assert.ok(passesLuhn('79927398713'));
  assert.ok(passesVerhoeff('2363'));
  assert.equal(remainder('3214282912345698765432161182', 97), 1);
  assert.equal(remainder('A1', 97), 101 % 97);
});

test('the remainder is that of the number, however long', () => {
  fc.assert(
    fc.property(digits, fc.integer({ min: 2, max: 997 }), (number, modulus) => {
      assert.equal(remainder(number, modulus), Number(BigInt(number) % BigInt(modulus)));
    }),
  );
});

test('a month and a day', () => {
  for (const good of ['0101', '0229', '1231']) assert.ok(isMonthDay(good), good);
  for (const bad of ['0001', '1301', '0230', '0431', '1200']) assert.ok(!isMonthDay(bad), bad);
});
