/** Actions that radosgw 16 takes no policy with: it does not know them. */
const UNKNOWN: readonly string[] = [
  's3:PauseReplication',
  's3:PutBucketOwnershipControls',
  's3:PutBucketPublicAccessBlock',
  's3:PutEncryptionConfiguration',
  's3:PutInventoryConfiguration',
  's3:ReplicateDelete',
];

/** Those of the actions of a statement that radosgw knows. */
export function radosgwActions(action: string | readonly string[]): readonly string[] {
  return [action].flat().filter((one) => !UNKNOWN.includes(one));
}
