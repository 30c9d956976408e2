import boto3


def handler(events, _context):
    ec2 = boto3.client("ec2")
    filters = [
        dict(Name="tag-key", Values=[events["host_tag_key"]]),
        dict(Name="instance-state-name", Values=["pending", "running", "stopping", "stopped"]),
    ]
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    interfaces = [
        interface["NetworkInterfaceId"]
        for page in pages
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
        for interface in instance["NetworkInterfaces"]
        if interface["SubnetId"] not in events["spared_subnet_ids"]
    ]
    return each(
        interfaces,
        lambda interface: ec2.modify_network_interface_attribute(
            NetworkInterfaceId=interface, Groups=[events["group_id"]]
        ),
    )
