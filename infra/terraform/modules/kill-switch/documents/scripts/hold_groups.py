import boto3


def handler(events, _context):
    client = boto3.client("autoscaling")
    return each(
        groups_of_hosts(events["host_tag_key"]),
        lambda group: client.suspend_processes(AutoScalingGroupName=group, ScalingProcesses=events["processes"]),
    )
