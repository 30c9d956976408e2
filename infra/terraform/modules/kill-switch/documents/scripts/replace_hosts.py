import boto3


def handler(events, _context):
    groups = boto3.client("autoscaling")
    ec2 = boto3.client("ec2")
    filters = [dict(Name="tag-key", Values=[events["host_tag_key"]])]
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    isolated = [
        instance["InstanceId"]
        for page in pages
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
        for interface in instance["NetworkInterfaces"]
        if events["group_id"] in [group["GroupId"] for group in interface["Groups"]]
    ]
    members = [
        (group["AutoScalingGroupName"], instance["InstanceId"])
        for page in groups.get_paginator("describe_auto_scaling_groups").paginate(Filters=filters)
        for group in page["AutoScalingGroups"]
        for instance in group["Instances"]
        if instance["InstanceId"] in isolated
    ]
    # An isolated host stays as it is for whoever looks into it; its group makes another one in its place.
    return each(
        members,
        lambda member: groups.detach_instances(
            AutoScalingGroupName=member[0], InstanceIds=[member[1]], ShouldDecrementDesiredCapacity=False
        ),
    )
