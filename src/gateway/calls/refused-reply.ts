import type { Refusal } from '../refusal.ts';
import { UnreadableReply } from '../stream-codec.ts';

/** A reply that can be read, and of which nothing more may go out. */
export class RefusedReply extends UnreadableReply {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.why);
    this.refusal = refusal;
  }
}
