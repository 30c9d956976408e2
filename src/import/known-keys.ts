import type { Outcome } from './ledger.ts';
import { always, notPolicy, notTaken } from './outcomes.ts';

/** What becomes of the keys of a settings document that no importer of their own reads. */
export const KNOWN_KEYS: ReadonlyMap<string, Outcome> = new Map([
  ...keys(['allowManagedHooksOnly', 'allowManagedPermissionRulesOnly', 'allowManagedMcpServersOnly'], () =>
    always('takes hooks, rules or servers from managed documents only', 'no field: the compiled policy sets this'),
  ),
  ...keys(
    [
      'disableSideloadFlags',
      'disableSkillShellExecution',
      'disableCommandPluginSources',
      'disableRemoteControl',
      'disableClaudeAiConnectors',
      'strictKnownMarketplaces',
      'allowedMarketplaces',
      'blockedMarketplaces',
      'allowedProviders',
    ],
    () => always('closes one way around the policy', 'no field: the compiled policy closes it'),
  ),
  ...keys(['allowAllClaudeAiMcps', 'enableAllProjectMcpServers'], () =>
    notTaken('lets servers start that no list names', 'a server starts only where it stands under `mcp.servers`'),
  ),
  ...keys(['disableAllHooks'], () => notTaken('switches hooks off, the managed ones too', 'the guard is a hook')),
  ...keys(['allowedHttpHookUrls', 'httpHookAllowedEnvVars'], () =>
    notTaken('bounds where hooks may call', 'the guard is the only hook and calls nobody'),
  ),
  ...keys(['forceLoginMethod', 'forceLoginOrgUUID', 'forceLoginGatewayUrl', 'forceRemoteSettingsRefresh'], () =>
    notTaken(
      'bounds who may log in, and does not start with an API key',
      'sessions get a token of the gateway instead of a login',
    ),
  ),
  ...keys(
    ['apiKeyHelper', 'otelHeadersHelper', 'awsAuthRefresh', 'awsCredentialExport', 'gcpAuthRefresh', 'proxyAuthHelper'],
    () =>
      notTaken('runs this program for a credential', 'the daemon holds the credentials; no program of the agent does'),
  ),
  ...keys(['policyHelper', 'parentSettingsBehavior', 'managedSourcesBehavior', 'wslInheritsWindowsSettings'], () =>
    notTaken('takes its policy from there', 'the compiled policy is delivered by Sallyport itself'),
  ),
  ...keys(['requiredMaximumVersion', 'minimumVersion', 'autoUpdatesChannel', 'autoUpdates'], () =>
    notTaken('bounds its own version', 'a policy names the oldest version that may start'),
  ),
  ...keys(
    ['model', 'fallbackModel', 'modelOverrides', 'maxEffortLevel', 'effortLevel', 'smallFastModel', 'advisorModel'],
    () => notPolicy('takes this as what a session starts with'),
  ),
  ...keys(['processWrapper'], () =>
    notTaken('starts its processes through this program', 'Sallyport builds the walls of a session'),
  ),
  ...keys(['skipDangerousModePermissionPrompt', 'skipAutoPermissionPrompt'], () =>
    notTaken('leaves a warning out', 'the modes that it is about are shut'),
  ),
  ...keys(
    [
      '$schema',
      'statusLine',
      'outputStyle',
      'language',
      'theme',
      'includeCoAuthoredBy',
      'attribution',
      'companyAnnouncements',
      'claudeMd',
      'enabledPlugins',
      'extraKnownMarketplaces',
      'strictPluginOnlyCustomization',
      'pluginTrustMessage',
      'disableBundledSkills',
      'disableAgentView',
      'disableWorkflows',
      'disableArtifact',
      'channelsEnabled',
      'skipWebFetchPreflight',
      'quietHours',
      'breakReminder',
      'spinnerTipsEnabled',
      'spinnerVerbs',
      'alwaysThinkingEnabled',
      'verbose',
      'preferredNotifChannel',
      'editorMode',
      'fileSuggestion',
      'respectGitignore',
      'plansDirectory',
      'teammateMode',
      'prefersReducedMotion',
      'terminalProgressBarEnabled',
      'showTurnDuration',
      'feedbackSurveyRate',
      'agent',
    ],
    () => notPolicy('takes this as a preference'),
  ),
]);

function keys(names: readonly string[], outcome: () => Outcome): readonly (readonly [string, Outcome])[] {
  return names.map((name) => [name, outcome()] as const);
}
