// The fault table where a tool has run already: exit 2 would leave its result to the model, so a refusal is exit 0 with an
// object that puts a sentence in its place.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { EVENT, makeClients, runClient, SENTENCE, WITHHELD } from './hook-faults-clients.ts';
import type { Client } from './hook-faults-clients.ts';
import { ALLOW, frame, http } from './hook-faults-guards.ts';
import { allowed, answered, hookFaults } from './hook-faults-table.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-hook-'));
after(() => rmSync(root, { recursive: true, force: true }));
const clients = makeClients(root).map((client): Client => ({ ...client, isWithholding: true }));
const faults = hookFaults(root);

const NOBODY = 65_534;

/** Rows where the object cannot be written, or where the word is not in its place. */
const STILL_REFUSED: readonly string[] = [
  'stdout is closed',
  'stdout is a full disk',
  'stdout has nobody who reads',
  'stdout has a reader who never reads',
  'there are no words',
  'the session is missing',
  'there are too many words',
];

describe('a result is withheld where', { concurrency: 3 }, () => {
  for (const [fault, run] of Object.entries(faults)) {
    if (STILL_REFUSED.includes(fault)) continue;
    for (const client of clients) {
      test(`${fault} (${client.name})`, async () => {
        const { exit, stderr, stdout, isHung } = await run(client);
        assert.deepEqual({ exit, stdout, isHung }, { exit: 0, stdout: WITHHELD, isHung: false }, stderr);
        assert.match(stderr, SENTENCE);
      });
    }
  }
});

describe('exit 2 is what is left where', { concurrency: 3 }, () => {
  for (const fault of STILL_REFUSED) {
    for (const client of clients) {
      test(`${fault} (${client.name})`, async () => {
        const { exit, stderr, stdout, isHung } = (await faults[fault]?.(client)) ?? assert.fail('there is no such row');
        assert.deepEqual({ exit, stdout, isHung }, { exit: 2, stdout: '', isHung: false }, stderr);
        assert.match(stderr, SENTENCE);
      });
    }
  }
  for (const client of clients) {
    for (const word of ['Withhold', 'withhold ', '', '0']) {
      test(`the fourth word is \`${word}\` (${client.name})`, async () => {
        const { exit, stdout } = await allowed(root, { words: ['/x', 'ses_x', '5000', word] })(client);
        assert.deepEqual([exit, stdout], [2, '']);
      });
    }
    test(`there is a fifth word (${client.name})`, async () => {
      const { exit, stdout } = await allowed(root, { words: ['/x', 'ses_x', '5000', 'withhold', 'x'] })(client);
      assert.deepEqual([exit, stdout], [2, '']);
    });
  }
});

describe('of an answer the withholding client', { concurrency: 3 }, () => {
  for (const client of clients) {
    for (const { name, answer, want } of [
      { name: 'passes on a change', answer: frame(ALLOW), want: { exit: 0, stdout: `${ALLOW}\n`, stderr: '' } },
      { name: 'passes on that there is none', answer: frame(''), want: { exit: 0, stdout: '', stderr: '' } },
      {
        name: 'makes a refusal of the guard a withheld result',
        answer: frame('No: é "x".', '2'),
        want: { exit: 0, stdout: WITHHELD, stderr: 'No: é "x".\n' },
      },
    ]) {
      test(`${name} (${client.name})`, async () => {
        assert.deepEqual(await answered(root, http(answer))(client), { ...want, isHung: false });
      });
    }

    test(`passes on the whole, whatever signal comes in the midst (${client.name})`, async () => {
      const payload = `{"x":"${'x'.repeat(900_000)}"}`;
      const feed = (child: ChildProcess): void => {
        child.stdin?.end(EVENT);
        // A pipe takes less than the answer, so with the first bytes here the client is still writing.
        child.stdout?.once('data', () => void child.kill('SIGTERM'));
      };
      const { exit, stdout } = await answered(root, http(frame(payload)), { feed })(client);
      assert.deepEqual([exit, stdout === `${payload}\n`], [0, true]);
    });

    test(`needs no stderr to withhold (${client.name})`, async () => {
      const { exit, stdout } = await runClient(client, { socket: join(root, 'none'), shell: 'exec "$@" 2>&-' });
      assert.deepEqual([exit, stdout], [0, WITHHELD]);
    });

    test(`needs no further process to withhold (${client.name})`, { skip: processlessSkipReason(client) }, async () => {
      const start = { socket: join(root, 'none'), uid: NOBODY, shell: 'ulimit -p 1; exec "$@"' };
      const { exit, stdout } = await runClient(client, start);
      assert.deepEqual([exit, stdout], [0, WITHHELD]);
    });

    test(`needs nobody who reads stderr (${client.name})`, async () => {
      const feed = (child: ChildProcess): void =>
        void child.stderr?.destroy().once('close', () => child.stdin?.end(EVENT));
      const { exit, stdout } = await runClient(client, { socket: join(root, 'none'), feed });
      assert.deepEqual([exit, stdout], [0, WITHHELD]);
    });
  }
});

function processlessSkipReason({ name }: Client): string | false {
  if (name === 'node') return 'Node does not come up without threads of its own';
  return process.getuid?.() === 0 ? false : 'only root can start as a user without processes';
}
