// Writes what is generated from code: docs/cli.md here, the schema and the reference of policies by scripts/schema.ts.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandReference } from '../src/cli/command-reference.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
writeFileSync(`${root}docs/cli.md`, commandReference());
process.exitCode = spawnSync(process.execPath, ['scripts/schema.ts'], { cwd: root, stdio: 'inherit' }).status ?? 1;
