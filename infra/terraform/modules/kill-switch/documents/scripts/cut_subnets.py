import boto3


def handler(events, _context):
    ec2 = boto3.client("ec2")
    wanted = events["network_acl_id"]
    filters = [dict(Name="association.subnet-id", Values=events["subnet_ids"])]
    pages = ec2.get_paginator("describe_network_acls").paginate(Filters=filters)
    associations = [
        association["NetworkAclAssociationId"]
        for page in pages
        for acl in page["NetworkAcls"]
        if acl["NetworkAclId"] not in [wanted, *events["left_as_is"]]
        for association in acl["Associations"]
        if association["SubnetId"] in events["subnet_ids"]
    ]
    return each(
        associations,
        lambda association: ec2.replace_network_acl_association(AssociationId=association, NetworkAclId=wanted),
    )
