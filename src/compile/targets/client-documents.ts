import { hooksBlock, inspectsResults } from '../hooks.ts';
import { installedSettings, managedMcp, managedSettings, sandboxBlock } from '../settings.ts';
import { jsonFile } from './target.ts';
import type { Target, TargetGap, TargetInput } from './target.ts';

/** Folder of the client's managed documents on Linux. */
const ETC = '/etc/claude-code';

/** The managed settings of one session. */
export const managedSettingsTarget: Target = {
  name: 'managed-settings',
  about: 'managed settings of a session, for the client version that was measured',
  compile({ policy, table, site }) {
    const file = jsonFile(
      'managed-settings.json',
      `${ETC}/managed-settings.json`,
      managedSettings(policy, table, site),
    );
    return { files: [file], gaps: [] };
  },
};

/** The managed MCP document; it shuts out every server that it does not name. */
export const managedMcpTarget: Target = {
  name: 'managed-mcp',
  about: 'the only MCP servers that the client starts',
  compile({ policy }) {
    return {
      files: [jsonFile('managed-mcp.json', `${ETC}/managed-mcp.json`, managedMcp(policy))],
      gaps: mcpGaps(policy),
    };
  },
};

/** The `hooks` block alone, for whoever keeps the rest of the settings elsewhere. */
export const hooksTarget: Target = {
  name: 'hooks',
  about: 'the hooks block alone, as a drop-in',
  compile({ policy, site }) {
    const file = jsonFile('10-sallyport-hooks.json', `${ETC}/managed-settings.d/10-sallyport-hooks.json`, {
      hooks: hooksBlock(site, inspectsResults(policy)),
      allowManagedHooksOnly: true,
    });
    return { files: [file], gaps: [HOOK_GAP] };
  },
};

/** The `sandbox` block alone, for whoever keeps the rest of the settings elsewhere. */
export const sandboxTarget: Target = {
  name: 'sandbox',
  about: "the client's sandbox alone, as a drop-in",
  compile({ policy, site }) {
    const block = policy.sandbox.enabled ? { sandbox: sandboxBlock(policy, site) } : {};
    const file = jsonFile('20-sallyport-sandbox.json', `${ETC}/managed-settings.d/20-sallyport-sandbox.json`, block);
    return { files: [file], gaps: sandboxGaps(policy) };
  },
};

/** The document of a machine where Sallyport is installed. */
export const installedTarget: Target = {
  name: 'installed',
  about: 'the document of a machine where Sallyport is installed: the policy helper alone',
  compile() {
    const document = installedSettings('/opt/sallyport/bin/policy-helper');
    return { files: [jsonFile('managed-settings.json', `${ETC}/managed-settings.json`, document)], gaps: [] };
  },
};

/** What `decide` works on. */
export const ruleTableTarget: Target = {
  name: 'rule-table',
  about: 'the rule table that the guard decides by',
  compile({ table }) {
    return { files: [jsonFile('rule-table.json', 'in a signed bundle', table)], gaps: [] };
  },
};

const HOOK_GAP: TargetGap = {
  subject: 'hooks',
  why: 'a hook that does not answer lets the call pass: the other blocks are the floor for that',
};

function mcpGaps(policy: TargetInput['policy']): readonly TargetGap[] {
  return policy.mcp.servers.map(({ name }) => ({
    subject: name,
    why: 'the server runs outside of the sandbox, and everyone on the machine can read the document',
  }));
}

function sandboxGaps(policy: TargetInput['policy']): readonly TargetGap[] {
  const gaps: TargetGap[] = [
    {
      subject: 'sandbox',
      why: 'it holds commands only: reading, writing and fetching tools of the client are held by its rules',
    },
  ];
  if (!policy.sandbox.enabled) return [{ subject: 'sandbox', why: 'off by policy' }];
  for (const { host, ports } of policy.egress.hosts) {
    gaps.push({ subject: host, why: `the sandbox's list knows no port: more than ${ports.join(', ')} is reached` });
  }
  return gaps;
}
