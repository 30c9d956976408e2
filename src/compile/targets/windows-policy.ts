import { managedMcp } from '../settings.ts';
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
    const lines = [
      'Windows Registry Editor Version 5.00',
      '',
      `[${KEY}]`,
      `"Settings"=${quoted(JSON.stringify(settings))}`,
      '',
    ];
    return {
      files: [
        {
          name: 'claude-code.reg',
          place: `${KEY}, imported into a group policy`,
          text: lines.join('\r\n'),
          encoding: 'utf-16le',
        },
        jsonFile('managed-settings.json', `${FOLDER}\\managed-settings.json`, settings),
        jsonFile('managed-mcp.json', `${FOLDER}\\managed-mcp.json`, managedMcp(input.policy)),
      ],
      gaps: standingGaps(input, 'windows'),
    };
  },
};

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
