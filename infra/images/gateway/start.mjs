// The entry point of the gateway's container: `gateway` and its options come as arguments, the bundle by the environment.
import { runWithBundle } from '../bundle.mjs';

try {
  const argv = process.argv.slice(2);
  if (argv[0] !== 'gateway') throw new Error('the first argument is `gateway`, and its options follow');
  process.exitCode = await runWithBundle({ env: process.env, folder: '/run/sallyport', argv });
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
