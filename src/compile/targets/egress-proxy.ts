import { egressList } from './egress-list.ts';
import type { EgressEntry } from './egress-list.ts';
import { textFile } from './target.ts';
import type { Target, TargetGap } from './target.ts';

/**
 * Where a name of the list must never lead, whoever answers for it: this machine, its link with the metadata services of
 * clouds, and what is no single host (RFC 6890; addresses of instance and task metadata: Amazon EC2 and ECS user guides).
 * Private networks are not among them, because companies list their own hosts.
 */
const NEVER = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/127',
  '::ffff:0:0/96',
  'fe80::/10',
  'fd00:ec2::/32',
  'ff00::/8',
] as const;

/**
 * The allowlist for Squid as an explicit proxy, for its `conf.d`. The proxy resolves the name itself, so that here a name is where
 * the packets go and not only what a client claims. Tunnels alone are opened: nothing is read, stored or sent along.
 */
export const egressProxy: Target = {
  name: 'egress-proxy',
  about: 'the allowlist for Squid as an explicit proxy that resolves names itself',
  compile({ policy }) {
    const entries = egressList(policy);
    const text = [
      'acl sallyport_connect method CONNECT',
      'http_access deny !sallyport_connect',
      `acl sallyport_never dst ${NEVER.join(' ')}`,
      ...entries.flatMap(allowed),
      'http_access deny all',
      'cache deny all',
      'via off',
      'forwarded_for delete',
      'logformat sallyport {"at":%ts.%03tu,"client":"%>a","method":"%rm","host":"%#>rd","port":"%>rP","result":"%Ss","status":%>Hs,"sent":%>st,"received":%<st}',
      'access_log stdio:/var/log/squid/sallyport.log logformat=sallyport',
    ];
    return {
      files: [textFile('sallyport-egress.conf', '/etc/squid/conf.d/sallyport-egress.conf', `${text.join('\n')}\n`)],
      gaps: gapsOf(entries),
    };
  },
};

function allowed(entry: EgressEntry, at: number): readonly string[] {
  const [host, port] = [`sallyport_host_${at}`, `sallyport_port_${at}`];
  const ports = `acl ${port} port ${entry.ports.join(' ')}`;
  if (entry.kind === 'address') {
    const text = entry.host.replaceAll(/[.[\]]/g, String.raw`\$&`);
    // By the text of the request, and meant as it stands: a name that leads to this address is another entry.
    return [`acl ${host} dstdom_regex -n ^${text}$`, ports, `http_access allow ${host} ${port}`];
  }
  // Last in its line: only a name of the list is looked up, or a lookup would carry data out.
  const elsewhere = '!sallyport_never';
  if (entry.kind === 'exact') {
    return [`acl ${host} dstdomain -n ${entry.host}`, ports, `http_access allow ${host} ${port} ${elsewhere}`];
  }
  // A leading dot takes the name itself too, which `*.` of the policy does not.
  const apex = `sallyport_apex_${at}`;
  return [
    `acl ${host} dstdomain -n .${entry.host}`,
    `acl ${apex} dstdomain -n ${entry.host}`,
    ports,
    `http_access allow ${host} !${apex} ${port} ${elsewhere}`,
  ];
}

function gapsOf(entries: readonly EgressEntry[]): readonly TargetGap[] {
  return [
    {
      subject: `${entries.length} hosts`,
      why: 'what is said inside a tunnel is not read: the name in the TLS hello may be another on the same address',
    },
  ];
}
