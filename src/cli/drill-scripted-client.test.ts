import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptedClient } from './drill-scripted-client.ts';
import type { Stage } from './drill-stage.ts';

const SITE = { workspace: '/tmp', home: '/tmp' } as Parameters<typeof scriptedClient>[1];

for (const { script, want } of [
  { script: 'cat > /dev/null', want: [] },
  { script: 'cat > /dev/null; echo no guard >&2; exit 2', want: ['Stop: ended by 2: no guard'] },
  { script: 'kill -9 $$', want: ['Stop: ended by SIGKILL: '] },
])
  test(`what a hook client says of itself is kept: ${script}`, async () => {
    const control = {
      openSession: () => Promise.resolve({ sessionId: 'ses_x' }),
      status: () => Promise.resolve({ hookCommand: ['/bin/sh', '-c', script], guardSocket: '/none' }),
    };
    const stage = { control, env: {}, credentials: {} } as unknown as Stage;
    const client = await scriptedClient(stage, SITE);
    await client.hook('Stop');
    assert.deepEqual(client.hookFaults, want);
  });
