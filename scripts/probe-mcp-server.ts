// An MCP server on stdio whose tools take anything and do nothing: `node probe-mcp-server.ts TOOL…`.
import { createInterface } from 'node:readline';
import { isJsonObject } from '../src/core/json.ts';
import type { Json, JsonObject } from '../src/core/json.ts';

const tools = process.argv.slice(2).map((name) => ({ name, description: '-', inputSchema: { type: 'object' } }));

for await (const line of createInterface({ input: process.stdin })) {
  const request: unknown = JSON.parse(line);
  if (!isJsonObject(request) || request['id'] === undefined) continue;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: request['id'], result: resultOf(request) })}\n`);
}

function resultOf({ method, params }: JsonObject): Json {
  if (method === 'tools/list') return { tools };
  if (method === 'tools/call') return { content: [{ type: 'text', text: 'done' }] };
  if (method !== 'initialize') return {};
  const wanted = isJsonObject(params) ? params['protocolVersion'] : undefined;
  const serverInfo = { name: 'probe', version: '1' };
  return { protocolVersion: wanted ?? '2025-06-18', capabilities: { tools: {} }, serverInfo };
}
