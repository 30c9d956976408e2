// A stand-in for a model service, for `docs/gateway.md`: it answers every request with the last text that it was sent, and
// writes each body that arrives to standard output, one to a line.
//
//     node echo-model.mjs 8099 > went-up.txt
import { createServer } from 'node:http';

/** Letters in one event of a stream: fewer than a token has, so that each comes in pieces. */
const PIECE_LENGTH = 5;

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  console.log(body);
  const { messages, model, stream } = JSON.parse(body);
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null };
  const usage = { input_tokens: 1, output_tokens: 1 };
  const text = `You said: ${textOf(messages.at(-1).content)}`;
  if (stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...message, stop_reason: 'end_turn', usage, content: [{ type: 'text', text }] }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (event) => response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  send({ type: 'message_start', message: { ...message, stop_reason: null, usage, content: [] } });
  send({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
  for (let at = 0; at < text.length; at += PIECE_LENGTH) {
    const piece = text.slice(at, at + PIECE_LENGTH);
    send({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } });
  }
  send({ type: 'content_block_stop', index: 0 });
  send({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage });
  send({ type: 'message_stop' });
  response.end();
});
server.listen(Number(process.argv[2] ?? 8099), '127.0.0.1', () => console.error('ready'));

/** The last text of a message's content. */
function textOf(content) {
  return typeof content === 'string' ? content : content.at(-1).text;
}
