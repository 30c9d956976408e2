import { launchContainer } from './launch-container.ts';
import { wordsBehindColons } from './words-behind-colons.ts';

process.exitCode = launchContainer(wordsBehindColons(process.argv.slice(2)), {
  podman: '/usr/bin/podman',
  limitsFile: '/etc/sallyport/container/run.flags',
  workspace: process.cwd(),
  environment: process.env,
});
