/**
 * What is written in a document.
 *
 * The same bytes give the same text, but for the clock: what is read in time on one machine may be `too-slow` on another.
 */
export type DocumentText =
  | {
      readonly kind: 'text';
      /** Never blank. Parts that the document keeps apart are on lines of their own. */
      readonly text: string;
      /**
       * False where something that can hold text was left out: pictures, drawings of letters, forms, scripts of others,
       * fonts that do not tell their letters, bytes that belong to no part.
       */
      readonly isWhole: boolean;
    }
  | { readonly kind: 'unreadable'; readonly reason: UnreadableReason };

/** Why there is no text: `too-slow` also where too many wait or no thread starts, `no-text` where only pictures were found. */
export type UnreadableReason = 'unknown-type' | 'damaged' | 'encrypted' | 'too-large' | 'too-slow' | 'no-text';

/** Ends the reading of a document; never leaves this room. */
export class UnreadableDocument extends Error {
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason) {
    super(`the document is unreadable: ${reason}`);
    this.reason = reason;
  }
}
