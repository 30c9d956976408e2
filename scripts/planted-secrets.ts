import type { SecretPlace } from './output-watch.ts';

/**
 * Values that tests plant as secrets and whose shape does not tell. What a test plants has the shape of a real token, is
 * one of these, or begins with {@link PLANTED_PREFIX}: only then is it seen where it must not be.
 */
export const PLANTED_VALUES: readonly string[] = [
  ['sk', 'owner', 'key'].join('-'),
  ['upstream', 'key'].join('-'),
  ['hunter2', 'in-plain-sight'].join('-'),
  ['never', 'to-be-seen'].join('-'),
  ['sp_token', 'of_the_rig'].join('_'),
  'A1b2'.repeat(9),
];

/** How a test begins a secret that has no shape of its own. */
export const PLANTED_PREFIX = ['planted', 'secret', ''].join('-');

/** Tokens of sessions are drawn anew each time. */
const DRAWN = /spt_[A-Za-z0-9_-]{20,}/g;

/** Where a text holds a secret that a test planted: by its value, or by its shape as the detectors of the product know it. */
export async function plantedSecrets(): Promise<(text: string) => readonly SecretPlace[]> {
  const { SECRET_DETECTORS, scanner } = await import('../src/detect/index.ts');
  const secrets = scanner(SECRET_DETECTORS);
  const values = [...PLANTED_VALUES, PLANTED_PREFIX];
  return (text) => [
    ...values.flatMap((value) => placesOf(text, value)),
    ...[...text.matchAll(DRAWN)].map(({ index, 0: { length } }) => ({
      what: 'a session token',
      start: index,
      end: index + length,
    })),
    ...secrets
      .scanText(text, { source: 'repository-file', path: null })
      .map(({ detectorId, startUtf16, endUtf16 }) => ({ what: detectorId, start: startUtf16, end: endUtf16 })),
  ];
}

/** To the end of the word, so that what stands behind a beginning is masked as well. */
function placesOf(text: string, value: string): readonly SecretPlace[] {
  const places: SecretPlace[] = [];
  for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + value.length)) {
    const rest = /^[\w.-]*/.exec(text.slice(start + value.length))?.[0] ?? '';
    places.push({ what: 'a planted secret', start, end: start + value.length + rest.length });
  }
  return places;
}
