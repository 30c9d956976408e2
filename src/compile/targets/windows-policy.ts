import { managedMcp } from '../settings.ts';
import { registryFile } from './registry-file.ts';
import { standingGaps, standingSettings } from './standing-settings.ts';
import { jsonFile } from './target.ts';
import type { Target } from './target.ts';

const KEY = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\ClaudeCode';
const FOLDER = 'C:\\Program Files\\ClaudeCode';

/**
 * The registry policy of Windows and the same settings as a file. The value is one string of JSON; the folder
 * `C:\ProgramData\ClaudeCode` is no longer read by the client.
 */
export const windowsPolicy: Target = {
  name: 'windows-policy',
  about: 'registry policy for Windows, and the same as a file',
  compile(input) {
    const settings = standingSettings(input, 'windows');
    return {
      files: [
        registryFile('claude-code.reg', KEY, [['Settings', JSON.stringify(settings)]]),
        jsonFile('managed-settings.json', `${FOLDER}\\managed-settings.json`, settings),
        jsonFile('managed-mcp.json', `${FOLDER}\\managed-mcp.json`, managedMcp(input.policy)),
      ],
      gaps: standingGaps(input, 'windows'),
    };
  },
};
