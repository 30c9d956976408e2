/**
 * How the bytes of a request and its reply are written. `messages` is the Messages service's own JSON, also where
 * Bedrock's invoke or Vertex's rawPredict carries it; `converse` is Bedrock's Converse. Neither is ever converted into
 * the other on the wire.
 */
export type MessageFormat = 'messages' | 'converse';
