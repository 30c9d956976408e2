// A reporter of node:test: one line of JSON per test below test/infra, and per figure that one of them tells.
import type { TestEvent } from 'node:test/reporters';
import { infraLine } from '../test/infra/lib/table.ts';

export default async function* infraReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    const line = infraLine(event);
    if (line !== null) yield `${JSON.stringify(line)}\n`;
  }
}
