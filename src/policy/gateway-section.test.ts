import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CALL_REFUSERS,
  DEFAULT_GATEWAY_RULES,
  OPAQUE_ACTIONS,
  REPLY_ACTIONS,
  UNKNOWN_USAGE,
  WITHOUT_HOOKS,
} from '../core/gateway-rules.ts';
import type { GatewayRules } from '../core/gateway-rules.ts';
import { parseLayers } from './parse-layers.ts';
import type { LayersResult } from './parse-layers.ts';
import { parsePolicy } from './parse-policy.ts';
import { saidOf } from './said-of.ts';

const RUNS = process.env['SLOW'] === '1' ? 20_000 : 500;
const HEAD = 'version: 1\nname: x\n';

for (const { name, text } of [
  { name: 'a policy without the section', text: HEAD },
  { name: 'an empty section', text: `${HEAD}gateway: {}\n` },
  {
    name: 'a section of empty sections',
    text: `${HEAD}gateway: {opaque: {}, replies: {}, limits: {tokens_per_day: {}}, timeouts: {}, forward_proxy: {}, telemetry: {}}\n`,
  },
])
  test(`${name} is what the gateway does by itself`, () => {
    const result = parsePolicy(text);
    assert.ok(result.ok);
    assert.deepEqual(result.policy.gateway, DEFAULT_GATEWAY_RULES);
  });

for (const { name, gateway, want } of [
  {
    name: 'a word that is none',
    gateway: '{opaque: {image: denny}}',
    want: '3:27: error: expected `allow`, `ask`, `strip`, `deny`, found text [policy/unknown-value]\n  hint: did you mean `deny`?',
  },
  {
    name: 'a limit of nothing, which is left out instead',
    gateway: '{limits: {tokens_per_day: {session: null}}}',
    want: '3:37: error: expected a number, found nothing [policy/wrong-type]\n  hint: give it a value, or leave the field out',
  },
  {
    name: 'numbers out of bounds',
    gateway: '{limits: {max_body_bytes: 67108865, concurrent_requests: 0, requests_per_minute: {user: 0}}}',
    want:
      '3:36: error: expected at most 67108864, found 67108865 [policy/out-of-bounds]\n' +
      '3:67: error: expected at least 1, found 0 [policy/out-of-bounds]\n' +
      '3:98: error: expected at least 1, found 0 [policy/out-of-bounds]',
  },
  {
    name: 'a team that is no name',
    gateway: '{limits: {team: The Team}}',
    want: '3:26: error: a name is lower-case letters, digits and hyphens, at most 63 of them [policy/wrong-form]',
  },
  {
    name: 'fallbacks to which credentials cannot go',
    gateway: '{fallbacks: ["http://x.example", "https://a:b@x.example", "ftp://x.example", "x"]}',
    want:
      '3:23: error: `http` is for this machine only; credentials would travel in the clear [policy/wrong-form]\n' +
      '3:43: error: the URL names a user [policy/wrong-form]\n' +
      '3:68: error: the URL is not `https` [policy/wrong-form]\n' +
      '3:87: error: this is not a URL [policy/wrong-form]',
  },
  {
    name: 'one fallback in two spellings',
    gateway: '{fallbacks: ["https://x.example", "https://X.example:443/"]}',
    want: '3:44: error: `https://X.example:443/` is given twice [policy/contradiction]',
  },
  {
    name: 'a fallback that is tried first already',
    gateway: '{fallbacks: ["https://api.anthropic.com/"]}',
    want: '3:23: warning: this address is the one that is tried first [policy/no-effect]',
  },
  {
    name: 'a fallback of another provider',
    gateway: '{fallbacks: ["https://api.anthropic.com/"]}\nproviders: {use: bedrock}',
    want: '3:23: error: this is the address of another provider [policy/contradiction]\n  hint: a request is written and signed for one provider',
  },
  {
    name: 'a collector that is no address',
    gateway: '{telemetry: {otlp: "collector:4318"}}',
    want: '3:29: error: the URL is not `https` [policy/wrong-form]',
  },
  {
    name: 'hosts of the forward proxy that are no single names',
    gateway:
      '{forward_proxy: {enabled: true, hosts: ["*.anthropic.com", "*", "192.0.2.1", "0x7f.1", "[::1]", "a.example:443", ""]}}',
    want: [50, 69, 74, 87, 97, 106, 123]
      .map(
        (column) =>
          `3:${column}: error: a host here is one name, without \`*\`, scheme, port and path, and no IP address [policy/wrong-form]`,
      )
      .join('\n'),
  },
  {
    name: 'no host of the forward proxy at all',
    gateway: '{forward_proxy: {enabled: true, hosts: []}}',
    want: '3:49: error: expected at least 1 entry, found 0 [policy/out-of-bounds]',
  },
  {
    name: 'a Cyrillic letter in a host',
    gateway: '{forward_proxy: {enabled: true, hosts: [\u0430pi.anthropic.com]}}',
    want: '3:50: error: `\u0430` (U+0430) is not the letter `a` that it looks like [policy/look-alike]\n  hint: type the word anew, in Latin letters',
  },
  {
    name: 'hosts of a forward proxy that is off',
    gateway: '{forward_proxy: {hosts: [claude.example]}}',
    want: '3:34: warning: the forward proxy is off, so no connection ends there [policy/no-effect]\n  hint: write `enabled: true` beside it',
  },
  {
    name: 'a limit of a team that nobody named',
    gateway: '{limits: {tokens_per_day: {team: 5, user: 5}}}',
    want: '3:43: warning: requests count for no team, so no limit of a team holds [policy/no-effect]\n  hint: name the team as `gateway.limits.team`',
  },
  {
    name: 'areas that nothing is looked for in',
    gateway:
      '{replies: {secret: block, company: alert}, retroactive: [personal, secret]}\ndlp: {personal: mask, secret: allow}',
    want:
      '3:29: warning: this is not looked for [policy/no-effect]\n  hint: write `dlp.secret`\n' +
      '3:77: warning: this is not looked for [policy/no-effect]\n  hint: write `dlp.secret`',
  },
])
  test(`what is said of ${name}`, () => assert.equal(saidOf(`${HEAD}gateway: ${gateway}\n`), want));

const BASE = `dlp: { secret: mask, personal: mask, company: mask }
company: { words: { names: [Bluebird] } }
gateway:
  opaque: { image: ask }
  replies: { secret: block }
  retroactive: [secret]
  limits: { concurrent_requests: 8, tokens_per_day: { user: 1000 } }
  fallbacks: ['https://a.example', 'https://b.example', 'https://c.example']
  forward_proxy: { enabled: true, hosts: [api.anthropic.com, claude.example] }
  telemetry: { otlp: 'https://collector.example' }`;

interface Document {
  readonly name: string;
  readonly layer: 'base' | 'team' | 'host';
  readonly fields: string;
}

const base: Document = { name: 'base', layer: 'base', fields: BASE };
const team = (gateway: string, name = 't'): Document => ({ name, layer: 'team', fields: `gateway: ${gateway}` });

function laid(...documents: readonly Document[]): LayersResult {
  return parseLayers(
    documents.map(({ name, layer, fields }) => ({
      file: `${name}.yaml`,
      bytes: Buffer.from(`version: 1\nname: ${name}\nlayer: ${layer}\n${fields}\n`),
    })),
    0,
  );
}

function rulesOf(...documents: readonly Document[]): GatewayRules {
  const result = laid(...documents);
  assert.ok(result.ok, said(result));
  return result.policy.gateway;
}

function said(result: LayersResult): string {
  return (result.ok ? result.warnings : result.diagnostics)
    .map((one) => `${one.file}:${one.line}:${one.column}: ${one.message} [${one.code}]`)
    .join('\n');
}

for (const { name, gateway, want } of [
  {
    name: 'opaque content that is stripped',
    gateway: '{opaque: {image: strip, unknown: ask}}',
    want: { opaque: { image: 'strip', document: 'ask', media: 'deny', unknown: 'ask' } },
  },
  {
    name: 'replies that end',
    gateway: '{replies: {company: block}}',
    want: { replies: { secret: 'block', company: 'block' } },
  },
  {
    name: 'calls that the gateway refuses as well',
    gateway: '{denied_calls: gateway}',
    want: { deniedCalls: 'gateway' },
  },
  {
    name: 'one more area, and none is lost by not naming it',
    gateway: '{retroactive: [personal]}',
    want: { retroactive: ['secret', 'pii'] },
  },
  {
    name: 'lower limits, and some where there were none',
    gateway:
      '{limits: {max_body_bytes: 4096, concurrent_requests: 4, requests_per_minute: {session: 9}, tokens_per_day: {user: 999}}}',
    want: {
      limits: {
        maxBodyBytes: 4_096,
        concurrentRequests: 4,
        requestsPerMinute: { session: 9, user: null, team: null },
        tokensPerDay: { session: null, user: 999, team: null },
      },
    },
  },
  {
    name: 'a team, and its limits',
    gateway: '{limits: {team: payments, tokens_per_day: {team: 7}}}',
    want: { limits: { team: 'payments', tokensPerDay: { user: 1_000, team: 7 } } },
  },
  {
    name: 'shorter waits',
    gateway: '{timeouts: {connect_ms: 500, idle_ms: 5000}}',
    want: { timeouts: { connectMs: 500, idleMs: 5_000 } },
  },
  {
    name: 'fewer fallbacks, in the order of before',
    gateway: '{fallbacks: ["https://c.example/", "https://A.example"]}',
    want: { fallbacks: ['https://a.example', 'https://c.example'] },
  },
  { name: 'no fallback at all', gateway: '{fallbacks: []}', want: { fallbacks: [] } },
  {
    name: 'fewer hosts of the forward proxy',
    gateway: '{forward_proxy: {hosts: [Claude.example.]}}',
    want: { forwardProxy: { enabled: true, hosts: ['claude.example'] } },
  },
  {
    name: 'a forward proxy that is off',
    gateway: '{forward_proxy: {enabled: false}}',
    want: { forwardProxy: { enabled: false } },
  },
  {
    name: 'what the base alone says, said again',
    gateway: '{content_log: digest, telemetry: {otlp: "https://collector.example"}}',
    want: { contentLog: 'digest', telemetry: { otlp: 'https://collector.example' } },
  },
])
  test(`a layer restricts the gateway: ${name}`, () => {
    assert.partialDeepStrictEqual(rulesOf(base, team(gateway)), want);
    assert.deepEqual(rulesOf(team(gateway), base), rulesOf(base, team(gateway)));
  });

for (const { name, gateway, want } of [
  {
    name: 'opaque content that passes again',
    gateway: '{opaque: {image: allow}}',
    want: 't.yaml:4:27: t.yaml:4 widens base.yaml:7: `gateway.opaque.image` is `allow` here and `ask` there',
  },
  {
    name: 'media, by the default of the base',
    gateway: '{opaque: {media: strip}}',
    want: 't.yaml:4:27: t.yaml:4 widens the default of base.yaml:7: `gateway.opaque.media` is `strip` here and `deny` there',
  },
  {
    name: 'replies that are recorded only',
    gateway: '{replies: {secret: alert}}',
    want: 't.yaml:4:29: t.yaml:4 widens base.yaml:8: `gateway.replies.secret` is `alert` here and `block` there',
  },
  {
    name: 'calls for clients without hooks',
    gateway: '{without_hooks: decide}',
    want: 't.yaml:4:26: t.yaml:4 widens the default of base.yaml:6: `gateway.without_hooks` is `decide` here and `refuse` there',
  },
  {
    name: 'a higher limit',
    gateway: '{limits: {tokens_per_day: {user: 1001}}}',
    want: 't.yaml:4:43: t.yaml:4 widens base.yaml:10: `gateway.limits.tokens_per_day.user` is `1001` here and `1000` there',
  },
  {
    name: 'requests that nobody could count',
    gateway: '{limits: {when_unknown: allow}}',
    want: 't.yaml:4:34: t.yaml:4 widens the default of base.yaml:10: `gateway.limits.when_unknown` is `allow` here and `deny` there',
  },
  {
    name: 'a longer wait',
    gateway: '{timeouts: {connect_ms: 10001}}',
    want: 't.yaml:4:34: t.yaml:4 widens the default of base.yaml:6: `gateway.timeouts.connect_ms` is `10001` here and `10000` there',
  },
  {
    name: 'another place for requests',
    gateway: '{fallbacks: ["https://a.example", "https://a.example/other"]}',
    want: 't.yaml:4:44: t.yaml:4 widens base.yaml:11: `https://a.example/other` is no fallback there',
  },
  {
    name: 'one more host of the forward proxy',
    gateway: '{forward_proxy: {hosts: [api.openai.com]}}',
    want: 't.yaml:4:35: t.yaml:4 widens base.yaml:12: `api.openai.com` is not served there',
  },
  {
    name: 'another log of contents, stricter or not',
    gateway: '{content_log: sealed}',
    want: 't.yaml:4:24: `gateway.content_log` is said by the base alone: base.yaml:6',
  },
  {
    name: 'metrics for whoever asks',
    gateway: '{telemetry: {prometheus: true}}',
    want: 't.yaml:4:35: `gateway.telemetry.prometheus` is said by the base alone: base.yaml:13',
  },
  {
    name: 'another collector',
    gateway: '{telemetry: {otlp: "https://x.example"}}',
    want: 't.yaml:4:29: `gateway.telemetry.otlp` is said by the base alone: base.yaml:13',
  },
])
  test(`a layer does not widen the gateway: ${name}`, () => {
    assert.equal(said(laid(base, team(gateway))), `${want} [policy/layer-widens]`);
    assert.equal(said(laid(team(gateway), base)), `${want} [policy/layer-widens]`);
  });

test('a forward proxy is not turned on by a layer', () => {
  const closed: Document = { name: 'base', layer: 'base', fields: 'shape: workstation' };
  assert.equal(
    said(laid(closed, team('{forward_proxy: {enabled: true}}'))),
    't.yaml:4:36: t.yaml:4 widens the default of base.yaml:1: `gateway.forward_proxy.enabled` is `true` here and `false` there [policy/layer-widens]',
  );
});

test('a team is named once: a host names no other, and neither do two documents of one layer', () => {
  const [one, other] = [team('{limits: {team: one}}', 'a'), team('{limits: {team: other}}', 'b')];
  const host: Document = { ...other, layer: 'host', name: 'h' };
  assert.equal(rulesOf(base, one, team('{limits: {team: one}}', 'c')).limits.team, 'one');
  assert.equal(
    said(laid(base, one, host)),
    'h.yaml:4:26: h.yaml:4 widens a.yaml:4: requests count for `other` here and for `one` there [policy/layer-widens]',
  );
  assert.equal(
    said(laid(base, one, other)),
    'b.yaml:4:26: two documents of one layer name a team: `other` and `one` [policy/contradiction]',
  );
});

test('a limit of a team by the base holds once a team is named', () => {
  const limited: Document = {
    name: 'base',
    layer: 'base',
    fields: 'gateway: { limits: { tokens_per_day: { team: 9 } } }',
  };
  assert.match(said(laid(limited)), /^base\.yaml:4:46: requests count for no team/);
  assert.equal(said(laid(limited, team('{limits: {team: payments}}'))), '');
});

test('whatever documents say, laid over each other they are refused, or as strict as each of them, in any order', () => {
  let taken = 0;
  fc.assert(
    fc.property(writtenGateway(), writtenGateway(), writtenGateway(), (under, one, other) => {
      const documents = [
        { name: 'base', layer: 'base', fields: `gateway: ${JSON.stringify(under)}` },
        team(JSON.stringify(one), 'a'),
        team(JSON.stringify(other), 'b'),
      ] as const;
      const [result, turned] = [laid(...documents), laid(...documents.toReversed())];
      assert.equal(result.ok, turned.ok);
      if (!result.ok || !turned.ok) return;
      taken += 1;
      assert.deepEqual(turned.policy.gateway, result.policy.gateway);
      const parsed = [under, one, other].map((gateway) =>
        rulesOf({ name: 'x', layer: 'base', fields: `gateway: ${JSON.stringify(gateway)}` }),
      );
      for (const [index, rules] of parsed.entries()) {
        const document = [under, one, other][index] ?? {};
        const weaker = weakerFields(result.policy.gateway, rules, new Set(Object.keys(document)));
        assert.deepEqual(weaker, []);
      }
    }),
    { numRuns: RUNS },
  );
  assert.ok(taken > RUNS / 50, `only ${taken} of ${RUNS} were taken`);
});

type Written = Readonly<Record<string, unknown>>;

/** Sections in which each field is often left out, and else weak or strict. */
function writtenGateway(): fc.Arbitrary<Written> {
  const rare = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 1, nil: undefined });
  return fc
    .record({
      denied_calls: rare(fc.constantFrom(...CALL_REFUSERS)),
      without_hooks: rare(fc.constantFrom(...WITHOUT_HOOKS)),
      retroactive: rare(fc.subarray(['secret', 'personal', 'company'])),
      fallbacks: rare(fc.subarray(['https://a.example', 'https://b.example'])),
      replies: rare(
        fc.record({ secret: fc.constantFrom(...REPLY_ACTIONS), company: fc.constantFrom(...REPLY_ACTIONS) }),
      ),
      opaque: rare(
        fc.record({ image: fc.constantFrom(...OPAQUE_ACTIONS), document: fc.constantFrom(...OPAQUE_ACTIONS) }),
      ),
      limits: rare(
        fc.record({
          concurrent_requests: fc.integer({ min: 1, max: 4 }),
          when_unknown: fc.constantFrom(...UNKNOWN_USAGE),
        }),
      ),
    })
    .map((gateway) => Object.fromEntries(Object.entries(gateway).filter(([, value]) => value !== undefined)));
}

/** Names of what is weaker in `rules` than in what one document says, as far as that document says it. */
function weakerFields(rules: GatewayRules, document: GatewayRules, saidFields: ReadonlySet<string>): readonly string[] {
  const rank = (words: readonly string[], word: string): number => words.indexOf(word);
  const checks: readonly (readonly [string, boolean])[] = [
    ['denied_calls', rank(CALL_REFUSERS, rules.deniedCalls) >= rank(CALL_REFUSERS, document.deniedCalls)],
    ['without_hooks', rank(WITHOUT_HOOKS, rules.withoutHooks) >= rank(WITHOUT_HOOKS, document.withoutHooks)],
    ['retroactive', document.retroactive.every((area) => rules.retroactive.includes(area))],
    ['fallbacks', rules.fallbacks.every((url) => document.fallbacks.includes(url))],
    ['replies', rank(REPLY_ACTIONS, rules.replies.secret) >= rank(REPLY_ACTIONS, document.replies.secret)],
    ['opaque', rank(OPAQUE_ACTIONS, rules.opaque.document) >= rank(OPAQUE_ACTIONS, document.opaque.document)],
    ['limits', rules.limits.concurrentRequests <= document.limits.concurrentRequests],
    ['limits', rank(UNKNOWN_USAGE, rules.limits.whenUnknown) >= rank(UNKNOWN_USAGE, document.limits.whenUnknown)],
  ];
  return checks.filter(([field, isKept]) => saidFields.has(field) && !isKept).map(([field]) => field);
}
