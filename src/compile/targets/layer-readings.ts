import type { TargetFile } from './target.ts';

/*
 * What each layer makes of its document, by its own rules as its vendor states them, so that a test can ask it without the
 * layer itself. A host comes as it stands on the wire.
 */

/** The client's sandbox: `*.name` is what ends in `.name`, anything else is the name itself. */
export function sandboxAllows(network: { readonly allowedDomains: readonly string[] }, host: string): boolean {
  return network.allowedDomains.some((domain) =>
    domain.startsWith('*.') ? host.endsWith(domain.slice(1)) && host.length > domain.length - 1 : host === domain,
  );
}

/** Route 53 Resolver DNS Firewall: case and a final dot of the query do not count. */
export function dnsAllows(domains: readonly string[], query: string): boolean {
  const name = query.toLowerCase().replace(/\.$/, '');
  return domains.some((domain) =>
    domain.startsWith('*.') ? name.endsWith(domain.slice(1)) && name.length > domain.length - 1 : name === domain,
  );
}

/** Suricata: the content of `tls.sni` with its anchors, without regard to case, on the ports of the rule. */
export function suricataAllows(rules: string, serverName: string, port: number): boolean {
  const passes = rules.matchAll(
    /^pass tls \S+ any -> \S+ (\S+) .*tls\.sni; content:"([^"]+)"; (startswith; )?endswith; nocase;/gm,
  );
  const name = serverName.toLowerCase();
  return [...passes].some(
    ([, ports = '', content = '', start]) =>
      portsOf(ports).includes(port) && name.endsWith(content) && (start === undefined || name === content),
  );
}

/** Suricata's rules on addresses, whatever is said there. */
export function suricataAllowsAddress(rules: string, address: string, port: number): boolean {
  const passes = rules.matchAll(/^pass tcp \S+ any -> (\S+) (\S+) /gm);
  return [...passes].some(([, to = '', ports = '']) => to === address && portsOf(ports).includes(port));
}

function portsOf(text: string): readonly number[] {
  return text.replaceAll(/[[\]]/g, '').split(',').map(Number);
}

/** Squid: the first line of `http_access` whose words all hold; a name is compared without regard to case. */
export function proxyAllows(settings: string, host: string, port: number): boolean {
  const lists = new Map<string, (host: string, port: number) => boolean>();
  for (const [, name = '', kind = '', words = ''] of settings.matchAll(/^acl (\S+) (.+?) (\S.*)$/gm)) {
    const [type = '', ...rest] = `${kind} ${words}`.split(' ');
    lists.set(name, squidList(type, rest));
  }
  for (const [, verdict, words = ''] of settings.matchAll(/^http_access (allow|deny) (.+)$/gm)) {
    const holds = words.split(' ').every((word) => {
      if (word === 'all') return true;
      const list = lists.get(word.replace(/^!/, ''));
      if (list === undefined) throw new TypeError(`no list \`${word}\``);
      return list(host.toLowerCase(), port) !== word.startsWith('!');
    });
    if (holds) return verdict === 'allow';
  }
  return false;
}

function squidList(type: string, words: readonly string[]): (host: string, port: number) => boolean {
  const values = words.filter((word) => word !== '-n');
  switch (type) {
    case 'method':
      return () => values.includes('CONNECT');
    case 'port':
      return (_, port) => values.map(Number).includes(port);
    case 'dstdomain':
      return (host) => values.some((value) => (value.startsWith('.') ? `.${host}`.endsWith(value) : host === value));
    case 'dstdom_regex':
      return (host) => values.some((value) => new RegExp(value, 'u').test(host));
    // Where a name leads is what a resolver says; a name that leads nowhere special is asked about here.
    case 'dst':
      return () => false;
    default:
      throw new TypeError(`a list of the unknown type \`${type}\``);
  }
}

/** A file of a target by its name. */
export function textOf(files: readonly TargetFile[], name: string): string {
  const file = files.find((one) => one.name === name);
  if (file === undefined) throw new TypeError(`there is no file \`${name}\``);
  return file.text;
}
