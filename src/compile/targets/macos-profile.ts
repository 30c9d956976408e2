import type { Sha256 } from '../../core/ids.ts';
import { managedMcp } from '../settings.ts';
import { propertyList } from './property-list.ts';
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
    const profile = propertyList({
      PayloadContent: [
        {
          ...settings,
          PayloadDisplayName: `Claude Code: ${name}`,
          PayloadIdentifier: `${DOMAIN}.${name}`,
          PayloadType: DOMAIN,
          PayloadUUID: uuidOf(input.sha256(`settings ${name}`)),
          PayloadVersion: 1,
        },
      ],
      PayloadDisplayName: `Sallyport policy: ${name}`,
      PayloadIdentifier: `sallyport.${name}`,
      // Without it the person at the keyboard takes the profile off.
      PayloadRemovalDisallowed: true,
      PayloadScope: 'System',
      PayloadType: 'Configuration',
      PayloadUUID: uuidOf(input.sha256(`profile ${name}`)),
      PayloadVersion: 1,
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

/** A UUID of version 8 (RFC 9562): the same policy is the same profile, which replaces the one of before. */
function uuidOf(hash: Sha256): string {
  const hex = `${hash.slice(0, 12)}8${hash.slice(13, 16)}a${hash.slice(17, 32)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5').toUpperCase();
}
