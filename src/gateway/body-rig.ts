import { canaryCuts } from './canary-cut.ts';
import { spliced } from './leaves/index.ts';
import { requestStart } from './masking/request-start.ts';
import { NO_TAILS } from './masking/seam.ts';
import { writtenBody } from './masking/written-body.ts';
import type { MessageFormat } from './message-format.ts';
import { messagesBodyOf } from './messages-body.ts';
import type { MessagesBody } from './messages-body.ts';

/** Reads a body as the gateway does at a conversation's first turn; why it cannot be read where it cannot. */
export function readBody(bytes: Buffer, format: MessageFormat): MessagesBody | string {
  const start = requestStart(bytes, null);
  return typeof start === 'string' ? start : messagesBodyOf(bytes, format, start.members, start.messages);
}

/** A body without its canaries, as it goes up where nothing is masked; null where it cannot be read. */
export function bodyWithoutCanaries(
  bytes: Buffer,
  format: MessageFormat,
  isCanary: (id: string) => boolean,
): Buffer | null {
  const start = requestStart(bytes, null);
  if (typeof start === 'string') return null;
  const cuts = start.elements.map((element) => canaryCuts(bytes, element, format, isCanary));
  if (cuts.includes(null)) return null;
  const news = start.elements.map((element, index) => {
    const cut = cuts[index] ?? [];
    const edits = cut === 'gone' ? [] : cut.map((span) => ({ span, by: Buffer.alloc(0) }));
    return {
      chain: '',
      tails: NO_TAILS,
      text: cut === 'gone' ? null : spliced(bytes, element, edits),
      isSame: cut !== 'gone' && edits.length === 0,
    };
  });
  return Buffer.concat(writtenBody(bytes, start, news, []).pieces);
}
