import type { Json, JsonObject } from '../../core/json.ts';
import type { Policy } from '../../policy/index.ts';
import { jsonFile, textFile } from './target.ts';
import type { Target, TargetGap } from './target.ts';

/**
 * Limits for containers that the agent or the developer starts: flags for `docker run` and `podman run`, a fragment for
 * Compose, a fragment of a Kubernetes pod. They bind whoever uses them; that nobody does without is the guard's rule.
 */
export const containerLimits: Target = {
  name: 'container-limits',
  about: 'limits for containers: run flags, a Compose fragment, a pod fragment',
  compile({ policy }) {
    return {
      files: [
        textFile('run.flags', 'words after `docker run` or `podman run`, before the image', runFlags(policy)),
        jsonFile(
          'compose.json',
          'beside your Compose file: each service of it `extends: { file: compose.json, service: limits }`',
          compose(policy),
        ),
        jsonFile('pod.json', 'merged into the specification of a pod', pod(policy)),
        jsonFile('pod-container.json', 'merged into each container of the pod', podContainer(policy)),
      ],
      gaps: gapsOf(policy),
    };
  },
};

function runFlags({ containers }: Policy): string {
  const { limits } = containers;
  const flags = ['--security-opt=no-new-privileges'];
  if (containers.capabilities === 'deny') flags.push('--cap-drop=ALL');
  if (containers.hostNamespaces === 'deny') flags.push('--ipc=private', '--cgroupns=private');
  // Without the second flag a container gets as much again from swap.
  if (limits.memoryMb !== null) flags.push(`--memory=${limits.memoryMb}m`, `--memory-swap=${limits.memoryMb}m`);
  if (limits.cpus !== null) flags.push(`--cpus=${limits.cpus}`);
  if (limits.pids !== null) flags.push(`--pids-limit=${limits.pids}`);
  return flags.map((flag) => `${flag}\n`).join('');
}

function compose({ containers }: Policy): JsonObject {
  const { limits } = containers;
  const common: Record<string, Json> = { security_opt: ['no-new-privileges:true'] };
  if (containers.privileged === 'deny') common['privileged'] = false;
  if (containers.capabilities === 'deny') common['cap_drop'] = ['ALL'];
  if (containers.hostNamespaces === 'deny') common['ipc'] = 'private';
  if (limits.memoryMb !== null) {
    common['mem_limit'] = `${limits.memoryMb}m`;
    common['memswap_limit'] = `${limits.memoryMb}m`;
  }
  if (limits.cpus !== null) common['cpus'] = limits.cpus;
  if (limits.pids !== null) common['pids_limit'] = limits.pids;
  return { services: { limits: common } };
}

/** What holds for all containers of a pod. */
function pod({ containers }: Policy): JsonObject {
  const spec: Record<string, Json> = {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  };
  if (containers.hostNamespaces === 'deny') Object.assign(spec, { hostNetwork: false, hostPID: false, hostIPC: false });
  return { spec };
}

/** What Kubernetes takes for one container alone; there is no name that stands for all of them. */
function podContainer({ containers }: Policy): JsonObject {
  const { limits } = containers;
  const bounds: Record<string, Json> = {};
  if (limits.memoryMb !== null) bounds['memory'] = `${limits.memoryMb}Mi`;
  if (limits.cpus !== null) bounds['cpu'] = String(limits.cpus);
  const security: Record<string, Json> = { allowPrivilegeEscalation: false };
  if (containers.privileged === 'deny') security['privileged'] = false;
  if (containers.capabilities === 'deny') security['capabilities'] = { drop: ['ALL'] };
  return { securityContext: security, resources: { limits: bounds } };
}

function gapsOf({ containers }: Policy): readonly TargetGap[] {
  const gaps: TargetGap[] = [
    {
      subject: 'containers',
      why: 'a later flag of the same command beats these: the rule container/escape is what refuses it',
    },
    {
      subject: 'pod.json',
      why: 'a container that names another profile or user beats it: admission, such as the restricted pod security standard, is what refuses it',
    },
  ];
  if (containers.hostMounts !== 'allow')
    gaps.push({ subject: 'containers.host_mounts', why: 'a mount is asked for by a flag; none can forbid it' });
  if (containers.devices !== 'allow')
    gaps.push({ subject: 'containers.devices', why: 'a device is asked for by a flag; none can forbid it' });
  for (const [name, value] of Object.entries(containers.limits)) {
    if (value === null)
      gaps.push({ subject: `containers.limits.${LIMIT_NAMES[name] ?? name}`, why: 'the policy names no limit' });
  }
  if (containers.limits.pids !== null)
    gaps.push({ subject: 'containers.limits.pids', why: 'a pod takes it from its node, not from its own text' });
  return gaps;
}

const LIMIT_NAMES: Readonly<Record<string, string>> = { memoryMb: 'memory_mb', cpus: 'cpus', pids: 'pids' };
