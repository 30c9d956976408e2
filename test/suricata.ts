import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { capture } from './capture.ts';
import type { CapturedClient } from './capture.ts';

/** Why tests with the real engine are left out, or false. */
export const suricataSkip: string | false =
  spawnSync('suricata', ['-V']).status === 0 ? false : 'suricata is not installed';

/** The least that the engine starts with; the variables are those of the compiled rules. */
const settings = (folder: string): string => `%YAML 1.1
---
vars:
  address-groups:
    HOME_NET: "[10.0.0.0/16]"
    EXTERNAL_NET: "!$HOME_NET"
    GATEWAY_NET: "[10.9.0.0/16]"
classification-file: ${folder}/empty
reference-config-file: ${folder}/empty
threshold-file: ${folder}/empty
# As in the engine's own settings: in line, what a parser cannot read is dropped.
exception-policy: auto
app-layer:
  protocols:
    tls:
      enabled: yes
      detection-ports:
        dp: 443
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types:
        - alert
        - drop
`;

/** The real engine in a folder of its own. */
export interface SuricataStage {
  readonly run: (words: readonly string[]) => { readonly status: number | null; readonly said: string };
  /** Whether the engine takes the rules, and what it says. */
  readonly check: (rules: string) => { readonly isTaken: boolean; readonly said: string };
  /** The clients, by their index, of which it dropped something, and the rule that did it first. */
  readonly dropped: (rules: string, clients: readonly CapturedClient[]) => ReadonlyMap<number, string>;
}

export function suricataStage(t: TestContext): SuricataStage {
  const folder = mkdtempSync('/var/tmp/sp-suricata-');
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'suricata.yaml'), settings(folder));
  const run: SuricataStage['run'] = (words) => {
    const common = ['-c', join(folder, 'suricata.yaml'), '-l', folder];
    const { status, stdout, stderr } = spawnSync('suricata', [...common, ...words], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { status, said: `${stdout}${stderr}` };
  };
  const rulesFile = join(folder, 'under-test.rules');
  return {
    run,
    check(rules) {
      writeFileSync(rulesFile, rules);
      const { status, said } = run(['-T', '-S', rulesFile]);
      return { isTaken: status === 0, said };
    },
    dropped(rules, clients) {
      writeFileSync(rulesFile, rules);
      writeFileSync(join(folder, 'clients.pcap'), capture(clients));
      rmSync(join(folder, 'eve.json'), { force: true });
      const words = ['-S', rulesFile, '-r', join(folder, 'clients.pcap'), '-k', 'none', '--simulate-ips'];
      const { status, said } = run(words);
      if (status !== 0) throw new Error(`suricata: ${said}`);
      return droppedIn(readFileSync(join(folder, 'eve.json'), 'utf8'), clients);
    },
  };
}

interface Event {
  readonly src_port?: number;
  readonly dest_port?: number;
  readonly dest_ip?: string;
  readonly alert?: { readonly action: string; readonly signature: string };
  readonly drop?: { readonly reason: string };
}

function droppedIn(events: string, clients: readonly CapturedClient[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const line of events.split('\n').filter((text) => text !== '')) {
    const event = JSON.parse(line) as Event;
    const why = event.alert?.action === 'blocked' ? event.alert.signature : event.drop?.reason;
    const at = clients.findIndex((client) => isOf(client, event));
    if (why !== undefined && at >= 0 && !found.has(at)) found.set(at, why);
  }
  return found;
}

function isOf({ sourcePort, host, says }: CapturedClient, { src_port, dest_port, dest_ip }: Event): boolean {
  return says.over === 'ip' ? dest_ip === host : src_port === sourcePort || dest_port === sourcePort;
}
