export { recordKey, textOf } from './form.ts';
export { ALL_TAKEN, SinkFailed } from './sink.ts';
export type {
  BatchLimits,
  DeliveredRecord,
  DeliveredTree,
  RefusedRecord,
  Sink,
  SinkAnswer,
  SinkBatch,
  SinkStore,
} from './sink.ts';
export type { TreeTile } from './tree-tile.ts';
export type { AwsKeys, AwsKeySource, AwsTimeouts } from './aws/aws-client-settings.ts';
export { callerIdentities } from './aws/caller-identity.ts';
export type { CallerIdentityOf } from './aws/caller-identity.ts';
export { cloudwatchSink } from './sinks/cloudwatch.ts';
export type { CloudwatchSinkOptions } from './sinks/cloudwatch.ts';
export { firehoseSink } from './sinks/firehose.ts';
export type { FirehoseSinkOptions } from './sinks/firehose.ts';
export { storeSink } from './sinks/store.ts';
export type { StoreSinkOptions } from './sinks/store.ts';
export type { Retention } from './sinks/store-contents.ts';
export { firstVersions } from './stores/first-versions.ts';
export { folderStore } from './stores/folder-store.ts';
export type { S3StoreOptions } from './stores/s3-bucket.ts';
export { s3Store } from './stores/s3-store.ts';
export { boundedBy } from './bounded-log.ts';
export type { BacklogGate } from './bounded-log.ts';
export { systemClock } from './clock.ts';
export type { DeliveryClock } from './clock.ts';
export { deliveryFolder, openDelivery } from './delivery.ts';
export type { Delivery, DeliveryPorts } from './delivery.ts';
export type { LogSource } from './log-source.ts';
export { sinkPlace } from './sink-place.ts';
export { isStoreName } from './store-name.ts';
export type { OpenedSink, PlacePorts, SinkPlace } from './sink-place.ts';
