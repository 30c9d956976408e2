import { writeSync } from 'node:fs';

import { openLog } from './open-log.ts';
import { sampleOptions, sampleRecord } from './sample-log.ts';

// The program that `crash.test.ts` kills: it appends from many writers at once, and prints each receipt once it has it.
// Segments and checkpoints come so often that each kill is near both. Arguments: folder of the log, number of writers,
// number from which the records count.
const [folder = '', writers = '', firstNumber = ''] = process.argv.slice(2);

const log = await openLog(
  folder,
  sampleOptions(folder, { clock: Date.now, segmentMaxBytes: 10_000, checkpointDelayMs: 3 }),
);
let number = Number(firstNumber);
await Promise.all(
  Array.from({ length: Number(writers) }, async () => {
    for (;;) {
      const own = (number += 1);
      const { index, hash } = await log.append(sampleRecord(own));
      // One call of the system for one line: a receipt is printed whole or not at all.
      writeSync(1, `${index} ${hash} ${own}\n`);
    }
  }),
);
