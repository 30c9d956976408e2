import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { OpaqueBlock } from './leaf.ts';
import { readMessage, readSystem, told } from './leaves-fixtures.ts';

const FILE = 'iVBORw0KGgo'.repeat(400);

interface Case {
  readonly name: string;
  readonly role?: string;
  readonly content: unknown;
  readonly want: readonly string[];
  readonly opaque?: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'plain content is one leaf', content: 'hello', want: ['hello <- user'] },
  {
    name: 'text blocks are leaves, with what they cite',
    role: 'assistant',
    content: [
      {
        type: 'text',
        text: 'as said',
        citations: [
          { type: 'char_location', cited_text: 'cited', document_title: 'title', document_index: 0, file_id: 'file_1' },
          { type: 'web_search_result_location', url: 'https://a.example', title: null, encrypted_index: 'Eo8+/w==' },
          { type: 'search_result_location', source: 'kb/1', title: 'found', cited_text: 'more' },
        ],
        cache_control: { type: 'ephemeral', ttl: '5m' },
      },
    ],
    want: [
      'as said <- assistant',
      'cited <- assistant',
      'title <- assistant',
      'https://a.example <- assistant',
      'kb/1 <- assistant',
      'found <- assistant',
      'more <- assistant',
    ],
  },
  {
    name: 'the input of a tool gives its strings and keys at any depth, and nothing else of the call',
    role: 'assistant',
    content: [
      {
        type: 'tool_use',
        id: 'toolu_1',
        name: 'Edit',
        caller: { type: 'direct' },
        input: { file_path: '/a', edits: [{ old: 'x', n: 5 }, 'y', null], id: 'toolu_x' },
      },
    ],
    want: [
      'file_path <- tool-input toolu_1 Edit key',
      '/a <- tool-input toolu_1 Edit',
      'edits <- tool-input toolu_1 Edit key',
      'old <- tool-input toolu_1 Edit key',
      'x <- tool-input toolu_1 Edit',
      'n <- tool-input toolu_1 Edit key',
      'y <- tool-input toolu_1 Edit',
      'id <- tool-input toolu_1 Edit key',
      'toolu_x <- tool-input toolu_1 Edit',
    ],
  },
  {
    name: 'the id and the name of a call count wherever in the block they stand',
    role: 'assistant',
    content: [{ input: 'x', name: 'Read', id: 'toolu_2', type: 'tool_use' }],
    want: ['x <- tool-input toolu_2 Read'],
  },
  {
    name: 'calls of server tools and of MCP tools are calls',
    role: 'assistant',
    content: [
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'q' } },
      { type: 'mcp_tool_use', id: 'm1', name: 'ask', server_name: 'wiki', input: { a: 'b' } },
    ],
    want: [
      'query <- tool-input s1 web_search key',
      'q <- tool-input s1 web_search',
      'a <- tool-input m1 ask key',
      'b <- tool-input m1 ask',
    ],
  },
  {
    name: 'the result of a tool is a leaf, as text and as blocks, with all that is nested in it',
    content: [
      { type: 'tool_result', tool_use_id: 't1', content: 'out' },
      {
        type: 'tool_result',
        tool_use_id: 't2',
        is_error: true,
        content: [
          { type: 'text', text: 'one' },
          { type: 'search_result', source: 'kb', title: 'hit', content: [{ type: 'text', text: 'two' }] },
          { type: 'document', title: 'doc', source: { type: 'text', media_type: 'text/plain', data: 'three' } },
          { type: 'tool_reference', tool_name: 'Read' },
          {
            type: 'browser_state',
            tabs: [{ tab_id: 'tab1', title: 'Mail', url: 'https://mail.example', active: true }],
            state_changes: [{ type: 'download_failed', download_id: 'd1', url: 'https://b.example', error: 'gone' }],
          },
        ],
      },
      { type: 'mcp_tool_result', tool_use_id: 't3', content: [{ type: 'text', text: 'four' }] },
    ],
    want: [
      'out <- tool-result t1',
      'one <- tool-result t2',
      'kb <- tool-result t2',
      'hit <- tool-result t2',
      'two <- tool-result t2',
      'doc <- tool-result t2',
      'three <- tool-result t2',
      'Mail <- tool-result t2',
      'https://mail.example <- tool-result t2',
      'https://b.example <- tool-result t2',
      'gone <- tool-result t2',
      'four <- tool-result t3',
    ],
  },
  {
    name: 'documents give their text, title and context; files in them are opaque',
    content: [
      { type: 'document', title: 'T', context: 'C', source: { type: 'text', media_type: 'text/plain', data: 'D' } },
      {
        type: 'document',
        source: { type: 'content', content: [{ type: 'text', text: 'E' }, image()] },
        citations: { enabled: true },
      },
      { type: 'document', source: { type: 'content', content: 'F' } },
      { type: 'document', title: 'G', source: { type: 'base64', media_type: 'application/pdf', data: FILE } },
      { type: 'document', source: { type: 'base64', media_type: 'text/plain', data: FILE } },
      { type: 'document', source: { type: 'url', url: 'https://c.example/?k=v' } },
      { type: 'document', source: { type: 'file', file_id: 'file_2' } },
    ],
    want: [
      'T <- document',
      'C <- document',
      'D <- document',
      'E <- document',
      'F <- document',
      'G <- document',
      'https://c.example/?k=v <- document',
    ],
    opaque: [
      'image image/png data user',
      'pdf application/pdf data user',
      'document text/plain data user',
      'url null user',
      'file null user',
    ],
  },
  {
    name: 'images and uploads are opaque, in results too',
    content: [
      image(),
      { type: 'image', source: { type: 'url', url: 'https://d.example/x.png' } },
      { type: 'image', source: { type: 'file', file_id: 'file_3' } },
      { type: 'container_upload', file_id: 'file_4' },
      { type: 'tool_result', tool_use_id: 't4', content: [image()] },
    ],
    want: ['https://d.example/x.png <- document'],
    opaque: [
      'image image/png data user',
      'image null user',
      'image null user',
      'file null user',
      'image image/png data tool-result t4',
    ],
  },
  {
    name: 'an image whose source is not known is opaque, and its strings are read',
    content: [{ type: 'image', source: { type: 'ftp', address: 'a secret', data: 'iVBO' } }, { type: 'image' }],
    want: ['a secret <- unknown image'],
    opaque: ['image null data user', 'image null user'],
  },
  {
    name: 'thinking, and what the service made and proves, is never a leaf in an assistant message',
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'my secret is 5', signature: 'EuYBCkQYAiJA+/==' },
      { type: 'redacted_thinking', data: `Eu${FILE}` },
      { type: 'web_search_tool_result', tool_use_id: 's1', content: [{ title: 'a b', encrypted_content: 'x y' }] },
      { type: 'code_execution_tool_result', tool_use_id: 's2', content: { stdout: 'a b' } },
      { type: 'someday_tool_result', tool_use_id: 's3', content: 'a b' },
      { type: 'mcp_tool_listing', mcp_server_name: 'wiki', tools: [{ name: 'ask', description: 'asks it' }] },
      { type: 'fallback', from: { model: 'claude-a' }, to: { model: 'claude-b' }, trigger: { type: 'refusal' } },
    ],
    want: [],
  },
  {
    name: 'the same is unknown content where users and tools speak',
    content: [
      { type: 'thinking', thinking: 'my secret', signature: 'Eu' },
      { type: 'code_execution_tool_result', tool_use_id: 's2', content: { stdout: 'a b' } },
      { type: 'tool_result', tool_use_id: 't', content: [{ type: 'thinking', thinking: 'mine too' }] },
      { type: 'tool_addition', tool: { type: 'tool_definition', definition: { description: 'and this' } } },
    ],
    want: [
      'my secret <- unknown thinking',
      'a b <- unknown code_execution_tool_result',
      'mine too <- unknown thinking',
      'and this <- unknown tool_addition',
    ],
  },
  {
    name: 'the summary of a compaction is a leaf, its proof is not',
    role: 'assistant',
    content: [
      {
        type: 'compaction',
        content: 'so far',
        encrypted_content: 'Eo8/',
        signature: 'Eo9/',
        tool_changes: [{ type: 'tool_removal', tool: { type: 'tool_reference', name: 'Read' } }],
      },
    ],
    want: ['so far <- assistant'],
  },
  {
    name: 'tools that come and go in system messages keep their schemas',
    role: 'system',
    content: [
      { type: 'text', text: 'from now on' },
      { type: 'tool_addition', tool: { type: 'tool_definition', definition: { name: 'x', description: 'does x' } } },
    ],
    want: ['from now on <- system'],
  },
  {
    name: 'a block of unknown type gives all strings, but for ids and signatures written as such',
    content: [
      {
        type: 'hologram',
        id: 'h1',
        scene_id: 'sc-1',
        sceneId: 'sc-2',
        name: 'n',
        role: 'r',
        status: 'ok',
        signature: 'Eo==',
        encrypted_scene: 'Eo==',
        data: 'aGVsbG8=',
        caption: 'a caption',
        cache_control: { type: 'ephemeral', ttl: '1h' },
        parts: ['p', { deep: [{ note: 'q' }], 5: 's' }],
      },
    ],
    want: ['a caption', 'p', '5', 's', 'q'].map((text) => `${text} <- unknown hologram`),
  },
  {
    name: 'prose under the name of an id, a signature or data is text',
    content: [
      {
        type: 'holo gram',
        id: 'mail me@a.example',
        name: 'John Smith',
        signature: 'a secret',
        data: 'b secret',
        encrypted_x: 'caf\u00e9',
        x_id: 'x'.repeat(300),
      },
    ],
    want: ['holo gram', 'mail me@a.example', 'John Smith', 'a secret', 'b secret', 'caf\u00e9', 'x'.repeat(300)].map(
      (text) => `${text} <- unknown holo gram`,
    ),
  },
  {
    name: 'a file in a block of unknown type makes it opaque, and the rest of it is read',
    content: [
      { type: 'hologram', source: { data: FILE }, caption: 'c' },
      { type: 'hologram', scene: `data:image/png;base64,${FILE}` },
      { type: 'hologram', scene: `${FILE} ${FILE}` },
    ],
    want: ['c <- unknown hologram', `${FILE} ${FILE} <- unknown hologram`],
    opaque: ['unknown null data user', 'unknown null data user'],
  },
  {
    name: 'a block is opaque once, and one around another comes first',
    content: [
      { ...image(), thumbnail: FILE },
      { type: 'tool_result', tool_use_id: 't', content: [image()], thumbnail: FILE },
    ],
    want: [],
    opaque: ['image image/png data user', 'unknown null data user', 'image image/png data tool-result t'],
  },
  {
    name: 'unknown fields of known blocks are read, and their keys where no interface has such',
    content: [
      { type: 'text', text: 'a', note: 'b', 'me@a.example': 1 },
      { type: 'tool_result', tool_use_id: 't', content: [], extra: { deep: ['c'] } },
      { type: 'document', source: { type: 'text', data: 'd', aside: 'e' } },
      { type: 'text', text: 'f', citations: [{ cited_text: 'g', remark: 'h' }], cache_control: { ttl: 'i j' } },
      { type: 'text', text: 'k', thumbnail: FILE },
    ],
    want: [
      'a <- user',
      'b <- unknown text',
      'me@a.example <- unknown text',
      'c <- unknown tool_result',
      'd <- document',
      'e <- unknown document',
      'f <- user',
      'g <- user',
      'h <- unknown text',
      'i j <- unknown text',
      'k <- user',
    ],
    opaque: ['unknown null data user'],
  },
  {
    name: 'ids and settings that are no such things are read',
    content: [
      { type: 'tool_result', tool_use_id: 'a secret id', is_error: 'b secret', content: 'c' },
      { type: 'text', text: 'd', cache_control: 'e secret' },
      { type: 'image', source: { type: 'file', file_id: { x: 'f secret' } } },
    ],
    want: [
      'a secret id <- unknown tool_result',
      'b secret <- unknown tool_result',
      'c <- tool-result a secret id',
      'd <- user',
      'e secret <- unknown text',
      'f secret <- unknown image',
    ],
    opaque: ['image null user'],
  },
  {
    name: 'a value of a wrong type is no leaf, but text within it is',
    content: [
      { type: 'text', text: 5 },
      { type: 'text', text: {} },
      { type: 'text', text: { x: 'a' } },
      { type: 'thinking' },
      { type: 'tool_result', content: null },
      { type: 'tool_result', tool_use_id: 6, content: { type: 'text', text: 'b' } },
      { type: 'document', source: 'c' },
      { type: 'document', source: [{ type: 'text', data: 'd e' }] },
      { type: 7, text: 'e' },
      { text: 'f' },
      {},
      null,
      8,
      'g',
      [{ type: 'text', text: 'h' }],
    ],
    want: [
      'a <- unknown text',
      'b <- tool-result null',
      'c <- unknown document',
      'd e <- unknown document',
      'e <- unknown ',
      'f <- unknown ',
      'g <- user',
      'h <- unknown message',
    ],
    opaque: ['document null user', 'document null user'],
  },
  { name: 'content that is a number holds nothing', content: 5, want: [] },
  { name: 'content that is null holds nothing', content: null, want: [] },
  { name: 'content may be a block by mistake', content: { type: 'text', text: 'a' }, want: ['a <- user'] },
  {
    name: 'a type named like something of JavaScript is unknown',
    content: [{ type: '__proto__', constructor: 'a', toString: 'b' }],
    want: ['a <- unknown __proto__', 'b <- unknown __proto__'],
  },
];

for (const { name, role = 'user', content, want, opaque = [] } of CASES) {
  test(name, () => {
    const found = readMessage({ role, content }, 'messages');
    assert.deepEqual(told(found), want);
    assert.deepEqual(found.opaque.map(opaqueName), opaque);
  });
}

for (const { name, message, role, want } of [
  {
    name: 'a role nobody knows speaks as the user',
    message: { role: 'tool', content: 'a' },
    role: 'other',
    want: ['a <- user'],
  },
  { name: 'so does a message without one', message: { content: 'a' }, role: 'other', want: ['a <- user'] },
  {
    name: 'unknown members of a message are read, and no file in them is a block',
    message: { role: 'user', content: 'a', note: FILE, clear_at: 'never', output_config: { effort: 'low' } },
    role: 'user',
    want: ['a <- user', `${FILE} <- unknown message`],
  },
  {
    name: 'a role that is prose is read',
    message: { role: 'a secret' },
    role: 'other',
    want: ['a secret <- unknown message'],
  },
  { name: 'a message that is a string is read', message: 'a', role: 'other', want: ['a <- unknown message'] },
  { name: 'a message that is a list is read', message: ['a'], role: 'other', want: ['a <- unknown message'] },
  { name: 'a message that is null holds nothing', message: null, role: 'other', want: [] },
]) {
  test(name, () => {
    const found = readMessage(message, 'messages');
    assert.equal(found.role, role);
    assert.deepEqual(told(found), want);
    assert.deepEqual(found.opaque, []);
  });
}

const BILLING = 'x-anthropic-billing-header: cc_version=2.1.329.3c4; cc_entrypoint=sdk-cli;';

for (const { name, system, want } of [
  { name: 'a system prompt may be text', system: 'be good', want: ['be good <- system'] },
  {
    name: 'the billing header is no leaf, the blocks behind it are',
    system: [BILLING, 'you are', 'a\nb'].map((text) => ({ type: 'text', text, cache_control: { type: 'ephemeral' } })),
    want: ['you are <- system', 'a\nb <- system'],
  },
  {
    name: 'prose that begins like the billing header is a leaf',
    system: [`${BILLING} and a secret`, `${BILLING}\nmore`, `${BILLING} a=${'b'.repeat(600)}`].map((text) => ({
      type: 'text',
      text,
    })),
    want: [`${BILLING} and a secret`, `${BILLING}\nmore`, `${BILLING} a=${'b'.repeat(600)}`].map(
      (t) => `${t} <- system`,
    ),
  },
  {
    name: 'the billing header is a leaf in another block than a text',
    system: [{ type: 'hologram', note: BILLING }],
    want: [`${BILLING} <- unknown hologram`],
  },
  { name: 'a system prompt that is null holds nothing', system: null, want: [] },
  { name: 'a system prompt that is a number holds nothing', system: 5, want: [] },
]) {
  test(name, () => assert.deepEqual(told(readSystem(system, 'messages')), want));
}

test('the billing header is a leaf in the mouth of anybody else', () => {
  assert.deepEqual(told(readMessage({ role: 'user', content: BILLING }, 'messages')), [`${BILLING} <- user`]);
});

test('calls are told with the file that they are about', () => {
  const call = (id: unknown, name: unknown, input: unknown): unknown => ({ type: 'tool_use', id, name, input });
  const content = [
    call('t1', 'Read', { file_path: '/a', path: '/b' }),
    call('t2', 'Grep', { file_path: 5, path: '/b' }),
    call('t3', 'NotebookEdit', { notebook_path: '/c' }),
    call('t4', 'Bash', { command: 'ls' }),
    call('t5', 'Bash', 'ls'),
    call('t6', 'Bash', undefined),
    call(5, 'Bash', {}),
    call('t8', null, {}),
  ];
  assert.deepEqual(readMessage({ role: 'assistant', content }, 'messages').toolUses, [
    { id: 't1', name: 'Read', path: '/a' },
    { id: 't2', name: 'Grep', path: '/b' },
    { id: 't3', name: 'NotebookEdit', path: '/c' },
    { id: 't4', name: 'Bash', path: null },
    { id: 't5', name: 'Bash', path: null },
    { id: 't6', name: 'Bash', path: null },
  ]);
  assert.deepEqual(readMessage({ role: 'user', content }, 'messages').toolUses, []);
});

function image(): object {
  return {
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: FILE },
    transformations: { oversized_image: 'error' },
  };
}

function opaqueName({ kind, mediaType, data, place, toolUseId }: OpaqueBlock): string {
  return [kind, mediaType, data === null ? [] : 'data', place, toolUseId ?? []].flat().map(String).join(' ');
}
