import { managedMcp } from '../settings.ts';
import { configurationProfile } from './configuration-profile.ts';
import { standingGaps, standingSettings } from './standing-settings.ts';
import { jsonFile, textFile } from './target.ts';
import type { Target } from './target.ts';

/** Preference domain that the client reads managed settings from; it beats the file. */
const DOMAIN = 'com.anthropic.claudecode';
const FOLDER = '/Library/Application Support/ClaudeCode';

/** A configuration profile for device management on macOS, and the same settings as a file. */
export const macosProfile: Target = {
  name: 'macos-profile',
  about: `configuration profile for macOS, domain ${DOMAIN}, and the same as a file`,
  compile(input) {
    const settings = standingSettings(input, 'macos');
    const name = input.policy.name;
    const profile = configurationProfile({
      domain: DOMAIN,
      program: 'Claude Code',
      policyName: name,
      identifier: name,
      settings,
      uuidSeeds: { settings: `settings ${name}`, profile: `profile ${name}` },
      sha256: input.sha256,
    });
    return {
      files: [
        textFile(`${name}.mobileconfig`, 'your device management, for the whole device', profile),
        jsonFile('managed-settings.json', `${FOLDER}/managed-settings.json`, settings),
        jsonFile('managed-mcp.json', `${FOLDER}/managed-mcp.json`, managedMcp(input.policy)),
      ],
      gaps: standingGaps(input, 'macos'),
    };
  },
};
