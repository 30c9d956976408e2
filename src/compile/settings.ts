import type { Json, JsonObject } from '../core/json.ts';
import type { RuleTable } from '../core/rule-table.ts';
import type { Policy } from '../policy/index.ts';
import { clientRules } from './client-rules.ts';
import { pinnedEnvironment } from './environment.ts';
import { hooksBlock, inspectsResults } from './hooks.ts';
import type { Site } from './site.ts';
import { domainText, egressList } from './targets/egress-list.ts';

/**
 * Variables that hold a credential, of the model provider or of the session itself. The agent's process gets none of the
 * owner's, and commands of the agent get none at all.
 */
export const CREDENTIAL_VARIABLES = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_CUSTOM_HEADERS',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_BEARER_TOKEN_BEDROCK',
  'GOOGLE_OAUTH_ACCESS_TOKEN',
  'GOOGLE_APPLICATION_CREDENTIALS',
] as const;

/** Milliseconds that the client waits for the policy helper before it refuses to start. */
export const POLICY_HELPER_TIMEOUT_MS = 10_000;

/**
 * The managed settings document of one session: every lever of the client that was measured to hold, none that it
 * ignores. Pure; the same policy and site give the same document.
 */
export function managedSettings(policy: Policy, table: RuleTable, site: Site): JsonObject {
  const rules = clientRules(table);
  const settings: Record<string, Json> = {
    env: pinnedEnvironment(site, policy),
    permissions: {
      deny: rules.deny,
      ask: rules.ask,
      defaultMode: 'default',
      // Only here and only with this word: at the top level it is ignored without a message.
      disableBypassPermissionsMode: 'disable',
      disableAutoMode: 'disable',
    },
    hooks: hooksBlock(site, inspectsResults(policy)),
    allowManagedHooksOnly: true,
    allowManagedPermissionRulesOnly: true,
    allowManagedMcpServersOnly: true,
    allowedMcpServers: policy.mcp.servers.map((server) => ({ serverName: server.name })),
    disableSideloadFlags: true,
    disableSkillShellExecution: true,
    disableCommandPluginSources: true,
    disableRemoteControl: true,
    disableClaudeAiConnectors: true,
    strictKnownMarketplaces: [],
    // The gateway counts as a custom endpoint in each protocol; naming the provider alone stops the client (measured on 2.1.329).
    allowedProviders: site.provider === 'anthropic' ? ['customEndpoint'] : [site.provider, 'customEndpoint'],
    requiredMinimumVersion: policy.client.minimumVersion,
    cleanupPeriodDays: policy.session.transcriptDays,
  };
  if (policy.sandbox.enabled) settings['sandbox'] = sandboxBlock(policy, site);
  return { ...settings, ...modelSettings(policy) };
}

/**
 * The models that the client itself offers. It knows no globs, so a list with one in it is left to the gateway whole:
 * to name only the plain ones would refuse models that the policy allows.
 */
function modelSettings({ models }: Policy): JsonObject {
  const isPlain = (name: string): boolean => !name.includes('*');
  const settings: Record<string, Json> = {};
  if (models.allow.length > 0 && models.allow.every(isPlain)) {
    settings['availableModels'] = [...models.allow];
    // Without it the client falls back to a default model that no list holds (measured on 2.1.329).
    settings['enforceAvailableModels'] = true;
  }
  const denied = models.deny.filter(isPlain);
  if (denied.length > 0) settings['deniedModels'] = denied;
  return settings;
}

/** The client's sandbox for Bash, told to refuse rather than to run without. */
export function sandboxBlock(policy: Policy, site: Site): JsonObject {
  return {
    enabled: true,
    failIfUnavailable: true,
    allowUnsandboxedCommands: false,
    // The guard allows what the policy allows; the sandbox alone is no reason to skip its word.
    autoAllowBashIfSandboxed: false,
    network: {
      // Every layer that holds the allowlist gets it in one spelling.
      allowedDomains: egressList(policy).map(domainText).sort(),
      allowManagedDomainsOnly: true,
    },
    filesystem: { denyRead: [...site.hiddenFolders].sort(), denyWrite: [...site.hiddenFolders].sort() },
    credentials: { envVars: CREDENTIAL_VARIABLES.map((name) => ({ name, mode: 'deny' })) },
  };
}

/**
 * The document for a machine where Sallyport is installed: it only names the helper, which asks the daemon for the
 * session's settings. A helper that is missing, fails or is late stops the client from starting (measured), so this is
 * the one lever of the client that fails closed. Nothing else in the file would count: the helper's output replaces it.
 *
 * @param helperPath absolute path of an executable without arguments.
 */
export function installedSettings(helperPath: string): JsonObject {
  return { policyHelper: { path: helperPath, timeoutMs: POLICY_HELPER_TIMEOUT_MS } };
}

/** The managed MCP document. Its presence alone shuts out every server that it does not name. */
export function managedMcp(policy: Policy): JsonObject {
  const servers: Record<string, Json> = {};
  for (const server of policy.mcp.servers) {
    servers[server.name] =
      server.kind === 'command'
        ? { command: server.command, args: server.args, env: server.env }
        : { type: 'http', url: server.url, headers: server.headers };
  }
  return { mcpServers: servers };
}
