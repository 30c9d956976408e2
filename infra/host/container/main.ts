import { launchContainer } from './launch-container.ts';

process.exitCode = launchContainer(process.argv.slice(2), {
  podman: '/usr/bin/podman',
  limitsFile: '/etc/sallyport/container/run.flags',
  workspace: process.cwd(),
  environment: process.env,
});
