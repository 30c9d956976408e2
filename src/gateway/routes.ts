import type { ModelProvider } from '../core/session.ts';
import type { MessageFormat } from './message-format.ts';

/** What a request asks for. Everything that is not listed here is refused. */
export type Route =
  /** The client's look whether anybody is there; answered without a session. */
  | { readonly kind: 'hello' }
  /** Runs the model: the reply may call tools. */
  | {
      readonly kind: 'messages';
      readonly protocol: ModelProvider;
      readonly format: MessageFormat;
      readonly operation: Operation;
      readonly place: VertexPlace | null;
    }
  /** Asks for something else of the service; the reply is passed on as it is. */
  | {
      readonly kind: 'other';
      readonly protocol: ModelProvider;
      /** Of the body, where it takes messages. */
      readonly format: MessageFormat;
      readonly takesMessages: boolean;
      readonly isControlPlane: boolean;
      readonly place: VertexPlace | null;
    }
  | { readonly kind: 'unknown'; readonly protocol: ModelProvider };

/** How the protocol is told whether to stream: by a field of the body, or by the path. */
export type Operation =
  { readonly streams: 'by-body' } | { readonly streams: 'always' | 'never'; readonly model: string };

/** Whose model of Vertex a path names. The request is paid by that project, and may be logged there. */
export interface VertexPlace {
  readonly project: string;
  readonly location: string;
}

/**
 * Reads method and request target, both as sent. Paths are compared byte by byte: a doubled slash, a dot segment or
 * another spelling is an unknown path, since an upstream may see a different route in it than we do.
 */
export function routeOf(method: string, target: string): Route {
  const path = pathOf(target);
  const protocol = protocolOf(path);
  if (method === 'HEAD' && path === '/') return { kind: 'hello' };
  if ((method === 'HEAD' || method === 'GET') && path === '/api/hello') return { kind: 'hello' };
  if (method === 'POST' && path === '/v1/messages') {
    return { kind: 'messages', protocol, format: 'messages', operation: { streams: 'by-body' }, place: null };
  }
  if (method === 'POST' && path === '/v1/messages/count_tokens') return other({ protocol, takesMessages: true });
  if (method === 'GET' && (path === '/v1/models' || isNamed('/v1/models/', path))) return other({ protocol });
  if (method === 'GET' && (path === '/inference-profiles' || isNamed('/inference-profiles/', path))) {
    return other({ protocol, isControlPlane: true });
  }
  const named = method === 'POST' ? (bedrockRoute(path) ?? vertexRoute(path, target.slice(path.length))) : null;
  return named ?? { kind: 'unknown', protocol };
}

/** The path of a request target, as sent. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

function protocolOf(path: string): ModelProvider {
  if (path.startsWith('/model/') || path.startsWith('/inference-profiles')) return 'bedrock';
  return path.startsWith('/v1/projects/') ? 'vertex' : 'anthropic';
}

const BEDROCK = /^\/model\/([^/]{1,2048})\/(invoke|invoke-with-response-stream|converse|converse-stream)$/;

function bedrockRoute(path: string): Route | null {
  const [, segment = '', operation = ''] = BEDROCK.exec(path) ?? [];
  const model = resourceId(segment);
  if (model === null) return null;
  const isConverse = operation.startsWith('converse');
  return {
    kind: 'messages',
    protocol: 'bedrock',
    format: isConverse ? 'converse' : 'messages',
    operation: { streams: operation.endsWith('-stream') ? 'always' : 'never', model },
    place: null,
  };
}

/** The parts of a path of Vertex, each of which a client may spell in one way only. */
const VERTEX =
  /^\/v1\/projects\/([a-z0-9][a-z0-9.:-]{0,127})\/locations\/([a-z0-9-]{1,63})\/publishers\/anthropic\/models\/([A-Za-z0-9][A-Za-z0-9._@-]{0,255}):(rawPredict|streamRawPredict)$/;
/** Stands where a model's name does; the model is named in the body. */
const COUNTS_TOKENS = 'count-tokens';

function vertexRoute(path: string, query: string): Route | null {
  const [, project, location, model, operation] = VERTEX.exec(path) ?? [];
  if (project === undefined || location === undefined || model === undefined) return null;
  if (project.includes('..') || model.includes('..')) return null;
  // Google takes credentials, and who pays, from the query as well.
  if (query !== '' && query !== '?beta=true') return null;
  const place = { project, location };
  const isStream = operation === 'streamRawPredict';
  if (model === COUNTS_TOKENS) return isStream ? null : other({ protocol: 'vertex', takesMessages: true, place });
  const operationOf: Operation = { streams: isStream ? 'always' : 'never', model };
  return { kind: 'messages', protocol: 'vertex', format: 'messages', operation: operationOf, place };
}

interface Other {
  readonly protocol: ModelProvider;
  readonly takesMessages?: boolean;
  readonly isControlPlane?: boolean;
  readonly place?: VertexPlace;
}

function other(given: Other): Route {
  return { kind: 'other', format: 'messages', takesMessages: false, isControlPlane: false, place: null, ...given };
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
