import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkpointText, parseCheckpoint } from './checkpoint.ts';
import { emptyRoot } from './hash.ts';
import { decodeNote, MAX_NOTE_BYTES, openNote, signNote, type NoteVerifier } from './note.ts';
import { cosigner, logSigner, parseVkey, vkeyKind, vkeyOf } from './note-keys.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { sampleKey } from './sample-tree.ts';

/** The key and note in the documentation of golang.org/x/mod/sumdb/note. */
const KNOWN_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const KNOWN_SECRET = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const KNOWN_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const KNOWN_NOTE = `${KNOWN_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const log = sampleKey(1);
const witness = sampleKey(2);
const logKey = vkeyOf('example.com/log', log.publicKey, 'log');
const witnessKey = vkeyOf('witness.example/w1', witness.publicKey, 'witness');
const AT_S = 1_679_315_147;
const text = checkpointText({ origin: 'example.com/log', size: 0, root: emptyRoot(), extensions: [] });
const signed = signNote(text, [
  logSigner('example.com/log', log.privateKey),
  cosigner('witness.example/w1', witness.privateKey, () => AT_S),
]);

function verifier(vkey: string): NoteVerifier {
  const found = parseVkey(vkey);
  assert.ok(found !== null, vkey);
  return found;
}

test('the known note opens with the known key', () => {
  const opened = openNote(KNOWN_NOTE, [verifier(KNOWN_KEY)]);
  assert.equal(opened?.text, KNOWN_TEXT);
  assert.deepEqual(
    opened.verified.map(({ name, keyId, timestampS }) => ({ name, keyId, timestampS })),
    [{ name: 'PeterNeumann', keyId: 0xc74f20a3, timestampS: null }],
  );
  assert.deepEqual(opened.unknown, []);
});

test('the known private key signs the known note, byte for byte', () => {
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from(KNOWN_SECRET, 'base64').subarray(1),
  ]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  assert.equal(signNote(KNOWN_TEXT, [logSigner('PeterNeumann', key)]), KNOWN_NOTE);
});

test('a key is read as it is written, and what it signs is told', () => {
  for (const [vkey, kind] of [
    [logKey, 'log'],
    [witnessKey, 'witness'],
    [KNOWN_KEY, 'log'],
  ] as const) {
    assert.equal(vkeyKind(vkey), kind);
    assert.equal(parseVkey(vkey)?.name, vkey.split('+')[0]);
  }
  assert.notEqual(
    verifier(vkeyOf('same', log.publicKey, 'log')).keyId,
    verifier(vkeyOf('same', log.publicKey, 'witness')).keyId,
  );
});

for (const vkey of [
  '',
  'PeterNeumann',
  'PeterNeumann+c74f20a3',
  'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  'PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  'Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T',
  'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n',
  'PeterNeumann+c74f20a3+AxpcAAAA',
  '+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
]) {
  test(`${JSON.stringify(vkey)} is no key`, () => {
    assert.equal(parseVkey(vkey), null);
  });
}

test('a checkpoint tells its log, its witnesses, and when they signed', () => {
  const opened = openCheckpoint(signed, verifier(logKey), [verifier(witnessKey)]);
  assert.equal(opened?.text, text);
  assert.deepEqual(opened.checkpoint, { origin: 'example.com/log', size: 0, root: emptyRoot(), extensions: [] });
  assert.deepEqual(
    opened.cosignatures.map(({ name, timestampS }) => ({ name, timestampS })),
    [{ name: 'witness.example/w1', timestampS: AT_S }],
  );
  assert.ok(signed.includes(`${opened.logLine}\n`));
});

test('signatures that are there are kept, as they are, before the new ones', () => {
  const opened = openCheckpoint(signed, verifier(logKey));
  assert.equal(opened?.unknown.length, 1);
  const second = cosigner('witness.example/w2', witness.privateKey, () => AT_S);
  const more = signNote(opened.text, [second], [opened.logLine, ...opened.unknown]);
  assert.ok(more.startsWith(signed));
  assert.equal(more.split('\n').length, signed.split('\n').length + 1);
});

const other = vkeyOf('example.com/log', sampleKey(3).publicKey, 'log');
for (const { name, note, keys, want } of [
  { name: 'a good signature', note: signed, keys: [logKey], want: 'verified' },
  { name: 'no known key', note: signed, keys: [other], want: 'unknown' },
  { name: 'a changed text', note: signed.replace('\n0\n', '\n1\n'), keys: [logKey], want: 'refused' },
  { name: 'a witness whose time was changed', note: withTime(signed), keys: [logKey, witnessKey], want: 'refused' },
  { name: 'the same signature twice', note: `${signed}${lineOf(signed, 0)}\n`, keys: [logKey], want: 'verified' },
  { name: 'a hundred signatures', note: repeated(98), keys: [logKey], want: 'verified' },
  { name: 'more than a hundred signatures', note: repeated(99), keys: [logKey], want: 'refused' },
  { name: 'no newline at the end', note: signed.slice(0, -1), keys: [logKey], want: 'refused' },
  { name: 'no signatures', note: text, keys: [logKey], want: 'refused' },
  { name: 'an empty line behind the text only', note: `${text}\n`, keys: [logKey], want: 'refused' },
  { name: 'an empty text', note: `\n\n${lineOf(signed, 0)}\n`, keys: [logKey], want: 'refused' },
  { name: 'a hyphen in the place of the dash', note: signed.replaceAll('—', '-'), keys: [logKey], want: 'refused' },
  { name: 'two spaces', note: signed.replace('— ', '—  '), keys: [logKey], want: 'refused' },
  { name: 'a carriage return', note: signed.replaceAll('\n', '\r\n'), keys: [logKey], want: 'refused' },
  { name: 'half a surrogate pair', note: `\ud800${signed}`, keys: [logKey], want: 'refused' },
  { name: 'base64 without its padding', note: signed.replaceAll('=', ''), keys: [logKey], want: 'refused' },
  { name: 'base64 with stray bits', note: strayBits(signed), keys: [logKey], want: 'refused' },
  { name: 'a signature of no bytes', note: `${signed}— a AAAAAA==\n`, keys: [logKey], want: 'refused' },
  { name: 'more than 1 MiB', note: `${'x'.repeat(MAX_NOTE_BYTES)}\n${signed}`, keys: [logKey], want: 'refused' },
  { name: 'nothing', note: '', keys: [logKey], want: 'refused' },
]) {
  test(`a note with ${name} is ${want}`, () => {
    const opened = openNote(note, keys.map(verifier));
    const got = opened === null ? 'refused' : opened.verified.length === 1 ? 'verified' : 'unknown';
    assert.equal(got, want);
  });
}

test('of two keys with one name and id, either may have signed, and nothing else', () => {
  const good = verifier(logKey);
  const twin: NoteVerifier = { ...good, verify: () => ({ ok: false }) };
  assert.equal(openNote(signed, [twin, good])?.verified.length, 1);
  assert.equal(openNote(signed, [good, twin])?.verified.length, 1);
  assert.equal(openNote(signed, [twin]), null);
});

test('a key of one kind does not stand for one of the other', () => {
  const asWitness = cosigner('example.com/log', log.privateKey, () => AT_S);
  assert.equal(openCheckpoint(signNote(text, [asWitness]), verifier(logKey)), null);
  const renamed = { ...asWitness, keyId: verifier(logKey).keyId };
  assert.equal(openNote(signNote(text, [renamed]), [verifier(logKey)]), null);
});

test('a log does not sign for another', () => {
  const foreign = checkpointText({ origin: 'example.com/other', size: 0, root: emptyRoot(), extensions: [] });
  assert.equal(
    openCheckpoint(signNote(foreign, [logSigner('example.com/log', log.privateKey)]), verifier(logKey)),
    null,
  );
});

test('a witness that signs no time, or one beyond what can be told, is not believed', () => {
  for (const at of [0, 2 ** 53]) {
    const note = signNote(text, [cosigner('witness.example/w1', witness.privateKey, () => at)]);
    assert.equal(openNote(note, [verifier(witnessKey)]), null, String(at));
  }
});

test('a note with any one byte changed does not open as the same', () => {
  const bytes = Buffer.from(signed);
  const keys = [verifier(logKey), verifier(witnessKey)];
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ change;
      const decoded = decodeNote(copy);
      const opened = decoded === null ? null : openNote(decoded, keys);
      // A changed name or key id makes a signature unknown; both together never verify another text.
      assert.ok(opened === null || (opened.verified.length < 2 && opened.text === text));
    }),
    { numRuns: 400 },
  );
});

test('bytes that are no UTF-8 or too many are no note', () => {
  assert.equal(decodeNote(Buffer.from([0x61, 0xff, 0x0a])), null);
  assert.equal(decodeNote(Buffer.from([0xed, 0xa0, 0x80])), null);
  assert.equal(decodeNote(Buffer.alloc(MAX_NOTE_BYTES + 1, 'a')), null);
  assert.equal(decodeNote(Buffer.from('\ufeffa')), '\ufeffa');
});

test('what cannot be a note is not signed', () => {
  const signer = logSigner('example.com/log', log.privateKey);
  for (const bad of ['', 'no newline', 'bell\u0007\n', 'tab\t\n'])
    assert.throws(() => signNote(bad, [signer]), TypeError);
  assert.throws(() => signNote(text, []), TypeError);
  assert.throws(() => signNote(text, [], ['— forged line\n— x']), TypeError);
  for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\u2028b', 'a\u0085b', 'a\nb']) {
    assert.throws(() => logSigner(name, log.privateKey), TypeError, JSON.stringify(name));
  }
});

for (const { name, lines, ok } of [
  { name: 'three lines', lines: ['o', '0', rootText()], ok: true },
  { name: 'extension lines', lines: ['o', '7', rootText(), 'more', 'still more'], ok: true },
  { name: 'the largest size', lines: ['o', '9007199254740991', rootText()], ok: true },
  { name: 'a size beyond safe integers', lines: ['o', '9007199254740993', rootText()], ok: false },
  { name: 'a size with a zero in front', lines: ['o', '07', rootText()], ok: false },
  { name: 'a negative size', lines: ['o', '-1', rootText()], ok: false },
  { name: 'a size with a sign', lines: ['o', '+1', rootText()], ok: false },
  { name: 'a size in another script', lines: ['o', '１', rootText()], ok: false },
  { name: 'two lines', lines: ['o', '1'], ok: false },
  { name: 'an empty origin', lines: ['', '1', rootText()], ok: false },
  { name: 'an empty extension line', lines: ['o', '1', rootText(), '', 'x'], ok: false },
  { name: 'a root of 31 bytes', lines: ['o', '1', Buffer.alloc(31).toString('base64')], ok: false },
  { name: 'a root without padding', lines: ['o', '1', rootText().replace('=', '')], ok: false },
  { name: 'a root with white space', lines: ['o', '1', ` ${rootText()}`], ok: false },
]) {
  test(`a checkpoint with ${name} is ${ok ? 'read, and written as it was' : 'none'}`, () => {
    const body = `${lines.join('\n')}\n`;
    const parsed = parseCheckpoint(body);
    assert.equal(parsed !== null, ok);
    if (parsed !== null) assert.equal(checkpointText(parsed), body);
  });
}

function rootText(): string {
  return Buffer.from(emptyRoot()).toString('base64');
}

function lineOf(note: string, at: number): string {
  return note.split('\n\n').at(-1)?.split('\n')[at] ?? '';
}

function repeated(times: number): string {
  return `${signed}${'— other AAAAAAAA\n'.repeat(times)}`;
}

/** The last character before the padding carries bits that decoding drops. */
function strayBits(note: string): string {
  return note.replace(/(.)=\n/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}=\n`);
}

function withTime(note: string): string {
  const line = lineOf(note, 1);
  const [dash = '', name = '', encoded = ''] = line.split(' ');
  const bytes = Buffer.from(encoded, 'base64');
  bytes.writeUInt8(bytes.readUInt8(11) ^ 1, 11);
  return note.replace(line, `${dash} ${name} ${bytes.toString('base64')}`);
}
