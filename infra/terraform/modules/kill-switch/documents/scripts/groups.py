import boto3


def groups_of_hosts(tag_key):
    """Names of the groups that make hosts, however many there are: a list of them in the document would fill it."""
    filters = [dict(Name="tag-key", Values=[tag_key])]
    pages = boto3.client("autoscaling").get_paginator("describe_auto_scaling_groups").paginate(Filters=filters)
    return [group["AutoScalingGroupName"] for page in pages for group in page["AutoScalingGroups"]]
