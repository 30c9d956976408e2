import { ESCAPES } from './place-name.ts';
import { any, anyWord, has, sourceOf, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Commands that reach from a container to the machine below it, or open the way. */
export const CONTAINER_ESCAPE = factsOf<RiskView>('container-escape', [
  [
    'open-container',
    'docker podman nerdctl ctr crictl docker-compose lxc',
    'Starts a container that the machine below is open to.',
    (view) =>
      has(view, 'privileged') ||
      anyWord(
        view,
        /^(?:--(?:pid|ipc|uts|userns|cgroupns)=host|--cap-add=(?:ALL|(?:CAP_)?(?:SYS_ADMIN|SYS_PTRACE|SYS_MODULE|DAC_READ_SEARCH|SYS_RAWIO))|--security-opt=(?:apparmor|seccomp)[=:]unconfined|--device=\/dev\/(?:[shv]d|nvme|mem|kmsg|dm-).*)$/i,
      ) ||
      hasPair(view, /^--(?:pid|ipc|uts|userns)$/, /^host$/) ||
      hasPair(
        view,
        /^--cap-add$/,
        /^(?:ALL|(?:CAP_)?(?:SYS_ADMIN|SYS_PTRACE|SYS_MODULE|DAC_READ_SEARCH|SYS_RAWIO))$/i,
      ) ||
      hasPair(view, /^--security-opt$/, /unconfined|label[=:]disable|no-new-privileges[=:]false/) ||
      hasPair(view, /^--device$/, /^\/dev\/(?:[shv]d|nvme|mem|kmsg|dm-)/) ||
      mountsHost(view) ||
      (view.name === 'lxc' && /security\.privileged=true|source=\/(?:\s|$)/.test(view.text)),
  ],
  [
    'open-pod',
    'kubectl oc helm',
    'Starts a pod that the machine below is open to.',
    (view) =>
      /"?(?:hostPID|hostNetwork|hostIPC|privileged|allowPrivilegeEscalation)"?\s*[:=]\s*true|hostPath/.test(
        `${sourceOf(view)} ${view.command.input?.text ?? ''}`,
      ) ||
      (sub(view, 'debug') && anyWord(view, /^node\//)),
  ],
  [
    'other-namespaces',
    'nsenter',
    'Enters the namespaces of what else runs on the machine.',
    (view) => anyWord(view, /^(?:-t1?|--target(?:=1)?|1|\$\?)$/) || has(view, 't', 'target', 'a', 'all'),
  ],
  [
    'host-socket',
    '*',
    'Talks to what runs the containers, which is as good as root.',
    (view) =>
      (anyWord(view, /(?:docker|containerd|crio|podman)\.sock/) &&
        !/^(?:ls|stat|echo|test|\[|find|grep|docker|usermod|printf|file)$/.test(view.name)) ||
      (view.name === 'docker' &&
        /-v[ =]?\/var\/run\/docker\.sock|--volume[ =]\/var\/run\/docker\.sock|docker\.sock:/.test(view.text)),
  ],
  [
    'kernel-door',
    '*',
    'Writes to a file by which the kernel starts a program outside of the container.',
    (view) => any(view.writes, ESCAPES) && !any(view.writes, /sysrq-trigger$/),
  ],
  [
    'host-disk',
    'mount debugfs',
    'Opens a disk of the machine itself.',
    (view) =>
      (view.name === 'debugfs'
        ? view.operands.length > 0 && any(view.operands, /^\/dev\//)
        : /cgroup/.test(view.text) && /rdma|release|memory/.test(view.text)) ||
      (view.name === 'mount' && anyWord(view, /^\/dev\/dm-\d/)),
  ],
  [
    'host-root',
    'chroot',
    'Works in the file system of the machine below.',
    (view) => /^\/(?:host(?:fs|root|-root)?|proc\/1\/root|rootfs)\/?$/.test(view.operands[0] ?? ''),
  ],
  [
    'user-namespace',
    'unshare',
    'Makes a namespace in which it is root.',
    (view) =>
      (has(view, 'U', 'user') || has(view, 'r', 'map-root-user')) &&
      (has(view, 'm', 'mount', 'C', 'cgroup') || has(view, 'r', 'map-root-user')),
  ],
]);

function hasPair(view: RiskView, option: RegExp, value: RegExp): boolean {
  return view.words.some((word, at) => option.test(word) && value.test(view.words[at + 1] ?? ''));
}

/** A mount of the whole machine, or of a folder by which it can be taken over. */
function mountsHost(view: RiskView): boolean {
  const source =
    /^(?:-v|--volume=|--mount=.*(?:source|src)=)?(\/|\/(?:etc|root|proc|sys|dev|boot|var\/lib\/(?:docker|kubelet)|var\/run|home)\/?)(?::|,|$)/;
  return view.words.some((word, at) => {
    const before = view.words[at - 1] ?? '';
    if (/^(?:-v|--volume)$/.test(before))
      return /^(?:\/|\/(?:etc|root|proc|sys|dev|boot|var\/lib\/(?:docker|kubelet)|var\/run)\/?):/.test(word);
    if (before === '--mount') return /(?:source|src)=(?:\/|\/etc|\/root|\/proc|\/sys|\/dev)(?:,|$)/.test(word);
    return /^(?:-v.|--volume=|--mount=)/.test(word) && source.test(word);
  });
}
