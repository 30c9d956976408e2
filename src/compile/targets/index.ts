import { auditd } from './auditd.ts';
import {
  hooksTarget,
  installedTarget,
  managedMcpTarget,
  managedSettingsTarget,
  ruleTableTarget,
  sandboxTarget,
} from './client-documents.ts';
import { claudeDesktop } from './claude-desktop.ts';
import { containerLimits } from './container-limits.ts';
import { dnsList } from './dns-list.ts';
import { egressProxy } from './egress-proxy.ts';
import { floorSettings } from './floor-settings.ts';
import { iam } from './iam.ts';
import { macosProfile } from './macos-profile.ts';
import { shellProfile } from './shell-profile.ts';
import { suricata } from './suricata.ts';
import type { Target } from './target.ts';
import { terraform } from './terraform.ts';
import { windowsPolicy } from './windows-policy.ts';

/** Everything that a policy compiles to, in the order in which it is shown. */
export const TARGETS: readonly Target[] = [
  managedSettingsTarget,
  floorSettings,
  managedMcpTarget,
  hooksTarget,
  sandboxTarget,
  installedTarget,
  macosProfile,
  windowsPolicy,
  claudeDesktop,
  auditd,
  shellProfile,
  containerLimits,
  dnsList,
  suricata,
  egressProxy,
  iam,
  terraform,
  ruleTableTarget,
];
