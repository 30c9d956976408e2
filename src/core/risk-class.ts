/** What can be bad about a command. All but `recon` count as dangerous. */
export const RISK_CLASSES = [
  'destructive',
  'exfiltration',
  'download-and-run',
  'privilege',
  'persistence',
  'credential-access',
  'history-and-audit-tampering',
  'defence-evasion',
  'container-escape',
  'recon',
] as const;
export type RiskClass = (typeof RISK_CLASSES)[number];
