import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { sessionSkipReason } from './client-skip.ts';
import { ROOT, collected, makeHome, until } from './daemon-process.ts';
import { guideBlocks, isAsShown } from './guide-blocks.ts';

const PAGE = readFileSync(join(ROOT, 'docs', 'gateway.md'), 'utf8');
const GUIDE = sectionOf(PAGE, '## Verify it in five minutes');
const FEWEST_BLOCKS = 8;
const PORT_IN_GUIDE = '8099';

/** A terminal into which somebody pastes, and out of which they read. */
interface Terminal {
  readonly came: () => string;
  readonly paste: (text: string) => void;
}

test(
  'every block of commands by which the gateway is verified runs as written, and gives what the page shows',
  { skip: sessionSkipReason() },
  async (t) => {
    const home = makeHome(t);
    const folder = join(home.folder, 'w');
    mkdirSync(folder);
    const port = String(await freePort());
    const blocks = guideBlocks(GUIDE);
    assert.ok(blocks.length >= FEWEST_BLOCKS, `${blocks.length} blocks`);
    // One shell for all that stands in the first terminal: a session that is opened there reads on from its input.
    const first = terminal(t, home.env, folder);
    for (const [at, { commands, notes, want, line }] of blocks.entries()) {
      const text = commands.replaceAll('/path/to/sallyport/', ROOT).replaceAll(PORT_IN_GUIDE, port);
      if (notes.includes('second terminal')) {
        const other = terminal(t, home.env, folder);
        other.paste(`exec ${text}`);
        await until(() => /^ready$/m.test(other.came()), other.came);
        continue;
      }
      const before = first.came().length;
      const end = `the end of block ${at}`;
      first.paste(`${text}\necho "${end}: $?"\n`);
      await until(() => first.came().slice(before).includes(end), first.came);
      const [came = '', status = ''] = first.came().slice(before).split(`${end}: `);
      const place = `docs/gateway.md, block ${at} (line ${line} of its section)`;
      assert.equal(status.trim(), '0', `${place}\n${text}\n${came}`);
      if (want !== null) assert.ok(isAsShown(want, came), `${place} shows\n${want}\nand it was\n${came}`);
    }
  },
);

function terminal(t: TestContext, env: Readonly<Record<string, string>>, folder: string): Terminal {
  const child = spawn('bash', { env, cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(() => void child.kill('SIGKILL'));
  const [out, errors] = [collected(child.stdout), collected(child.stderr)];
  child.stdin.write('exec 2>&1\n');
  return { came: () => out() + errors(), paste: (text) => void child.stdin.write(text) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** A section of a page, from its heading to the next one of its rank. */
function sectionOf(page: string, heading: string): string {
  const from = page.indexOf(`${heading}\n`);
  const to = page.indexOf('\n## ', from + heading.length);
  return page.slice(from, to === -1 ? page.length : to + 1);
}
