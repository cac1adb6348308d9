"""From grants to what AWS understands: policy statements and the variables that name the things."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from infra.entries import Entry, Grant, Thing
from infra.stacks.data import DataStack
from shared import settings

_BUCKETS = {Thing.MAIL_BUCKET: settings.MAIL_BUCKET, Thing.DATA_BUCKET: settings.DATA_BUCKET}
_QUEUES = {
    Thing.MAIL_QUEUE: settings.MAIL_QUEUE,
    Thing.ROLLUP_QUEUE: settings.ROLLUP_QUEUE,
    Thing.HOSTS_QUEUE: settings.HOSTS_QUEUE,
    Thing.PURGE_QUEUE: settings.PURGE_QUEUE,
}


def statements(grants: Iterable[Grant], data: DataStack) -> list[iam.PolicyStatement]:
    """At least one statement a grant, each on exactly the named thing."""
    return [statement for grant in grants for statement in _statements(grant, data)]


def environment(entry: Entry, data: DataStack) -> dict[str, str]:
    """The variables that name what the entry may touch."""
    variables: dict[str, str] = {}
    for grant in entry.grants:
        thing = grant.thing
        if thing in (Thing.TABLE, Thing.GSI1, Thing.GSI2):
            variables[settings.TABLE] = data.table.table_name
        elif thing in _BUCKETS:
            variables[_BUCKETS[thing]] = _bucket(thing, data).bucket_name
        elif thing is Thing.FAILURE_KEY:
            variables[settings.FAILURE_KEY] = data.failure_key.key_arn
        else:
            variables[_QUEUES[thing]] = data.queues[thing].main.queue_url
    return variables


def _statements(grant: Grant, data: DataStack) -> list[iam.PolicyStatement]:
    thing = grant.thing
    if thing is Thing.TABLE:
        return [_allow("dynamodb", grant.verbs, data.table.table_arn)]
    if thing in (Thing.GSI1, Thing.GSI2):
        return [_allow("dynamodb", grant.verbs, f"{data.table.table_arn}/index/{thing}")]
    if thing in _BUCKETS:
        return _on_bucket(grant, _bucket(thing, data))
    if thing is Thing.FAILURE_KEY:
        return [_allow("kms", grant.verbs, data.failure_key.key_arn)]
    return [_allow("sqs", grant.verbs, data.queues[thing].main.queue_arn)]


def _on_bucket(grant: Grant, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    """ListBucket is a verb on the bucket, narrowed by condition; all others are verbs on its objects."""
    objects = tuple(verb for verb in grant.verbs if verb != "ListBucket")
    allowed = [_allow("s3", objects, bucket.arn_for_objects(f"{grant.within}*"))]
    if "ListBucket" in grant.verbs:
        condition = {"StringLike": {"s3:prefix": f"{grant.within}*"}} if grant.within else {}
        allowed.append(_allow("s3", ("ListBucket",), bucket.bucket_arn, condition))
    return allowed


def _bucket(thing: Thing, data: DataStack) -> s3.IBucket:
    return data.mail if thing is Thing.MAIL_BUCKET else data.data


def _allow(
    service: str, verbs: Iterable[str], resource: str, conditions: dict[str, dict[str, str]] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=[f"{service}:{verb}" for verb in verbs], resources=[resource], conditions=conditions or None
    )
