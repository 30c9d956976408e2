import { isJsonObject } from '../../core/json.ts';
import type { Json } from '../../core/json.ts';
import { converseAsMessage } from '../converse-reply.ts';
import type { MessageFormat } from '../message-format.ts';
import { blockWords } from './block-words.ts';
import { RefusedReply } from './refused-reply.ts';
import type { ReplyWordsOptions } from './reply-words.ts';
import { wordsOf } from './reply-words.ts';
import { wordFindings } from './word-findings.ts';
import type { WordFinding } from './word-findings.ts';

/** What was found in a reply that came whole, and whether it may go out. */
export interface WholeWords {
  readonly findings: readonly WordFinding[];
  readonly refused: RefusedReply | null;
}

/** Looks through the words of a whole reply as it came, before values are restored in it. A body that is no message has none. */
export function wholeWords(
  body: Buffer,
  format: MessageFormat,
  { scanner, replies, lookup }: Omit<ReplyWordsOptions, 'maxHeldBytes'>,
): WholeWords {
  const findings = wordFindings(replies);
  let refused: RefusedReply | null = null;
  for (const block of blocksOf(body, format)) {
    const words = blockWords(scanner.scan(false), lookup);
    const found = [...wordsOf(block).map(({ kind, text }) => words.take(kind, text)), words.end()];
    const refusal = findings.add(found.flatMap((seen) => seen.found));
    if (refusal !== null) refused ??= new RefusedReply(refusal);
  }
  return { findings: findings.all(), refused };
}

function blocksOf(body: Buffer, format: MessageFormat): readonly Json[] {
  const reply = parsed(body);
  if (!isJsonObject(reply)) return [];
  const { content } = format === 'converse' ? converseAsMessage(reply) : reply;
  return Array.isArray(content) ? content : [];
}

/** What cannot be read is refused where its calls are looked for. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
