import { writeSync } from 'node:fs';
import { parseSessionId } from '../core/ids.ts';
import { contentKey } from '../seal/index.ts';
import { contentStore } from './content-log.ts';
import { localKeyWrap } from './key-wrap.ts';

// The program that a test kills: it keeps piece after piece, and prints where one lies once it would survive a power cut.
// Arguments: the folder, the session.
const [folder = '', session = ''] = process.argv.slice(2);

const sessionId = parseSessionId(session);
const key = contentKey(Buffer.alloc(32, 1));
const contents =
  sessionId === null
    ? null
    : await contentStore(
        folder,
        localKeyWrap(() => key),
      ).open(sessionId);
for (let number = 0; contents !== null; number += 1) {
  const text = JSON.stringify({ number, said: 'o'.repeat((number * 7919) % 300_000) });
  const ref = contents.add({ kind: 'message', form: 'masked', isSealed: number % 2 === 0, text });
  await contents.flush();
  // One call of the system for one line: it is printed whole or not at all.
  writeSync(1, `${JSON.stringify(ref)}\n`);
}
