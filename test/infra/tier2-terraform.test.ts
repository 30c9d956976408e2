import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startProvider } from './lib/provider-server.ts';
import type { ProviderServer } from './lib/provider-server.ts';
import { moduleTest, planOf, providerSkip, TERRAFORM_ROOT } from './lib/terraform.ts';
import { providerVersion, terraformVersion } from './lib/terraform-program.ts';

/** Tested at once and without a provider in tier 1. */
const PROVIDER_FREE = ['modules/policy-rules'];

/** A module inside a module that has no tests of its own is checked with the one that calls it. */
const paths = [
  ...globSync(['modules/*/versions.tf', 'stacks/*/versions.tf'], { cwd: TERRAFORM_ROOT }).map(dirname),
  ...globSync('modules/**/tests/*.tftest.hcl', { cwd: TERRAFORM_ROOT }).map((file) => dirname(dirname(file))),
]
  .filter((path, index, all) => all.indexOf(path) === index && !PROVIDER_FREE.includes(path))
  .sort();

test('the programs of this tier', { skip: providerSkip() }, (t) => {
  t.diagnostic(`infra: Terraform = ${terraformVersion()}`);
  t.diagnostic(`infra: provider for AWS = ${providerVersion() ?? ''}`);
});

describe('modules and stacks by themselves', () => {
  const servers: ProviderServer[] = [];
  before(async () => {
    if (providerSkip() === false) servers.push(await startProvider());
  });
  after(async () => await servers[0]?.stop());
  for (const path of paths) {
    test(`${path} is valid and passes its own tests`, { skip: providerSkip() }, async (t) => {
      const { passed, failures } = await moduleTest(path, { provider: false, env: servers[0]?.env ?? {} });
      assert.deepEqual(failures, []);
      assert.ok(passed.length > 0, 'no run of terraform test');
      t.diagnostic(`infra: runs of terraform test = ${passed.length}`);
    });
  }
});

for (const example of ['minimal', 'full'] as const) {
  test(
    `examples/${example} can be planned without an account and without a network`,
    { skip: providerSkip() },
    async (t) => {
      const { resources, resource_changes: changes = [] } = await planOf(example);
      const managed = resources.filter(({ mode }) => mode === 'managed');
      assert.ok(managed.length > 0, 'the plan is empty');
      const creating = changes.filter(({ mode }) => mode === 'managed');
      assert.deepEqual(
        creating.filter(({ change }) => change.actions.join() !== 'create').map(({ address }) => address),
        [],
      );
      t.diagnostic(`infra: resources in the plan of ${example} = ${managed.length}`);
      t.diagnostic(
        `infra: resource types in the plan of ${example} = ${new Set(managed.map(({ type }) => type)).size}`,
      );
    },
  );
}

test('whatever holds data or keys is kept from being deleted in examples/full', { skip: providerSkip() }, async () => {
  const { resources } = await planOf('full');
  const unkept = Object.entries(KEEPING).flatMap(([type, isKept]) =>
    resources
      .filter((one) => one.type === type && one.mode === 'managed' && !isKept(one.values))
      .map(({ address }) => address),
  );
  assert.deepEqual(unkept, []);
});

/** How each kind of resource says that it may not simply go. */
const KEEPING: Readonly<Record<string, (values: Readonly<Record<string, unknown>>) => boolean>> = {
  aws_kms_key: (of) => of['deletion_window_in_days'] === 30 && of['enable_key_rotation'] === true,
  aws_lb: (of) => of['enable_deletion_protection'] === true,
  aws_networkfirewall_firewall: (of) =>
    of['delete_protection'] === true &&
    of['subnet_change_protection'] === true &&
    of['firewall_policy_change_protection'] === true,
  aws_rds_cluster: (of) => of['deletion_protection'] === true && of['storage_encrypted'] === true,
  aws_s3_bucket: (of) => of['force_destroy'] !== true,
};
