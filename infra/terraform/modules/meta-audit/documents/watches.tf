# What must be told of within seconds. No pattern asks whether a call went well: a refused attempt is told of too, with its error.
locals {
  patterns = merge(
    { for watch, detail in merge(local.evidence, local.network, local.people, local.watchers) : watch => {
      "detail-type" = ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"]
      detail        = detail
    } },
    {
      root = {
        "detail-type" = ["AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail"]
        detail        = { userIdentity = { type = ["Root"], invokedBy = [{ exists = false }] } }
      }
    },
  )

  abouts = {
    archive-objects   = "an object of a watched bucket was deleted or its lock changed, or somebody tried"
    archive-buckets   = "the settings of a watched bucket or the copies of any bucket were changed, or somebody tried"
    archive-refusals  = "a call to a watched bucket was refused"
    keys              = "a key was disabled, was to be deleted, or its policy was changed, or somebody tried"
    trails            = "a trail of CloudTrail was changed or stopped, or somebody tried"
    streams           = "a Firehose stream was changed or deleted, or somebody tried"
    log-groups        = "a log group or its subscription was changed or deleted, or somebody tried"
    dns-firewall      = "the DNS Firewall or the log of DNS queries was changed, or somebody tried"
    network-firewall  = "the Network Firewall was changed, or somebody tried"
    network-paths     = "a way into or out of the network was changed, or somebody tried"
    zones             = "a zone of names, or what it answers, was changed, or somebody tried"
    load-balancers    = "a load balancer, or where it leads, was changed, or somebody tried"
    file-systems      = "a file system, or who may open it, was changed, one was brought back from a backup, or somebody tried"
    host-defaults     = "defaults for disks or instance metadata were changed, or somebody tried"
    session-documents = "a document of Systems Manager was changed, or somebody tried"
    other-sessions    = "a session or command was started other than by our session document, or somebody tried"
    kill-switch       = "the kill switch was used"
    models            = "logging of model calls, a guardrail or an inference profile was changed, or somebody tried"
    roles             = "a protected role or policy was changed, or somebody tried"
    identities        = "a user, access key, identity provider or pool was made or changed, or somebody tried"
    break-glass       = "a break-glass role was assumed, or somebody tried"
    organization      = "the organization, its policies or permission sets were changed, or somebody tried"
    detectors         = "Config, GuardDuty or Access Analyzer was changed, or somebody tried"
    alarms            = "an alarm, rule or topic was changed or deleted, or somebody tried"
    root              = "the root user of the account acted or signed in"
  }

  # IAM, sign-in, organizations and zones tell of themselves in one region of the world alone, and STS does so where its old endpoint was used.
  global_watches  = ["break-glass", "identities", "organization", "roles", "root", "zones"]
  replica_watches = ["archive-buckets", "archive-objects", "archive-refusals", "keys"]

  changes = [for verb in ["Associate", "Create", "Delete", "Disassociate", "Import", "Put", "Update"] : { prefix = verb }]

  # The lists of names that a pattern compares must not be empty.
  has_archive = length(var.archive_bucket_names) > 0

  evidence = merge(
    {
      for watch, detail in {
        archive-objects = {
          eventSource = ["s3.amazonaws.com"]
          # DeleteObject is the name in the trail for a version too.
          eventName         = ["DeleteObject", "DeleteObjects", "DeleteObjectVersion", "PutObjectAcl", "PutObjectLegalHold", "PutObjectRetention"]
          requestParameters = { bucketName = var.archive_bucket_names }
        }
        archive-buckets = {
          eventSource = ["s3.amazonaws.com"]
          "$or" = [
            {
              eventName         = [{ prefix = "PutBucket" }, { prefix = "DeleteBucket" }, "PutObjectLockConfiguration"]
              requestParameters = { bucketName = var.archive_bucket_names }
            },
            # Copies are asked for on the bucket that they are taken from, which is any.
            { eventName = ["PutBucketReplication"] },
          ]
        }
        archive-refusals = {
          eventSource       = ["s3.amazonaws.com"]
          requestParameters = { bucketName = var.archive_bucket_names }
          errorCode         = [{ exists = true }]
        }
      } : watch => detail if local.has_archive
    },
    {
      keys = {
        eventSource = ["kms.amazonaws.com"]
        # The service itself says DeleteKey, at the end of the days of grace.
        eventName = ["DeleteAlias", "DeleteImportedKeyMaterial", "DeleteKey", "DisableKey", "DisableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion", "UpdateAlias"]
      }
      trails = {
        eventSource = ["cloudtrail.amazonaws.com"]
        eventName   = ["DeleteEventDataStore", "DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"]
      }
      streams = {
        eventSource = ["firehose.amazonaws.com"]
        eventName   = ["DeleteDeliveryStream", "StartDeliveryStreamEncryption", "StopDeliveryStreamEncryption", "UpdateDestination"]
      }
      log-groups = {
        eventSource       = ["logs.amazonaws.com"]
        eventName         = ["DeleteLogGroup", "DeleteLogStream", "DeleteMetricFilter", "DeleteRetentionPolicy", "DeleteSubscriptionFilter", "DisassociateKmsKey", "PutMetricFilter", "PutRetentionPolicy", "PutSubscriptionFilter"]
        requestParameters = { logGroupName = [{ prefix = "/${var.name}/" }, { prefix = "/aws/vendedlogs/${var.name}/" }] }
      }
      models = {
        eventSource = ["bedrock.amazonaws.com"]
        eventName   = concat(local.changes, [{ prefix = "StopModel" }])
      }
    },
  )

  network = {
    dns-firewall     = { eventSource = ["route53resolver.amazonaws.com"], eventName = local.changes }
    network-firewall = { eventSource = ["network-firewall.amazonaws.com"], eventName = local.changes }
    network-paths = {
      eventSource = ["ec2.amazonaws.com"]
      # Ends of names, not parts: EventBridge refuses a pattern with many wildcards as too complex.
      eventName = concat(
        [
          for noun in [
            "FlowLogs",
            "Gateway",
            "GatewayVpcAttachment",
            "NetworkAclEntry",
            "Route",
            "RouteTable",
            "SecurityGroupEgress",
            "VpcEndpoint",
            "VpcEndpoints",
            "VpcPeeringConnection",
          ] : { suffix = noun }
        ],
        [
          "AssociateAddress",
          "AssociateDhcpOptions",
          "CreateClientVpnEndpoint",
          "ModifySubnetAttribute",
          "ModifyVpcAttribute",
          "ReplaceNetworkAclAssociation",
          "ReplaceRouteTableAssociation",
        ],
      )
    }
    zones = { eventSource = ["route53.amazonaws.com"], eventName = concat(local.changes, [{ prefix = "Change" }]) }
    # ECS itself enters and takes out the tasks of its services, with each deployment.
    load-balancers = {
      eventSource  = ["elasticloadbalancing.amazonaws.com"]
      eventName    = concat(local.changes, [for verb in ["Add", "Deregister", "Modify", "Register", "Remove", "Set"] : { prefix = verb }])
      userIdentity = { invokedBy = [{ exists = false }, { "anything-but" = ["ecs.amazonaws.com"] }] }
    }
    file-systems = {
      "$or" = [
        { eventSource = ["elasticfilesystem.amazonaws.com"], eventName = concat(local.changes, [{ prefix = "Modify" }]) },
        { eventSource = ["backup.amazonaws.com"], eventName = ["StartCopyJob", "StartRestoreJob"] },
      ]
    }
    host-defaults = {
      eventSource = ["ec2.amazonaws.com"]
      eventName   = ["DisableEbsEncryptionByDefault", "ModifyEbsDefaultKmsKeyId", "ModifyInstanceMetadataDefaults", "ModifyInstanceMetadataOptions", "ResetEbsDefaultKmsKeyId"]
    }
  }
}
