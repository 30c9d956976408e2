import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutCredential } from './credential.ts';

// Assembled, so that no file holds a text of this form.
const TOKEN = `ghp_${'A1b2'.repeat(9)}`;

for (const { name, field, value, want } of [
  { name: 'a value under a telling name', field: 'API_TOKEN', value: 'abc', want: '${V}' },
  { name: 'an option with a telling name', field: '--api-key', value: 'abc', want: '${V}' },
  { name: 'a header keeps the word of its scheme', field: 'Authorization', value: 'Bearer abc', want: 'Bearer ${V}' },
  { name: 'a known form under any name', field: 'X', value: TOKEN, want: '${V}' },
  { name: 'a password in an address', field: '', value: 'postgresql://u:p@h/db', want: '${V}' },
  {
    name: 'a key in a query',
    field: '',
    value: 'https://h/?a=1&api_key=x',
    want: 'https://h/?a=1&api_key=${V_API_KEY}',
  },
  { name: 'a default behind a reference', field: 'X', value: `\${T:-${TOKEN}}`, want: '${V}' },
  { name: 'a reference is none', field: 'API_TOKEN', value: '${T}', want: '${T}' },
  { name: 'a reference behind a scheme is none', field: 'Authorization', value: 'Bearer ${T}', want: 'Bearer ${T}' },
  { name: 'a name that only sounds so', field: '--max-tokens', value: '5', want: '5' },
  {
    name: 'an ordinary word',
    field: '',
    value: '@modelcontextprotocol/server-filesystem',
    want: '@modelcontextprotocol/server-filesystem',
  },
  { name: 'an ordinary path', field: 'DATA', value: '/srv/data/2024/Reports', want: '/srv/data/2024/Reports' },
])
  test(`${name}: taken out where it is a credential`, () => {
    assert.equal(withoutCredential(field, value, 'V').text, want);
  });
