import type { Policy } from '../../policy/index.ts';
import { configurationProfile } from './configuration-profile.ts';
import { registryFile } from './registry-file.ts';
import { textFile } from './target.ts';
import type { Target, TargetGap } from './target.ts';

const DOMAIN = 'com.anthropic.claudefordesktop';
const KEY = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Claude';

/**
 * Settings of the desktop application by which code runs on the machine. No hook, gateway or guard reaches into it, so whatever
 * the policy says about such code, off is the only answer that holds it.
 */
const SETTINGS = {
  isClaudeCodeForDesktopEnabled: 'false',
  isDesktopExtensionEnabled: 'false',
  isDesktopExtensionSignatureRequired: 'true',
  isLocalDevMcpEnabled: 'false',
} as const;

/**
 * Keeps the desktop application from running code past the guard: its Claude Code tab, extensions and local MCP servers are
 * off. The names and the form of the values, text throughout, are those of the vendor's documentation and were not measured.
 */
export const claudeDesktop: Target = {
  name: 'claude-desktop',
  about: 'what runs code in the desktop application is off: macOS profile and Windows registry',
  compile({ policy, sha256 }) {
    const { name } = policy;
    const profile = configurationProfile({
      domain: DOMAIN,
      program: 'Claude',
      policyName: name,
      identifier: `desktop.${name}`,
      settings: SETTINGS,
      uuidSeeds: { settings: `desktop settings ${name}`, profile: `desktop profile ${name}` },
      sha256,
    });
    return {
      files: [
        textFile(`${name}.desktop.mobileconfig`, 'your device management, for the whole device', profile),
        registryFile('claude-desktop.reg', KEY, Object.entries(SETTINGS)),
      ],
      gaps: gapsOf(policy),
    };
  },
};

function gapsOf({ mcp }: Policy): readonly TargetGap[] {
  const servers = mcp.servers.map(({ name }) => ({
    subject: `mcp.servers.${name}`,
    why: 'the application names servers in a form of its own; here it starts none',
  }));
  return [
    { subject: 'measurement', why: 'the names and their values are documented by the vendor; they were not measured' },
    {
      subject: 'conversations',
      why: 'what is typed or attached in the application, its connectors and its Cowork tab are held by no rule of the policy',
    },
    {
      subject: 'settings of the application',
      why: 'it is reported to show other panes, such as the choice of a model provider, as managed once any of these is set',
    },
    ...servers,
  ];
}
