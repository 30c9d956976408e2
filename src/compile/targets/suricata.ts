import { domainText, egressList, upstreamEntry } from './egress-list.ts';
import type { EgressEntry } from './egress-list.ts';
import { textFile } from './target.ts';
import type { Target, TargetGap } from './target.ts';

/** First signature id of each file, in the range that is left to local rules. */
const FIRST_SID = { egress: 1_100_000, gateway: 1_200_000 } as const;

/** Ports whose protocol begins without TLS, so that no name is seen before the connection is open. */
const PLAIN_PORTS = new Set([21, 22, 25, 80, 110, 143]);

/**
 * Bytes of a client after which a hello that has not ended is dropped; one with post-quantum keys and an encrypted inner hello has
 * about 4,000. Until then an allowlist by name cannot tell a hello from something else.
 */
const MOST_HELLO_BYTES = 8_192;

/** Bytes up to which the engine still holds the first one; it looks at a stream in parts of 2,560 (measured, Suricata 7.0.10). */
const FIRST_BYTES = 2_500;

/**
 * Suricata rules on the name that a TLS client asks for (SNI), for AWS Network Firewall in strict order or for Suricata
 * itself: what is listed passes, everything else that leaves is dropped. `$HOME_NET` are the machines of developers,
 * `$GATEWAY_NET` those of the gateway.
 */
export const suricata: Target = {
  name: 'suricata',
  about: 'Suricata rules by TLS name, for AWS Network Firewall or Suricata inline',
  compile({ policy }) {
    const entries = egressList(policy);
    const upstream = upstreamEntry(policy);
    const files = [
      textFile(
        'egress.rules',
        'Network Firewall: stateful rules, strict order',
        rules(entries, '$HOME_NET', FIRST_SID.egress),
      ),
    ];
    if (upstream !== null) {
      const text = rules([upstream], '$GATEWAY_NET', FIRST_SID.gateway);
      files.push(textFile('gateway.rules', 'Network Firewall: stateful rules of the gateway, strict order', text));
    }
    const gateway =
      upstream === null
        ? []
        : [
            {
              subject: '$GATEWAY_NET',
              why: 'no variable that Suricata brings: define it as the addresses of the gateway',
            },
          ];
    return { files, gaps: [...gateway, ...entries.flatMap(gapsOf)] };
  },
};

function rules(entries: readonly EgressEntry[], from: string, firstSid: number): string {
  const drops = [
    // Only the hello: it may come in several segments, and what is not yet whole must not count as a name that is missing.
    `drop tls ${from} any -> $EXTERNAL_NET any (msg:"name is not listed"; ssl_state:client_hello; flow:to_server,established;`,
    `drop tls ${from} any -> $EXTERNAL_NET any (msg:"no hello first"; flow:to_server,established; ssl_state:server_hello|client_keyx|server_keyx|unknown;`,
    `drop tcp ${from} any -> $EXTERNAL_NET any (msg:"no TLS"; flow:to_server,established; app-layer-protocol:!tls;`,
    // The engine names no protocol as long as it can make nothing of the bytes, and what has no name would pass. Only of the beginning,
    // where the first byte is still there to be looked at.
    `drop tcp ${from} any -> $EXTERNAL_NET any (msg:"does not begin as TLS"; flow:to_server,established,only_stream; stream_size:client,<,${FIRST_BYTES}; content:!"|16|"; depth:1;`,
    `drop tcp ${from} any -> $EXTERNAL_NET any (msg:"the hello does not end"; flow:to_server,established; stream_size:client,>,${MOST_HELLO_BYTES};`,
    `drop udp ${from} any -> $EXTERNAL_NET 53 (msg:"DNS past the resolver";`,
    `drop udp ${from} any -> $EXTERNAL_NET 443 (msg:"QUIC hides the name";`,
    `drop udp ${from} any -> $EXTERNAL_NET any (msg:"UDP is not listed";`,
    `drop ip ${from} any -> $EXTERNAL_NET any (msg:"neither TCP nor UDP"; ip_proto:!6; ip_proto:!17;`,
  ];
  return [...entries.map((entry) => pass(entry, from)), ...drops]
    .map((rule, at) => `${rule} sid:${firstSid + at}; rev:1;)\n`)
    .join('');
}

function pass(entry: EgressEntry, from: string): string {
  const ports = entry.ports.length === 1 ? String(entry.ports[0]) : `[${entry.ports.join(',')}]`;
  if (entry.kind === 'address') {
    const address = entry.host.startsWith('[') ? entry.host.slice(1, -1) : entry.host;
    return `pass tcp ${from} any -> ${address} ${ports} (msg:"${address}"; flow:to_server;`;
  }
  // `endswith` with a leading dot takes names below and not the name itself, as the policy's `*.` does.
  const [content, anchors] =
    entry.kind === 'subdomains' ? [`.${entry.host}`, 'endswith;'] : [entry.host, 'startswith; endswith;'];
  return `pass tls ${from} any -> $EXTERNAL_NET ${ports} (msg:"${domainText(entry)}"; tls.sni; content:"${content}"; ${anchors} nocase; flow:to_server;`;
}

function gapsOf(entry: EgressEntry): readonly TargetGap[] {
  if (entry.kind === 'address') {
    return [{ subject: entry.host, why: 'passed by address, whatever protocol and name are used on it' }];
  }
  const plain = entry.ports.filter((port) => PLAIN_PORTS.has(port));
  const claimed = { subject: domainText(entry), why: 'the name is what the client claims, wherever the packets go' };
  if (plain.length === 0) return [claimed];
  return [claimed, { subject: domainText(entry), why: `port ${plain.join(', ')} begins without TLS and is dropped` }];
}
