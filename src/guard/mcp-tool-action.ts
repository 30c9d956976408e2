import type { Action } from '../core/action.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json } from '../core/json.ts';

/**
 * The server and the tool that a name like `mcp__server__tool` stands for.
 *
 * A server's own name may hold `__`, so where the client says which server it means, the name must agree with that;
 * where it does not say, the server ends at the first `__`.
 *
 * @param tool begins with `mcp__`.
 * @param mcpServer the event's `mcp_server` field, `{name, source}`, or undefined where there is none.
 */
export function mcpToolAction(tool: string, mcpServer: Json | undefined): Action {
  const rest = tool.slice('mcp__'.length);
  const server = mcpServer === undefined ? rest.split('__', 1)[0] : declaredServer(mcpServer);
  if (server === undefined || server === null || server === '' || !rest.startsWith(`${server}__`)) {
    return { kind: 'unreadable', why: 'the MCP server of the tool is not clear' };
  }
  const name = rest.slice(server.length + '__'.length);
  if (name === '') return { kind: 'unreadable', why: 'the MCP tool has no name' };
  return { kind: 'mcp', server, tool: name };
}

/** The server's name as the client puts it into names of tools: other characters than these become `_`. */
function declaredServer(mcpServer: Json): string | null {
  const name = isJsonObject(mcpServer) ? stringField(mcpServer, 'name') : null;
  return name === null ? null : name.replaceAll(/[^A-Za-z0-9_-]/g, '_');
}
