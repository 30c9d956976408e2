import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compileBundle } from '../compile/index.ts';
import type { Bundle } from '../compile/index.ts';
import { PolicyInvalid } from '../core/error.ts';
import { ruleId } from '../core/ids.ts';
import type { Sha256 } from '../core/ids.ts';
import type { FileRule, RuleTable } from '../core/rule-table.ts';
import { ruleIndex } from '../decide/index.ts';
import type { RuleIndex } from '../decide/index.ts';
import { formatDiagnostic, parsePolicyBytes } from '../policy/index.ts';

/** A policy that was put in force: compiled, indexed, and where it came from. */
export interface InForce {
  readonly bundle: Bundle;
  readonly index: RuleIndex;
  readonly file: string;
}

/**
 * Reads, checks and compiles a policy file.
 *
 * @param stateFolder is protected by a rule of our own, whatever the policy says.
 * @throws {PolicyInvalid} with every diagnostic in its message.
 */
export function loadPolicy(file: string, stateFolder: string): InForce {
  const bytes = readPolicyBytes(file);
  const result = parsePolicyBytes(bytes);
  if (!result.ok) {
    const text = bytes.toString('utf8');
    const shown = result.diagnostics.map((one) => formatDiagnostic(one, file, text)).join('\n');
    const count = result.diagnostics.length;
    throw new PolicyInvalid(`the policy has ${count} fault${count === 1 ? '' : 's'}\n${shown}`, {
      hint: 'mend the file; what was in force before stays so',
    });
  }
  const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
  const bundle = compileBundle(result.policy, sha256);
  return { bundle, index: ruleIndex(withOwnRules(bundle.table, stateFolder)), file };
}

/** Adds the rules that keep the agent away from what watches it. They hold for every policy and are no part of a bundle. */
function withOwnRules(table: RuleTable, stateFolder: string): RuleTable {
  const own = (access: 'read' | 'write'): FileRule => ({
    id: ruleId('decide/own-state'),
    verdict: 'deny',
    mode: 'enforce',
    access,
    paths: [`${stateFolder}/**`, ...(access === 'write' ? ['/etc/claude-code/**'] : [])],
    except: [],
    reason: 'The state of the guard is not for the agent.',
  });
  return { ...table, files: [...table.files, own('read'), own('write')] };
}

function readPolicyBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new PolicyInvalid(`the policy file \`${file}\` cannot be read`, {
      cause,
      hint: 'check the path and its rights',
    });
  }
}
