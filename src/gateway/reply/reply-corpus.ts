import type { JsonObject } from '../../core/json.ts';
import { ADDRESS, FORGED, inPieces, interleavedEvents, MAIL, PERSON, replyEvents, SECRET } from './reply-fixtures.ts';
import { textBlock, toolBlock } from './reply-fixtures.ts';

/** A reply as the service streams it, with tokens in every place where there may be some. */
export interface ScriptedReply {
  readonly name: string;
  readonly events: readonly JsonObject[];
}

const PING: JsonObject = { type: 'ping' };
const COMMAND = JSON.stringify({ command: `mail ${MAIL} "é😀"\n`, note: SECRET, [PERSON]: [1.5, true, ADDRESS] });
const CITATION: JsonObject = {
  type: 'char_location',
  cited_text: `as ${MAIL} wrote`,
  document_index: 0,
  document_title: `letter to ${PERSON}`,
  start_char_index: 0,
  end_char_index: 9,
};

/** The letters of a token as JSON may write them. */
export function escaped(token: string): string {
  return token.replace(/./g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export const REPLIES: readonly ScriptedReply[] = [
  { name: 'plain text', events: replyEvents([textBlock('Hi ', 'there, 😀', ' quite', ' simple.')]) },
  { name: 'a token in one delta', events: replyEvents([textBlock(`Write to ${MAIL}, please.`)]) },
  {
    name: 'a token over many deltas',
    events: replyEvents([textBlock('Write to ', ...inPieces(MAIL, 1), '.')]),
  },
  {
    name: 'tokens glued to one another and to words',
    events: replyEvents([textBlock(...inPieces(`x${MAIL}${SECRET}s_${PERSON.toUpperCase()}q${ADDRESS}qz`, 7))]),
  },
  {
    name: 'forged and unknown tokens',
    events: replyEvents([textBlock(...inPieces(`${FORGED} qzNOBODY${FORGED} ${MAIL.slice(0, -1)}- q`, 5))]),
  },
  {
    name: 'a token over two blocks is none',
    events: replyEvents([textBlock(MAIL.slice(0, 9)), textBlock(MAIL.slice(9)), toolBlock('t', `{"a":"${MAIL}"}`)]),
  },
  { name: 'a call', events: replyEvents([textBlock('I write.'), toolBlock('t1', ...inPieces(COMMAND, 12))]) },
  {
    name: 'a call with tokens in escapes',
    events: replyEvents([toolBlock('t1', ...inPieces(`{"to":"${escaped(MAIL)} \\\\u0071z ${SECRET}"}`, 13))]),
  },
  {
    name: 'calls in parallel',
    events: interleavedEvents([
      textBlock(...inPieces(`first ${MAIL}`, 10)),
      toolBlock('t1', ...inPieces(COMMAND, 17)),
      toolBlock('t2', ...inPieces(`{"path":"/home/${PERSON}/x"}`, 11)),
    ]),
  },
  {
    name: 'thinking keeps its tokens',
    events: replyEvents([
      {
        start: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          ...inPieces(`ask ${MAIL}`, 6).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: `EqQB${MAIL}==` },
        ],
      },
      { start: { type: 'redacted_thinking', data: `x${MAIL}` }, deltas: [] },
      textBlock(MAIL),
    ]),
  },
  {
    name: 'citations',
    events: replyEvents([
      {
        start: { type: 'text', text: '', citations: [] },
        deltas: [
          { type: 'text_delta', text: `He is ${MAIL.slice(0, 5)}` },
          { type: 'citations_delta', citation: CITATION },
          { type: 'text_delta', text: `${MAIL.slice(5)}.` },
          {
            type: 'citations_delta',
            citation: { type: 'web_search_result_location', url: MAIL, title: ADDRESS, encrypted_index: MAIL },
          },
        ],
      },
    ]),
  },
  {
    name: 'calls and results of the service',
    events: replyEvents([
      {
        start: { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
        deltas: inPieces(`{"query":"${PERSON}"}`, 8).map((partial) => ({
          type: 'input_json_delta',
          partial_json: partial,
        })),
      },
      {
        start: { type: 'web_search_tool_result', tool_use_id: 's1', content: [{ type: 'x', encrypted_content: MAIL }] },
        deltas: [],
      },
    ]),
  },
  {
    name: 'blocks that start with content',
    events: replyEvents([
      {
        start: { type: 'text', text: `Dear ${PERSON}, ${MAIL.slice(0, 4)}`, citations: [CITATION] },
        deltas: [{ type: 'text_delta', text: MAIL.slice(4) }],
      },
      { start: { type: 'tool_use', id: 't', name: 'Bash', input: { [MAIL]: [SECRET] } }, deltas: [] },
    ]),
  },
  {
    name: 'an error within a block',
    events: [
      ...replyEvents([textBlock('Hold on', ` q${MAIL.slice(0, 12)}`)]).slice(0, 4),
      { type: 'error', error: { type: 'overloaded_error', message: `Overloaded ${MAIL}` } },
    ],
  },
  { name: 'a break within a block', events: replyEvents([textBlock('To', MAIL.slice(0, 20))]).slice(0, 4) },
  {
    name: 'pings, and events that nobody knows',
    events: replyEvents([textBlock(...inPieces(`To ${MAIL}, ${SECRET}`, 12))]).flatMap((event) => [
      event,
      PING,
      { type: 'x_new', text: MAIL, delta: { text: MAIL } },
    ]),
  },
  {
    name: 'a stop without a number',
    events: [
      ...replyEvents([textBlock(`a ${MAIL.slice(0, 9)}`)]).slice(0, 3),
      { type: 'content_block_stop' },
      { type: 'message_stop' },
    ],
  },
];

/** A delta far longer than others; too long to be cut at each of its bytes. */
export const HUGE: ScriptedReply = {
  name: 'a huge delta',
  events: replyEvents([
    textBlock(`${'words and words '.repeat(2_000)}${MAIL} ${'q'.repeat(500)}${SECRET}`),
    toolBlock('t', JSON.stringify({ content: `${'line\n"quoted"\n'.repeat(2_000)}${MAIL}` })),
  ]),
};
