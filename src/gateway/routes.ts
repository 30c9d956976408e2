import type { ModelProvider } from '../core/session.ts';

/** What a request asks for. Everything that is not listed here is refused. */
export type Route =
  /** The client's look whether anybody is there; answered without a session. */
  | { readonly kind: 'hello' }
  /** Runs the model: the reply may call tools. */
  | { readonly kind: 'messages'; readonly protocol: ModelProvider; readonly operation: Operation }
  /** Asks for something else of the service; the reply is passed on as it is. */
  | {
      readonly kind: 'other';
      readonly protocol: ModelProvider;
      readonly takesMessages: boolean;
      readonly isControlPlane: boolean;
    }
  | { readonly kind: 'unknown'; readonly protocol: ModelProvider };

/** How the protocol is told whether to stream: by a field of the body, or by the path. */
export type Operation =
  { readonly streams: 'by-body' } | { readonly streams: 'always' | 'never'; readonly model: string };

/**
 * Reads method and request target, both as sent. Paths are compared byte by byte: a doubled slash, a dot segment or
 * another spelling is an unknown path, since an upstream may see a different route in it than we do.
 */
export function routeOf(method: string, target: string): Route {
  const path = pathOf(target);
  const protocol = path.startsWith('/model/') || path.startsWith('/inference-profiles') ? 'bedrock' : 'anthropic';
  if (method === 'HEAD' && path === '/') return { kind: 'hello' };
  if ((method === 'HEAD' || method === 'GET') && path === '/api/hello') return { kind: 'hello' };
  if (method === 'POST' && path === '/v1/messages')
    return { kind: 'messages', protocol, operation: { streams: 'by-body' } };
  if (method === 'POST' && path === '/v1/messages/count_tokens') return other(protocol, true, false);
  if (method === 'GET' && (path === '/v1/models' || isNamed('/v1/models/', path))) return other(protocol, false, false);
  if (method === 'GET' && (path === '/inference-profiles' || isNamed('/inference-profiles/', path))) {
    return other(protocol, false, true);
  }
  const invoke = method === 'POST' ? INVOKE.exec(path) : null;
  const model = invoke === null ? null : resourceId(invoke[1] ?? '');
  if (invoke === null || model === null) return { kind: 'unknown', protocol };
  return {
    kind: 'messages',
    protocol,
    operation: { streams: invoke[2] === 'invoke' ? 'never' : 'always', model },
  };
}

/** The path of a request target, as sent. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

const INVOKE = /^\/model\/([^/]{1,2048})\/(invoke|invoke-with-response-stream)$/;

function other(protocol: ModelProvider, takesMessages: boolean, isControlPlane: boolean): Route {
  return { kind: 'other', protocol, takesMessages, isControlPlane };
}

function isNamed(prefix: string, path: string): boolean {
  return path.startsWith(prefix) && resourceId(path.slice(prefix.length)) !== null;
}

const RESOURCE_ID = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,1023}$/;

/** A model id or ARN out of one path segment. `%2F` stands in ARNs, so the decoded form must not climb. */
function resourceId(segment: string): string | null {
  if (segment.includes('/')) return null;
  try {
    const id = decodeURIComponent(segment);
    return RESOURCE_ID.test(id) && !id.includes('..') && !id.includes('//') ? id : null;
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
