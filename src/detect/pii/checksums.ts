/** Whether the digits end in their Luhn check digit (ISO/IEC 7812-1, annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, twice = false; at >= 0; at -= 1, twice = !twice) {
    const digit = digits.charCodeAt(at) - ZERO;
    const doubled = twice ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The sum of digits times weights, as far as both go. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (const [at, weight] of weights.entries()) sum += weight * digitAt(digits, at);
  return sum;
}

/** The digit at a place; the place must hold one. */
export function digitAt(digits: string, at: number): number {
  return digits.charCodeAt(at) - ZERO;
}

/** The remainder of a number of any length; letters stand for 10 to 35, as in ISO 7064 and ISO 13616. */
export function remainder(characters: string, modulus: number): number {
  let rest = 0;
  for (let at = 0; at < characters.length; at += 1) {
    const code = characters.charCodeAt(at);
    rest = code <= NINE ? (rest * 10 + code - ZERO) % modulus : (rest * 100 + (code | 0x20) - LETTER_TEN) % modulus;
  }
  return rest;
}

/** Whether the digits end in their check digit of ISO 7064, MOD 11,10. */
export function passesMod1110(digits: string): boolean {
  let product = 10;
  for (let at = 0; at < digits.length - 1; at += 1) {
    const sum = (digitAt(digits, at) + product) % 10;
    product = (2 * (sum === 0 ? 10 : sum)) % 11;
  }
  return (11 - product) % 10 === digitAt(digits, digits.length - 1);
}

/** Whether the digits end in their Verhoeff check digit: arithmetic of the dihedral group of the pentagon. */
export function passesVerhoeff(digits: string): boolean {
  let state = 0;
  for (let at = digits.length - 1, place = 0; at >= 0; at -= 1, place += 1)
    state = inDihedral(state, permuted(digitAt(digits, at), place % 8));
  return state === 0;
}

/** Whether four digits can be a month and a day of it, in that order. */
export function isMonthDay(digits: string): boolean {
  const month = Number(digits.slice(0, 2));
  const day = Number(digits.slice(2, 4));
  return month >= 1 && month <= 12 && day >= 1 && day <= (DAYS[month - 1] ?? 0);
}

const ZERO = 0x30;
const NINE = 0x39;
/** What to take from a lower-case letter so that `a` is ten. */
const LETTER_TEN = 0x61 - 10;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** How Verhoeff's code permutes a digit by its place. */
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

function permuted(digit: number, times: number): number {
  let value = digit;
  for (let left = times; left > 0; left -= 1) value = PERMUTATION[value] ?? 0;
  return value;
}

/** Digits 0 to 4 turn the pentagon, 5 to 9 mirror it. */
function inDihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5);
  return b < 5 ? 5 + ((a - b) % 5) : (a - b + 5) % 5;
}
