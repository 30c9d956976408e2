import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upstreamUrl } from './upstream-url.ts';

for (const { text, want } of [
  { text: 'https://api.anthropic.com', want: 'https://api.anthropic.com' },
  { text: 'https://gateway.example/anthropic/', want: 'https://gateway.example/anthropic' },
  { text: 'HTTPS://Gateway.Example:8443', want: 'https://gateway.example:8443' },
  { text: 'http://127.0.0.1:9999', want: 'http://127.0.0.1:9999' },
  { text: 'http://127.1', want: 'http://127.0.0.1' },
  { text: 'http://localhost:1', want: 'http://localhost:1' },
  { text: 'http://[::1]:8080', want: 'http://[::1]:8080' },
  { text: 'http://gateway.example', want: null },
  { text: 'http://127.0.0.1.example', want: null },
  { text: 'http://localhost.example', want: null },
  { text: 'http://0.0.0.0', want: null },
  { text: 'http://127.0.0.1@evil.example', want: null },
  { text: 'https://user@gateway.example', want: null },
  { text: 'https://:secret@gateway.example', want: null },
  { text: 'https://gateway.example?x=1', want: null },
  { text: 'https://gateway.example#x', want: null },
  { text: 'https://gateway.example\\@evil.example', want: null },
  { text: 'https://gate\nway.example', want: null },
  { text: ' https://gateway.example', want: null },
  { text: 'ftp://gateway.example', want: null },
  { text: 'javascript:alert(1)', want: null },
  { text: 'gateway.example', want: null },
  { text: '', want: null },
]) {
  test(`${JSON.stringify(text)} is ${want === null ? 'refused' : `sent to ${want}`}`, () => {
    const result = upstreamUrl(text);
    assert.equal(result.ok ? result.url : null, want);
  });
}
