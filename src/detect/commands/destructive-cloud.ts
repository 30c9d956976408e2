import { anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Commands after which containers, parts of a cluster, machines or resources of a provider are gone. */
export const DESTRUCTIVE_CLOUD = factsOf<RiskView>('destructive', [
  [
    'containers',
    'docker podman nerdctl docker-compose',
    'Removes containers, images or volumes in the mass.',
    (view) =>
      (sub(view, 'system|volume|container|image|builder|network', 'prune') &&
        has(view, 'f', 'force', 'a', 'all', 'volumes')) ||
      sub(view, 'volume', 'rm|remove') ||
      sub(view, 'system', 'reset') ||
      sub(view, 'stack|service', 'rm|remove|down') ||
      (sub(view, 'swarm', 'leave') && has(view, 'f', 'force')) ||
      (sub(view, 'rm|rmi|kill|stop') && view.upstream.some((one) => /^(?:docker|podman|nerdctl)$/.test(one.name))) ||
      ((sub(view, 'compose', 'down|rm') || (view.name === 'docker-compose' && sub(view, 'down|rm'))) &&
        has(view, 'v', 'volumes')),
  ],
  [
    'cluster',
    'kubectl oc helm nomad k',
    'Removes parts of a cluster, or takes down what runs there.',
    destroysInCluster,
  ],
  [
    'infrastructure',
    'terraform tofu terragrunt pulumi cdk cdktf sam serverless sls aws gcloud az gsutil eksctl doctl heroku fly flyctl ibmcloud oci s3cmd rclone mc vercel firebase linode-cli hcloud netlify wrangler railway render scw ovhcloud exo civo aliyun tccli databricks',
    'Destroys resources of a cloud.',
    destroysCloud,
  ],
  [
    'virtual-machine',
    'vagrant virsh vboxmanage multipass qm pct lxc incus prlctl xe govc tart limactl',
    'Destroys a virtual machine with its disks.',
    (view) => {
      switch (view.name) {
        case 'vagrant':
          return sub(view, 'destroy') && has(view, 'f', 'force');
        case 'virsh':
          return (
            (sub(view, 'undefine') && has(view, 'remove-all-storage', 'storage', 'wipe-storage')) ||
            sub(view, 'vol-delete|vol-wipe|pool-delete|snapshot-delete')
          );
        case 'vboxmanage':
          return /\b(?:unregistervm|closemedium)\b.*--?delete\b/.test(view.text);
        case 'multipass':
          return sub(view, 'purge') || (sub(view, 'delete') && has(view, 'p', 'purge'));
        case 'govc':
          return sub(view, 'vm.destroy|datastore.rm');
        default:
          return sub(view, 'destroy|delete|vm-destroy|vm-uninstall') && !has(view, 'help');
      }
    },
  ],
  [
    'repository-removal',
    'gh glab',
    'Deletes a repository, a release or what else a forge holds.',
    (view) =>
      sub(view, 'repo|project', 'delete|archive') ||
      sub(view, 'release|secret|variable|ssh-key|gpg-key', 'delete|delete-asset') ||
      (sub(view, 'api') && /(?:^| )(?:-X ?|--method[= ])DELETE(?: |$)/i.test(view.text)),
  ],
  [
    'package-removal',
    'npm pnpm yarn cargo gem twine',
    'Takes a published package, or its owners, away from everyone.',
    (view) =>
      sub(view, 'unpublish|yank') ||
      sub(view, 'npm', 'unpublish') ||
      sub(view, 'owner', 'rm') ||
      (view.name === 'cargo' && sub(view, 'owner') && has(view, 'remove', 'r')),
  ],
]);

/** Kinds of a cluster that hold what runs or what is kept; pods and jobs are made again by what owns them. */
const KEPT_KINDS =
  /^(?:ns|namespaces?|nodes?|no|pvc?|persistentvolume(?:claim)?s?|crds?|customresourcedefinitions?|all|deploy(?:ment)?s?(?:\.apps)?|sts|statefulsets?|ds|daemonsets?|svc|services?|secrets?|cm|configmaps?|ing|ingress(?:es)?|sc|storageclass(?:es)?|clusterrole(?:binding)?s?)(?:[/,]|$)/;

function destroysInCluster(view: RiskView): boolean {
  if (view.name === 'helm')
    // The value of a global option may stand in front.
    return (
      view.operands.slice(0, 3).some((word) => /^(?:uninstall|delete|del|un)$/.test(word)) && !has(view, 'dry-run')
    );
  if (view.name === 'nomad') return (sub(view, 'job', 'stop') || sub(view, 'stop')) && has(view, 'purge');
  if (anyWord(view, /^--dry-run(?:=client|=server)?$/)) return false;
  return (
    (sub(view, 'delete') &&
      (has(view, 'all', 'all-namespaces', 'A', 'f', 'filename', 'k', 'kustomize') ||
        KEPT_KINDS.test(view.operands[1] ?? ''))) ||
    (sub(view, 'drain') && (has(view, 'force') || has(view, 'delete-emptydir-data', 'delete-local-data'))) ||
    (sub(view, 'replace') && has(view, 'force')) ||
    (sub(view, 'scale') && /--replicas[= ]0(?: |$)/.test(view.text))
  );
}

function destroysCloud(view: RiskView): boolean {
  const { name } = view;
  if (/^(?:terraform|tofu|terragrunt|pulumi|cdk|cdktf|sam|serverless|sls)$/.test(name))
    return (
      anyWord(view, /^(?:destroy|delete|remove|destroy-all)$/) ||
      (anyWord(view, /^apply$/) && has(view, 'destroy')) ||
      sub(view, 'state', 'rm|push|delete') ||
      sub(view, 'stack', 'rm') ||
      sub(view, 'workspace', 'delete')
    );
  if (name === 'aws') return destroysInAws(view);
  if (name === 'gcloud')
    return view.operands.includes('delete') || (sub(view, 'storage', 'rm') && has(view, 'r', 'recursive'));
  if (name === 'az') return view.operands.slice(1).some((word) => /^(?:delete|delete-batch|purge)$/.test(word));
  if (name === 'gsutil')
    return (view.operands.includes('rm') && has(view, 'r', 'R', 'a')) || view.operands.includes('rb');
  if (name === 's3cmd') return (sub(view, 'del|rm') && has(view, 'r', 'recursive', 'force')) || sub(view, 'rb');
  if (name === 'rclone') return sub(view, 'purge|delete|cleanup|rmdirs') && !has(view, 'n', 'dry-run');
  if (name === 'mc') return sub(view, 'rm|rb') && has(view, 'r', 'recursive', 'force');
  if (name === 'heroku') return anyWord(view, /^(?:apps:destroy|pg:reset|addons:destroy)$/);
  if (/^(?:firebase|netlify|wrangler)$/.test(name))
    return anyWord(view, /:(?:delete|disable)$/) || view.operands.slice(0, 4).includes('delete');
  if (name === 'vercel') return sub(view, 'remove|rm') || sub(view, 'project|domains|env|dns', 'rm|remove');
  return view.operands.some((word) => /^(?:delete|destroy|terminate)$/.test(word));
}

function destroysInAws(view: RiskView): boolean {
  const call = view.operands[1] ?? '';
  return (
    (sub(view, 's3', 'rm') && has(view, 'recursive')) ||
    (sub(view, 's3', 'rb') && has(view, 'force')) ||
    (sub(view, 's3', 'sync') && has(view, 'delete')) ||
    sub(view, 'ec2', 'terminate-instances') ||
    sub(view, 's3api', 'delete-objects|delete-bucket') ||
    call === 'batch-delete-image' ||
    /^(?:delete|terminate|deregister|schedule)-(?:db|cluster|stack|bucket|volume|snapshot|vpc|key|table|file-system|user|role|policy|repository|function|secret|log-group|trail|cache|nodegroup|service|hosted-zone|backup|recovery|job-flows|distribution|instance|environment|application|domain|identity)/.test(
      call,
    )
  );
}
