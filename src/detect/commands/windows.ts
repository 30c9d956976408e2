import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';
import type { RiskFact } from './risk.ts';

/** Programs that run commands of PowerShell or of `cmd`; a cmdlet may also stand as a word of them. */
const SHELLS = 'pwsh powershell cmd';

/**
 * What the shells and tools of Windows do. Their text is not read as a tree: a cmdlet or a call anywhere in it counts,
 * and case never does.
 */
export const WINDOWS: readonly RiskFact<RiskView>[] = [
  ...factsOf<RiskView>('destructive', [
    [
      'windows-destructive',
      SHELLS,
      'Deletes, formats or stops by a command of Windows.',
      (view) =>
        /\b(?:remove-item|ri|rm|rd|rmdir|del|erase)\b[^|;\n]{0,300}\s-(?:r|rec|recurse|fo|force)\b/i.test(view.text) ||
        /\|\s{0,9}(?:remove-item|ri|del)\b/i.test(view.text) ||
        /\b(?:format-volume|clear-disk|initialize-disk|remove-partition|stop-computer|restart-computer|remove-vm|remove-aduser|remove-azresourcegroup|clear-recyclebin|disable-computerrestore)\b/i.test(
          view.text,
        ) ||
        /(?:^|[\s&|"])(?:rd|rmdir|del|erase)\s(?:[^&|\n]{0,200}\s)?\/s\b/i.test(view.text) ||
        /(?:^|[\s&|"])format\s{1,9}[a-z]:/i.test(view.text),
    ],
    [
      'windows-destructive',
      'reg diskpart bcdedit cipher fsutil wmic schtasks',
      'Deletes or changes what Windows starts from, or its store of settings.',
      (view) =>
        (view.name === 'reg' && /^delete\b/i.test(view.text)) ||
        (view.name === 'bcdedit' && /^\/(?:set|delete|deletevalue)\b/i.test(view.text)) ||
        (view.name === 'cipher' && /^\/w/i.test(view.text)) ||
        (view.name === 'diskpart' && /\/s\b/i.test(view.text)) ||
        (view.name === 'fsutil' && /\b(?:setzerodata|deletejournal)\b/i.test(view.text)) ||
        (view.name === 'wmic' && /\bdelete\b/i.test(view.text)) ||
        (view.name === 'schtasks' && /\/delete\b/i.test(view.text)),
    ],
  ]),
  ...factsOf<RiskView>('download-and-run', [
    [
      'windows-download',
      SHELLS,
      'Runs what a command of PowerShell fetches.',
      (view) =>
        /\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile|start-bitstransfer)\b/i.test(
          view.text,
        ) && /\b(?:iex|invoke-expression|start-process|saps)\b|\|\s{0,9}&|[;&]\s{0,9}(?:\.\\|&\s)/i.test(view.text),
    ],
  ]),
  ...factsOf<RiskView>('exfiltration', [
    [
      'windows-upload',
      SHELLS,
      'Sends a file by a command of PowerShell.',
      (view) =>
        /\b(?:uploadfile|uploadstring|uploaddata)\b/i.test(view.text) ||
        (/\b(?:invoke-webrequest|invoke-restmethod|iwr|irm)\b/i.test(view.text) &&
          /-infile\b|-body\b[^|;\n]{0,200}\b(?:get-content|gc|readallbytes|readalltext|\$env:)/i.test(view.text)),
    ],
  ]),
  ...factsOf<RiskView>('defence-evasion', [
    [
      'windows-guard-off',
      SHELLS,
      'Turns off a guard of Windows, or hides what it runs.',
      (view) =>
        /\b(?:set|add)-mppreference\b[^|;\n]{0,200}-(?:disable|exclusion)/i.test(view.text) ||
        /\bset-netfirewallprofile\b[^|;\n]{0,200}\bfalse\b|\bdisable-netfirewallrule\b|\buninstall-windowsfeature\b|\bamsi(?:utils|initfailed)\b/i.test(
          view.text,
        ) ||
        /\bset-executionpolicy\b[^|;\n]{0,100}\b(?:bypass|unrestricted)\b[^|;\n]{0,100}\blocalmachine\b/i.test(
          view.text,
        ) ||
        /(?:^|\s)-e(?:nc?|c|ncodedcommand)?\s{1,9}[a-z\d+/]{8,}={0,2}(?:\s|$)/i.test(view.text),
    ],
  ]),
  ...factsOf<RiskView>('history-and-audit-tampering', [
    [
      'windows-logs',
      SHELLS,
      'Empties logs or histories of Windows.',
      (view) =>
        /\b(?:clear-eventlog|remove-eventlog|clear-history|consolehost_history)\b|\bwevtutil(?:\.exe)?\s{1,9}cl\b|-historysavestyle\s{1,9}savenothing/i.test(
          view.text,
        ),
    ],
  ]),
  ...factsOf<RiskView>('privilege', [
    [
      'windows-administrators',
      `${SHELLS} net net1 runas`,
      'Makes or uses an account of administrators.',
      (view) =>
        /\b(?:add-localgroupmember|new-localuser|set-localuser)\b|-verb\s{1,9}runas\b/i.test(view.text) ||
        /^(?:user\s{1,9}\S{1,64}\s.{0,200}|localgroup\s.{0,200})\/add\b/i.test(view.text) ||
        (view.name === 'runas' && /\/user:\S{0,100}administrator/i.test(view.text)),
    ],
  ]),
  ...factsOf<RiskView>('persistence', [
    [
      'windows-start',
      `${SHELLS} schtasks reg sc`,
      'Makes Windows start a program by itself.',
      (view) =>
        /\b(?:register-scheduledtask|new-scheduledtask|new-service)\b|currentversion\\run/i.test(view.text) ||
        (view.name === 'schtasks' && /\/create\b/i.test(view.text)) ||
        (view.name === 'sc' && /^create\b/i.test(view.text)),
    ],
  ]),
  ...factsOf<RiskView>('credential-access', [
    [
      'windows-credentials',
      `${SHELLS} reg cmdkey vaultcmd ntdsutil`,
      'Takes passwords or keys out of a store of Windows.',
      (view) =>
        /\b(?:convertfrom-securestring|get-storedcredential|passwordvault|minidump)\b/i.test(view.text) ||
        /\bsave\s{1,9}"?hklm\\(?:sam|security|system)\b/i.test(view.text) ||
        (view.name === 'cmdkey' && /^\/list/i.test(view.text)) ||
        (view.name === 'vaultcmd' && /^\/listcreds/i.test(view.text)) ||
        (view.name === 'ntdsutil' && /\bifm\b/i.test(view.text)),
    ],
  ]),
];
