import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScanScene } from '../../scan/detector.ts';
import { scanner } from '../../scan/scanner.ts';
import { LOWER_CASE_NAME } from './lower-case-name.ts';
import { PROSE } from './prose.ts';

const prose = scanner([PROSE, LOWER_CASE_NAME]);
const TEXT: ScanScene = { source: 'user-prompt', path: 'notes.md' };

function found(text: string, scene = TEXT): readonly string[] {
  return prose
    .scanText(text, scene)
    .map(({ detectorId, startUtf16, endUtf16 }) => `${detectorId.slice(4)}: ${text.slice(startUtf16, endUtf16)}`);
}

/** A text, and the people, places and addresses in it. */
const CASES: readonly (readonly [name: string, text: string, ...expected: string[]])[] = [
  ['a given name with a surname', 'The review was done by Harold Finch in May.', 'person: Harold Finch'],
  ['a word of every text before a name', 'Contact Maria González today.', 'person: Maria González'],
  ['a given name alone', 'I gave the keys to Kevin yesterday.', 'person: Kevin'],
  ['a title makes any word a name', 'Then Dr. Xqweroth arrived.', 'person: Xqweroth'],
  ['names of unknown words by what stands before', 'My name is Vrexil Qamunto.', 'person: Vrexil Qamunto'],
  ['an initial between two words', 'as told by Brindo K. Vastulin', 'person: Brindo K. Vastulin'],
  ['particles within a name', 'signed by Ludwig van Beethoven', 'person: Ludwig van Beethoven'],
  [
    'names with a capital within',
    "Siobhan O'Connor met Ian McDonald.",
    "person: Siobhan O'Connor",
    'person: Ian McDonald',
  ],
  ['a genitive is no part of it', "That was Kevin's idea.", 'person: Kevin'],
  ['names in a record', '{"first_name":"Oliver","last_name":"Hughes"}', 'person: Oliver', 'person: Hughes'],
  ['names without capital letters', 'my name is john smith and i ask', 'person: john smith'],
  ['a sender', 'Kind regards,\nJohn', 'person: John'],
  ['nouns of German are no names', 'Der Hund und die Katze sind mit dem Bauer und dem Koch im Haus.'],
  ['a name in German', 'Ich heiße Anna Schmidt und bin neu.', 'person: Anna Schmidt'],
  ['sentences and headings', 'The Quick Start. This Guide shows You how To Build. Getting Started With Errors'],
  [
    'days, months, peoples and products',
    'On Monday the French team moved from Docker to Kubernetes in April with Claude.',
  ],
  ['firms', 'We bought it from Johnson Holdings Ltd and Hughes Bank.'],
  ['code in backticks', 'Call `Anna.Smith` or `new Kevin` there.'],
  ['identifiers', 'KevinSmith, kevin_Smith, Kevin(), Anna::new, /home/Anna/x, @Kevin, #Anna'],
  ['a country', 'She moved here from Czech Republic.', 'place: Czech Republic'],
  ['a town', 'The office in Rotterdam is closed.', 'place: Rotterdam'],
  ['a town of unknown name', 'He lives in Qvarnhult now.', 'place: Qvarnhult'],
  ['a town that is a name as well needs words', 'Florence is in Florence.', 'person: Florence', 'place: Florence'],
  [
    'an address of the United States',
    'ship to 742 Evergreen Terrace, Springfield, IL 62704.',
    'address: 742 Evergreen Terrace, Springfield, IL 62704',
  ],
  [
    'an address of the United Kingdom',
    '221B Baker Street, London NW1 6XE',
    'address: 221B Baker Street, London NW1 6XE',
  ],
  ['an address in German', 'Hauptstraße 12, 10115 Berlin', 'address: Hauptstraße 12, 10115 Berlin'],
  ['an address in French', '12 rue de la Paix, 75002 Paris', 'address: 12 rue de la Paix, 75002 Paris'],
  ['an address in Spanish', 'Calle Mayor 5, 28013 Madrid', 'address: Calle Mayor 5, 28013 Madrid'],
  ['an address in Polish', 'mieszka przy ul. Zamkowa 33', 'address: ul. Zamkowa 33'],
  [
    'an address over lines',
    'Ann Lee\n12 Oak Street\nApt. 4\nDover, DE 19901',
    'person: Ann Lee',
    'address: 12 Oak Street\nApt. 4\nDover, DE 19901',
  ],
  ['a box', 'PO Box 1234, Sydney NSW 2001', 'address: PO Box 1234, Sydney NSW 2001'],
  ['a street of unknown kind by words', 'the shop is at 2261 41 Vrexil Qamunto', 'address: 2261 41 Vrexil Qamunto'],
  [
    'numbers with words are no address',
    'All 10 Tests Pass. Chapter 3 Results. In 2020 Apple sold 5 Million. Node 24 LTS',
  ],
];

for (const [name, text, ...expected] of CASES) {
  test(name, () => {
    assert.deepEqual(found(text), expected);
  });
}

test('nothing is read in a file of code', () => {
  for (const [, text] of CASES) assert.deepEqual(found(text, { source: 'repository-file', path: 'src/a.ts' }), []);
});

test('a run of more words than a name has is none, however it is cut', () => {
  assert.deepEqual(found('Anna Smith '.repeat(30)), []);
  assert.deepEqual(found('Anna Smith '.repeat(4)), ['person: Anna Smith Anna Smith Anna Smith Anna Smith'].slice(1));
});
