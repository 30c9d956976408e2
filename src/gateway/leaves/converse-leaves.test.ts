import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { OpaqueBlock } from './leaf.ts';
import { readMessage, readSystem, told } from './leaves-fixtures.ts';

const FILE = 'iVBORw0KGgo'.repeat(400);

const CASES: readonly {
  readonly name: string;
  readonly role?: string;
  readonly content: unknown;
  readonly want: readonly string[];
  readonly opaque?: readonly string[];
}[] = [
  { name: 'text blocks are leaves', content: [{ text: 'a' }, { text: 'b' }], want: ['a <- user', 'b <- user'] },
  {
    name: 'the input of a tool gives its strings and keys',
    role: 'assistant',
    content: [
      { toolUse: { input: { path: '/a', n: [1, 'x'] }, toolUseId: 'tu1', name: 'Read', type: 'server_tool_use' } },
    ],
    want: [
      'path <- tool-input tu1 Read key',
      '/a <- tool-input tu1 Read',
      'n <- tool-input tu1 Read key',
      'x <- tool-input tu1 Read',
    ],
  },
  {
    name: 'the result of a tool gives its text, its JSON with the keys, and all that is nested',
    content: [
      {
        toolResult: {
          toolUseId: 'tu1',
          status: 'error',
          content: [
            { text: 'a' },
            { json: { b: ['c', 5], id: 'd' } },
            { searchResult: { source: 'e', title: 'f', content: [{ text: 'g' }], citations: { enabled: true } } },
            { document: { name: 'h', format: 'txt', source: { text: 'i' } } },
            { image: { format: 'png', source: { bytes: FILE } } },
            { video: { format: 'mp4', source: { bytes: FILE } } },
          ],
        },
      },
    ],
    want: ['a', 'b', 'c', 'id', 'd', 'e', 'f', 'g', 'i'].map((text) => `${text} <- tool-result tu1`),
    opaque: ['image image/png data tool-result', 'media video/mp4 data tool-result'],
  },
  {
    name: 'documents give their text and context; a name that is one stays, another is text',
    content: [
      { document: { format: 'md', name: 'Plan (2) [x]', source: { text: 'a' }, context: 'b' } },
      { document: { name: 'me@a.example', source: { content: [{ text: 'c' }] }, citations: { enabled: true } } },
      { document: { format: 'pdf', name: 'n', source: { bytes: FILE } } },
      { document: { format: 'csv', name: 'n', source: { bytes: FILE } } },
      {
        document: {
          format: 'new',
          name: 'n',
          source: { s3Location: { uri: 's3://b/k', bucketOwner: '123456789012' } },
        },
      },
      { document: { name: 'n', source: { text: 'd', bytes: FILE } } },
    ],
    want: ['a', 'b', 'me@a.example', 'c', 's3://b/k', 'd'].map((text) => `${text} <- document`),
    opaque: [
      'pdf application/pdf data user',
      'document text/csv data user',
      'url null user',
      'document null data user',
    ],
  },
  {
    name: 'images, sounds and films are opaque',
    content: [
      { image: { format: 'webp', source: { bytes: FILE } } },
      { image: { format: 'webp', source: { s3Location: { uri: 's3://b/i' } } } },
      { audio: { format: 'mp3', source: { bytes: FILE }, error: { message: 'a fault' } } },
      { video: { format: 'mov', source: { s3Location: { uri: 's3://b/v' } } } },
      { image: 'a secret' },
    ],
    want: ['s3://b/i <- document', 'a fault <- unknown audio', 's3://b/v <- document', 'a secret <- unknown image'],
    opaque: [
      'image image/webp data user',
      'image image/webp user',
      'media audio/mpeg data user',
      'media video/quicktime user',
      'image null user',
    ],
  },
  {
    name: 'guarded content is text, its pictures are opaque',
    content: [
      { guardContent: { text: { text: 'a', qualifiers: ['query', 'b c'] } } },
      { guardContent: { image: { format: 'jpeg', source: { bytes: FILE } } } },
    ],
    want: ['a <- user', 'b c <- unknown guardContent'],
    opaque: ['image image/jpeg data user'],
  },
  {
    name: 'cited content gives its text and what it cites',
    role: 'assistant',
    content: [
      {
        citationsContent: {
          content: [{ text: 'a' }],
          citations: [
            {
              title: 'b',
              source: 'c',
              sourceContent: [{ text: 'd' }],
              location: { web: { url: 'https://e.example', domain: 'e.example' } },
            },
            { location: { documentChar: { documentIndex: 0, start: 1 } } },
          ],
        },
      },
    ],
    want: ['a', 'b', 'c', 'd', 'https://e.example', 'e.example'].map((text) => `${text} <- assistant`),
  },
  {
    name: 'reasoning is never a leaf in an assistant message, nor are marks and tool changes',
    role: 'assistant',
    content: [
      { reasoningContent: { reasoningText: { text: 'my secret', signature: 'Eo==' } } },
      { reasoningContent: { redactedContent: FILE } },
      { cachePoint: { type: 'default', ttl: '1h' } },
      { toolAddition: { tool: { type: 'mcp', name: 'ask', serverName: 'wiki' } } },
      { toolRemoval: { tool: { name: 'ask' } } },
    ],
    want: [],
  },
  {
    name: 'reasoning is unknown content where users and tools speak',
    content: [
      { reasoningContent: { reasoningText: { text: 'a secret', signature: 'Eo==' } } },
      { toolResult: { toolUseId: 't', content: [{ reasoningContent: { reasoningText: { text: 'b secret' } } }] } },
    ],
    want: ['a secret <- unknown reasoningContent', 'b secret <- unknown reasoningContent'],
  },
  {
    name: 'unknown blocks, fields and wrong types give their strings',
    content: [
      { hologram: { id: 'h1', caption: 'a', data: FILE } },
      { text: 'b', note: 'c' },
      { text: { x: 'd' } },
      { toolResult: 'e' },
      { toolResult: { toolUseId: 'f g', content: 'h' } },
      { cachePoint: 'i j' },
      {},
      null,
      'k',
    ],
    want: [
      'a <- unknown hologram',
      'b <- user',
      'c <- unknown text',
      'd <- unknown text',
      'e <- unknown toolResult',
      'f g <- unknown toolResult',
      'h <- tool-result f g',
      'i j <- unknown cachePoint',
      'k <- user',
    ],
    opaque: ['unknown null data user'],
  },
];

for (const { name, role = 'user', content, want, opaque = [] } of CASES) {
  test(name, () => {
    const found = readMessage({ role, content }, 'converse');
    assert.deepEqual(told(found), want);
    assert.deepEqual(found.opaque.map(opaqueName), opaque);
  });
}

test('a system prompt gives its text and guarded text', () => {
  const system = [{ text: 'a' }, { guardContent: { text: { text: 'b' } } }, { cachePoint: { type: 'default' } }];
  assert.deepEqual(told(readSystem(system, 'converse')), ['a <- system', 'b <- system']);
});

test('calls are told with the file that they are about', () => {
  const content = [{ toolUse: { toolUseId: 'tu1', name: 'Read', input: { notebook_path: '/a' } } }, { toolUse: {} }];
  assert.deepEqual(readMessage({ role: 'assistant', content }, 'converse').toolUses, [
    { id: 'tu1', name: 'Read', path: '/a' },
  ]);
});

function opaqueName({ kind, mediaType, data, place }: OpaqueBlock): string {
  return [kind, mediaType, data === null ? [] : 'data', place].flat().map(String).join(' ');
}
