import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ARCHIVE, BREAK_GLASS, TRAIL, keyArn } from './lib/audit-documents.ts';
import { isEventMatch, MAX_PATTERN_LENGTH } from './lib/event-pattern.ts';
import { evaluate } from './lib/iam.ts';
import { renderDocuments, terraformSkip } from './lib/terraform.ts';
import { trailEvent } from './lib/trail-event.ts';
import type { TrailCall } from './lib/trail-event.ts';

const BUCKET = `sallyport-audit-${ARCHIVE}`;
const ROOT = { type: 'Root', principalId: ARCHIVE, arn: `arn:aws:iam::${ARCHIVE}:root`, accountId: ARCHIVE };

/** Calls that raise an alarm, and the watch that raises it. */
const TOLD: readonly ({ readonly watch: string; readonly name: string } & TrailCall)[] = [
  {
    watch: 'archive-objects',
    name: 'a version is deleted',
    service: 's3',
    call: 'DeleteObject',
    request: { bucketName: BUCKET, key: 'records/x', versionId: 'v1' },
  },
  {
    watch: 'archive-objects',
    name: 'versions are deleted in a batch',
    service: 's3',
    call: 'DeleteObjects',
    request: { bucketName: BUCKET, delete: '' },
  },
  {
    watch: 'archive-objects',
    name: 'a lock is shortened',
    service: 's3',
    call: 'PutObjectRetention',
    request: { bucketName: BUCKET, key: 'records/x', retention: '' },
  },
  {
    watch: 'archive-objects',
    name: 'a legal hold is lifted',
    service: 's3',
    call: 'PutObjectLegalHold',
    request: { bucketName: BUCKET },
  },
  {
    watch: 'archive-objects',
    name: 'a version of the copy is deleted',
    service: 's3',
    call: 'DeleteObject',
    request: { bucketName: `sallyport-audit-replica-${ARCHIVE}` },
    region: 'eu-west-1',
  },
  {
    watch: 'archive-buckets',
    name: 'the default lock is weakened',
    service: 's3',
    call: 'PutBucketObjectLockConfiguration',
    request: { bucketName: BUCKET },
  },
  {
    watch: 'archive-buckets',
    name: 'versions are suspended',
    service: 's3',
    call: 'PutBucketVersioning',
    request: { bucketName: BUCKET, VersioningConfiguration: { Status: 'Suspended' } },
  },
  {
    watch: 'archive-buckets',
    name: 'a lifecycle rule is set',
    service: 's3',
    call: 'PutBucketLifecycle',
    request: { bucketName: BUCKET },
  },
  {
    watch: 'archive-buckets',
    name: 'the policy is deleted',
    service: 's3',
    call: 'DeleteBucketPolicy',
    request: { bucketName: BUCKET },
  },
  {
    watch: 'archive-buckets',
    name: 'the copies are ended',
    service: 's3',
    call: 'DeleteBucketReplication',
    request: { bucketName: BUCKET },
  },
  {
    watch: 'archive-buckets',
    name: 'a bucket that nobody watches is to be copied, whereto it likes',
    service: 's3',
    call: 'PutBucketReplication',
    request: { bucketName: 'somebody-elses', replication: '' },
  },
  {
    watch: 'archive-buckets',
    name: 'one in the region of the copies is to be copied',
    service: 's3',
    call: 'PutBucketReplication',
    request: { bucketName: 'somebody-elses', ReplicationConfiguration: '' },
    region: 'eu-west-1',
  },
  {
    watch: 'archive-refusals',
    name: 'somebody may not write',
    service: 's3',
    call: 'PutObject',
    request: { bucketName: BUCKET, key: 'x' },
    error: 'AccessDenied',
  },
  {
    watch: 'keys',
    name: 'a key is to be deleted',
    service: 'kms',
    call: 'ScheduleKeyDeletion',
    request: { keyId: keyArn(1), pendingWindowInDays: 7 },
  },
  { watch: 'keys', name: 'a key is disabled', service: 'kms', call: 'DisableKey', request: { keyId: keyArn(1) } },
  {
    watch: 'keys',
    name: 'a key policy is replaced',
    service: 'kms',
    call: 'PutKeyPolicy',
    request: { keyId: keyArn(1), policyName: 'default' },
  },
  {
    watch: 'keys',
    name: 'KMS itself deletes a key',
    service: 'kms',
    call: 'DeleteKey',
    detailType: 'AWS Service Event via CloudTrail',
  },
  {
    watch: 'trails',
    name: 'the trail is stopped',
    service: 'cloudtrail',
    call: 'StopLogging',
    request: { name: TRAIL },
  },
  {
    watch: 'trails',
    name: 'the trail is deleted',
    service: 'cloudtrail',
    call: 'DeleteTrail',
    request: { name: TRAIL },
  },
  {
    watch: 'trails',
    name: 'the trail writes elsewhere',
    service: 'cloudtrail',
    call: 'UpdateTrail',
    request: { name: TRAIL, s3BucketName: 'other' },
  },
  {
    watch: 'trails',
    name: 'the trail no longer sees objects',
    service: 'cloudtrail',
    call: 'PutEventSelectors',
    request: { trailName: 'sallyport-trail' },
  },
  {
    watch: 'streams',
    name: 'a stream is deleted',
    service: 'firehose',
    call: 'DeleteDeliveryStream',
    request: { deliveryStreamName: 'sallyport-audit' },
  },
  {
    watch: 'streams',
    name: 'a stream writes elsewhere',
    service: 'firehose',
    call: 'UpdateDestination',
    request: { deliveryStreamName: 'sallyport-audit' },
  },
  {
    watch: 'log-groups',
    name: 'the recording is cut off',
    service: 'logs',
    call: 'DeleteSubscriptionFilter',
    request: { logGroupName: '/sallyport/sessions', filterName: 'x' },
  },
  {
    watch: 'log-groups',
    name: 'a log group of the network is deleted',
    service: 'logs',
    call: 'DeleteLogGroup',
    request: { logGroupName: '/aws/vendedlogs/sallyport/vpc-flow' },
  },
  {
    watch: 'dns-firewall',
    name: 'the DNS Firewall fails open',
    service: 'route53resolver',
    call: 'UpdateFirewallConfig',
    request: { resourceId: 'vpc-1', firewallFailOpen: 'ENABLED' },
  },
  {
    watch: 'dns-firewall',
    name: 'a name is added',
    service: 'route53resolver',
    call: 'UpdateFirewallDomains',
    request: { firewallDomainListId: 'rslvr-fdl-1', operation: 'ADD' },
  },
  {
    watch: 'dns-firewall',
    name: 'the rules are taken off the network',
    service: 'route53resolver',
    call: 'DisassociateFirewallRuleGroup',
  },
  {
    watch: 'dns-firewall',
    name: 'the log of queries ends',
    service: 'route53resolver',
    call: 'DisassociateResolverQueryLogConfig',
  },
  {
    watch: 'network-firewall',
    name: 'the policy of the firewall is changed',
    service: 'network-firewall',
    call: 'UpdateFirewallPolicy',
  },
  { watch: 'network-firewall', name: 'a rule group is changed', service: 'network-firewall', call: 'UpdateRuleGroup' },
  {
    watch: 'network-firewall',
    name: 'the log of the firewall ends',
    service: 'network-firewall',
    call: 'UpdateLoggingConfiguration',
  },
  {
    watch: 'network-firewall',
    name: 'a zone leaves the firewall',
    service: 'network-firewall',
    call: 'DisassociateSubnets',
  },
  {
    watch: 'network-firewall',
    name: 'its protection against changes ends',
    service: 'network-firewall',
    call: 'UpdateFirewallPolicyChangeProtection',
  },
  {
    watch: 'network-paths',
    name: 'a route goes around the firewall',
    service: 'ec2',
    call: 'ReplaceRoute',
    request: { routeTableId: 'rtb-1' },
  },
  {
    watch: 'network-paths',
    name: 'a subnet gets another route table',
    service: 'ec2',
    call: 'ReplaceRouteTableAssociation',
  },
  {
    watch: 'network-paths',
    name: 'a second internet gateway is attached',
    service: 'ec2',
    call: 'AttachInternetGateway',
  },
  { watch: 'network-paths', name: 'a network is peered', service: 'ec2', call: 'AcceptVpcPeeringConnection' },
  { watch: 'network-paths', name: 'the policy of an endpoint is widened', service: 'ec2', call: 'ModifyVpcEndpoint' },
  { watch: 'network-paths', name: 'flow logs are deleted', service: 'ec2', call: 'DeleteFlowLogs' },
  {
    watch: 'network-paths',
    name: 'a security group is opened outwards',
    service: 'ec2',
    call: 'AuthorizeSecurityGroupEgress',
  },
  ...(['RegisterTargets', 'ModifyListener', 'AddListenerCertificates', 'SetSecurityGroups'] as const).map((call) => ({
    watch: 'load-balancers',
    name: `somebody leads a load balancer elsewhere: ${call}`,
    service: 'elasticloadbalancing',
    call,
  })),
  {
    watch: 'load-balancers',
    name: 'a service does so for somebody',
    service: 'elasticloadbalancing',
    call: 'RegisterTargets',
    identity: { type: 'AssumedRole', invokedBy: 'cloudformation.amazonaws.com' },
  },
  ...(
    [
      'PutFileSystemPolicy',
      'CreateAccessPoint',
      'CreateReplicationConfiguration',
      'ModifyMountTargetSecurityGroups',
    ] as const
  ).map((call) => ({
    watch: 'file-systems',
    name: `somebody opens a file system: ${call}`,
    service: 'elasticfilesystem',
    call,
  })),
  { watch: 'file-systems', name: 'a backup is brought back elsewhere', service: 'backup', call: 'StartRestoreJob' },
  ...(['ChangeResourceRecordSets', 'AssociateVPCWithHostedZone', 'CreateHostedZone'] as const).map((call) => ({
    watch: 'zones',
    name: `a name is answered otherwise: ${call}`,
    service: 'route53',
    call,
    region: 'us-east-1',
  })),
  ...(['CreateIdentityPool', 'SetPrincipalTagAttributeMap', 'SetIdentityPoolRoles'] as const).map((call) => ({
    watch: 'identities',
    name: `a pool gives out tags: ${call}`,
    service: 'cognito-identity',
    call,
  })),
  {
    watch: 'host-defaults',
    name: 'a host takes version 1 of the metadata service',
    service: 'ec2',
    call: 'ModifyInstanceMetadataOptions',
  },
  {
    watch: 'host-defaults',
    name: 'disks are no longer encrypted',
    service: 'ec2',
    call: 'DisableEbsEncryptionByDefault',
  },
  {
    watch: 'session-documents',
    name: 'the session document is changed',
    service: 'ssm',
    call: 'UpdateDocument',
    request: { name: 'sallyport-session' },
  },
  {
    watch: 'session-documents',
    name: 'another version of it is made the default',
    service: 'ssm',
    call: 'UpdateDocumentDefaultVersion',
  },
  {
    watch: 'other-sessions',
    name: 'a session forwards a port',
    service: 'ssm',
    call: 'StartSession',
    request: { target: 'i-1', documentName: 'AWS-StartPortForwardingSession' },
  },
  {
    watch: 'other-sessions',
    name: 'a session names no document',
    service: 'ssm',
    call: 'StartSession',
    request: { target: 'i-1' },
  },
  {
    watch: 'other-sessions',
    name: 'a command is sent',
    service: 'ssm',
    call: 'SendCommand',
    request: { documentName: 'AWS-RunShellScript' },
  },
  {
    watch: 'other-sessions',
    name: 'a maintenance window is given a command',
    service: 'ssm',
    call: 'RegisterTaskWithMaintenanceWindow',
    request: { taskArn: 'AWS-RunShellScript', taskType: 'RUN_COMMAND' },
  },
  {
    watch: 'alarms',
    name: 'alarms are muted',
    service: 'monitoring',
    call: 'PutAlarmMuteRule',
    request: { name: 'quiet' },
  },
  {
    watch: 'kill-switch',
    name: 'everything is stopped',
    service: 'ssm',
    call: 'StartAutomationExecution',
    request: { documentName: 'sallyport-kill-switch-stop-everything' },
  },
  {
    watch: 'kill-switch',
    name: 'it is started by its ARN',
    service: 'ssm',
    call: 'StartAutomationExecution',
    request: { documentName: `arn:aws:ssm:eu-central-1:${ARCHIVE}:document/sallyport-kill-switch-resume` },
  },
  {
    watch: 'models',
    name: 'model calls are no longer logged',
    service: 'bedrock',
    call: 'DeleteModelInvocationLoggingConfiguration',
  },
  { watch: 'models', name: 'an inference profile is made', service: 'bedrock', call: 'CreateInferenceProfile' },
  {
    watch: 'roles',
    name: 'a role of ours gets a policy',
    service: 'iam',
    call: 'PutRolePolicy',
    request: { roleName: 'sallyport-gateway-task', policyName: 'x' },
    region: 'us-east-1',
  },
  {
    watch: 'roles',
    name: 'a role of ours loses its boundary',
    service: 'iam',
    call: 'DeleteRolePermissionsBoundary',
    request: { roleName: 'sallyport-host' },
    region: 'us-east-1',
  },
  {
    watch: 'roles',
    name: 'a role that was named is trusted by somebody else',
    service: 'iam',
    call: 'UpdateAssumeRolePolicy',
    request: { roleName: 'deployer' },
    region: 'us-east-1',
  },
  {
    watch: 'roles',
    name: 'a policy of ours gets another version',
    service: 'iam',
    call: 'CreatePolicyVersion',
    request: { policyArn: `arn:aws:iam::${ARCHIVE}:policy/sallyport-host-boundary`, setAsDefault: true },
    region: 'us-east-1',
  },
  {
    watch: 'identities',
    name: 'a user is made',
    service: 'iam',
    call: 'CreateUser',
    request: { userName: 'x' },
    region: 'us-east-1',
  },
  {
    watch: 'identities',
    name: 'an access key is made',
    service: 'iam',
    call: 'CreateAccessKey',
    request: { userName: 'x' },
    region: 'us-east-1',
  },
  {
    watch: 'identities',
    name: 'a lasting key of Bedrock is made',
    service: 'iam',
    call: 'CreateServiceSpecificCredential',
    request: { userName: 'x', serviceName: 'bedrock.amazonaws.com' },
    region: 'us-east-1',
  },
  {
    watch: 'identities',
    name: 'an identity provider is changed',
    service: 'iam',
    call: 'UpdateSAMLProvider',
    region: 'us-east-1',
  },
  {
    watch: 'break-glass',
    name: 'the break-glass role is assumed',
    service: 'sts',
    call: 'AssumeRole',
    request: { roleArn: BREAK_GLASS, roleSessionName: 'x' },
  },
  {
    watch: 'break-glass',
    name: 'it is assumed through the old endpoint',
    service: 'sts',
    call: 'AssumeRoleWithSAML',
    request: { roleArn: BREAK_GLASS },
    region: 'us-east-1',
  },
  {
    watch: 'organization',
    name: 'a policy of the organization is taken off',
    service: 'organizations',
    call: 'DetachPolicy',
    region: 'us-east-1',
  },
  {
    watch: 'organization',
    name: 'the account leaves',
    service: 'organizations',
    call: 'LeaveOrganization',
    region: 'us-east-1',
  },
  {
    watch: 'organization',
    name: 'a permission set gets a policy',
    service: 'sso',
    call: 'PutInlinePolicyToPermissionSet',
  },
  { watch: 'detectors', name: 'Config is stopped', service: 'config', call: 'StopConfigurationRecorder' },
  { watch: 'detectors', name: 'GuardDuty is deleted', service: 'guardduty', call: 'DeleteDetector' },
  { watch: 'alarms', name: 'alarms are deleted', service: 'monitoring', call: 'DeleteAlarms' },
  {
    watch: 'alarms',
    name: 'a rule is disabled',
    service: 'events',
    call: 'DisableRule',
    request: { name: 'sallyport-watch-keys' },
  },
  { watch: 'alarms', name: 'somebody is no longer told', service: 'sns', call: 'Unsubscribe' },
  {
    watch: 'root',
    name: 'the root user acts',
    service: 'iam',
    call: 'CreateAccessKey',
    identity: ROOT,
    region: 'us-east-1',
  },
  {
    watch: 'root',
    name: 'the root user signs in',
    service: 'signin',
    call: 'ConsoleLogin',
    identity: ROOT,
    detailType: 'AWS Console Sign In via CloudTrail',
    region: 'us-east-1',
  },
];

/** Everyday calls, which raise none. */
const QUIET: readonly ({ readonly name: string } & TrailCall)[] = [
  {
    name: 'a stream writes an object',
    service: 's3',
    call: 'PutObject',
    request: { bucketName: BUCKET, key: 'records/x' },
  },
  { name: 'an auditor reads one', service: 's3', call: 'GetObject', request: { bucketName: BUCKET, key: 'records/x' } },
  {
    name: 'a bucket of somebody else is emptied',
    service: 's3',
    call: 'DeleteObject',
    request: { bucketName: 'other', key: 'x' },
  },
  {
    name: 'another bucket gets a policy',
    service: 's3',
    call: 'PutBucketPolicy',
    request: { bucketName: 'somebody-elses' },
  },
  {
    name: 'a call to another bucket is refused',
    service: 's3',
    call: 'PutObject',
    request: { bucketName: 'other' },
    error: 'AccessDenied',
  },
  { name: 'a key encrypts', service: 'kms', call: 'GenerateDataKey', request: { keyId: keyArn(1) } },
  { name: 'a key is rotated', service: 'kms', call: 'RotateKey', detailType: 'AWS Service Event via CloudTrail' },
  {
    name: 'a host writes a log stream',
    service: 'logs',
    call: 'CreateLogStream',
    request: { logGroupName: '/sallyport/hosts' },
  },
  {
    name: 'a log group of somebody else goes',
    service: 'logs',
    call: 'DeleteLogGroup',
    request: { logGroupName: '/other' },
  },
  { name: 'routes are listed', service: 'ec2', call: 'DescribeRouteTables' },
  { name: 'a host starts', service: 'ec2', call: 'RunInstances' },
  {
    name: 'a session begins with our document',
    service: 'ssm',
    call: 'StartSession',
    request: { target: 'i-1', documentName: 'sallyport-session' },
  },
  { name: 'a session ends', service: 'ssm', call: 'TerminateSession', request: { sessionId: 'x' } },
  {
    name: 'another automation runs',
    service: 'ssm',
    call: 'StartAutomationExecution',
    request: { documentName: 'AWS-RestartEC2Instance' },
  },
  {
    name: 'another role is assumed',
    service: 'sts',
    call: 'AssumeRole',
    request: { roleArn: `arn:aws:iam::${ARCHIVE}:role/sallyport-audit-stream` },
  },
  {
    name: 'a role with a longer name is assumed',
    service: 'sts',
    call: 'AssumeRole',
    request: { roleArn: `${BREAK_GLASS}-2` },
  },
  {
    name: 'a role of somebody else is changed',
    service: 'iam',
    call: 'PutRolePolicy',
    request: { roleName: 'other', policyName: 'x' },
    region: 'us-east-1',
  },
  {
    name: 'ECS enters the tasks of a service',
    service: 'elasticloadbalancing',
    call: 'RegisterTargets',
    identity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ARCHIVE}:assumed-role/AWSServiceRoleForECS/ecs-service-scheduler`,
      invokedBy: 'ecs.amazonaws.com',
    },
  },
  { name: 'who may open a file system is read', service: 'elasticfilesystem', call: 'DescribeFileSystemPolicy' },
  { name: 'a backup is taken', service: 'backup', call: 'StartBackupJob' },
  { name: 'what a zone answers is read', service: 'route53', call: 'ListResourceRecordSets', region: 'us-east-1' },
  { name: 'somebody signs in by a pool', service: 'cognito-identity', call: 'GetCredentialsForIdentity' },
  { name: 'an alarm rings', service: 'monitoring', call: 'DescribeAlarms' },
  {
    name: 'a service acts for the root user',
    service: 'ec2',
    call: 'RunInstances',
    identity: { ...ROOT, invokedBy: 'autoscaling.amazonaws.com' },
  },
  {
    name: 'somebody else signs in',
    service: 'signin',
    call: 'ConsoleLogin',
    detailType: 'AWS Console Sign In via CloudTrail',
  },
];

describe('watches', { skip: terraformSkip() }, () => {
  let patterns: Readonly<Record<string, string>>;
  let outputs: Readonly<Record<string, unknown>>;
  before(async () => {
    outputs = await renderDocuments('meta-audit', {
      name: 'sallyport',
      region: 'eu-central-1',
      account_id: ARCHIVE,
      archive_bucket_names: [BUCKET, `sallyport-audit-replica-${ARCHIVE}`],
      break_glass_role_arns: [BREAK_GLASS],
      protected_role_arns: [`arn:aws:iam::${ARCHIVE}:role/service/deployer`],
    });
    patterns = outputs['patterns'] as Readonly<Record<string, string>>;
  });

  const watchesOf = (call: TrailCall): readonly string[] =>
    Object.keys(patterns).filter((watch) => isEventMatch(JSON.parse(patterns[watch] ?? ''), trailEvent(call)));

  for (const { watch, name, ...call } of TOLD) {
    test(`A10: ${name}: ${watch} tells of it, and of a refused attempt`, () => {
      assert.ok(watchesOf(call).includes(watch), `only ${watchesOf(call).join()}`);
      assert.ok(watchesOf({ ...call, error: 'AccessDenied' }).includes(watch));
    });
  }

  for (const { name, ...call } of QUIET)
    test(`A10: ${name}: nobody is told`, () => assert.deepEqual(watchesOf(call), []));

  test('A10: every watch has a call that raises it, and words for it', () => {
    assert.deepEqual([...new Set(TOLD.map(({ watch }) => watch))].sort(), Object.keys(patterns).sort());
    assert.deepEqual(Object.keys(outputs['abouts'] as object).sort(), Object.keys(patterns).sort());
  });

  test('A10: calls that appear in another region are brought home by that region', () => {
    const home: readonly string[] = [];
    const forwarded = { 'us-east-1': outputs['global_watches'], 'eu-west-1': outputs['replica_watches'] } as const;
    for (const { watch, region } of TOLD) {
      const brought = forwarded[region as keyof typeof forwarded] ?? home;
      if (region !== undefined) assert.ok((brought as readonly string[]).includes(watch), `${watch} in ${region}`);
    }
  });

  test('A10: every pattern is short enough for EventBridge', () => {
    for (const [watch, pattern] of Object.entries(patterns))
      assert.ok(pattern.length <= MAX_PATTERN_LENGTH, `${watch}: ${pattern.length} characters`);
  });

  test('I9: only our own trail takes the role of its log, and only EventBridge that of the forwarder', () => {
    const take = (trust: string, principal: string, context: Record<string, string> = {}): string =>
      evaluate({
        action: 'sts:AssumeRole',
        resource: `arn:aws:iam::${ARCHIVE}:role/x`,
        principal,
        context,
        resourcePolicy: outputs[trust],
      }).decision;
    const source = (arn: string): Record<string, string> => ({
      'aws:SourceAccount': arn.split(':')[4] ?? '',
      'aws:SourceArn': arn,
    });
    const trail = `arn:aws:cloudtrail:eu-central-1:${ARCHIVE}:trail/sallyport-trail`;
    assert.equal(take('trail_trust_json', 'cloudtrail.amazonaws.com', source(trail)), 'allowed');
    assert.equal(take('trail_trust_json', 'cloudtrail.amazonaws.com', source(TRAIL)), 'implicitly denied');
    assert.equal(take('trail_trust_json', 'cloudtrail.amazonaws.com'), 'implicitly denied');
    assert.equal(take('forward_trust_json', 'events.amazonaws.com'), 'allowed');
    assert.equal(take('forward_trust_json', 'lambda.amazonaws.com'), 'implicitly denied');
    const bring = (bus: string): string =>
      evaluate({
        action: 'events:PutEvents',
        resource: bus,
        principal: `arn:aws:iam::${ARCHIVE}:role/sallyport-event-forwarder`,
        identity: [outputs['forward_policy_json']],
      }).decision;
    assert.equal(bring(`arn:aws:events:eu-central-1:${ARCHIVE}:event-bus/default`), 'allowed');
    assert.equal(bring('arn:aws:events:eu-central-1:999988887777:event-bus/default'), 'implicitly denied');
  });

  test('alarms of this account and events come over the topic, and nothing in plain text', () => {
    const publish = (principal: string, context: Record<string, string>): string =>
      evaluate({
        action: 'sns:Publish',
        resource: `arn:aws:sns:eu-central-1:${ARCHIVE}:sallyport-alerts`,
        principal,
        context: { 'aws:SecureTransport': 'true', ...context },
        resourcePolicy: outputs['topic_policy_json'],
      }).decision;
    assert.equal(publish('cloudwatch.amazonaws.com', { 'aws:SourceAccount': ARCHIVE }), 'allowed');
    assert.equal(publish('cloudwatch.amazonaws.com', { 'aws:SourceAccount': '999988887777' }), 'implicitly denied');
    // What EventBridge sends along: nothing that tells whose rule it is.
    assert.equal(publish('events.amazonaws.com', {}), 'allowed');
    assert.equal(publish('events.amazonaws.com', { 'aws:SecureTransport': 'false' }), 'explicitly denied');
  });
});
