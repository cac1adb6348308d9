"""From grants to what AWS understands: policy statements and the variables that name the things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from infra.entries import Entry, Grant, Thing
from infra.stacks.data import DataStack
from infra.stage import Stage
from shared import settings

_QUEUES = {
    Thing.MAIL_QUEUE: settings.MAIL_QUEUE,
    Thing.ROLLUP_QUEUE: settings.ROLLUP_QUEUE,
    Thing.HOSTS_QUEUE: settings.HOSTS_QUEUE,
    Thing.PURGE_QUEUE: settings.PURGE_QUEUE,
}


def statements(grants: Iterable[Grant], data: DataStack, stage: Stage) -> list[iam.PolicyStatement]:
    """At least one statement a grant, each on exactly the named thing."""
    return [statement for grant in grants for statement in _statements(_as_named_on(stage, grant), data)]


def environment(entry: Entry, data: DataStack) -> dict[str, str]:
    """The variables that name what the entry may touch, and what it knows besides."""
    things = [*(grant.thing for grant in entry.grants), *entry.knows]
    return dict(_variable(thing, data) for thing in things)


def bucket(thing: Thing, data: DataStack) -> s3.IBucket | None:
    """The bucket, if the thing is one."""
    return {Thing.MAIL_BUCKET: data.mail, Thing.DATA_BUCKET: data.data}.get(thing)


def _variable(thing: Thing, data: DataStack) -> tuple[str, str]:
    match thing:
        case Thing.TABLE | Thing.INDEX:
            return settings.TABLE, data.table.table_name
        case Thing.MAIL_BUCKET:
            return settings.MAIL_BUCKET, data.mail.bucket_name
        case Thing.DATA_BUCKET:
            return settings.DATA_BUCKET, data.data.bucket_name
        case Thing.FAILURE_KEY:
            return settings.FAILURE_KEY, data.failure_key.key_arn
        case _:
            return _QUEUES[thing], data.queues[thing].main.queue_url


def _as_named_on(stage: Stage, grant: Grant) -> Grant:
    if grant.thing in _QUEUES and stage.names_batches:
        return replace(grant, verbs=(*grant.verbs, *(f"{verb}Batch" for verb in grant.verbs)))
    return grant


def _statements(grant: Grant, data: DataStack) -> list[iam.PolicyStatement]:
    thing = grant.thing
    match thing:
        case Thing.TABLE:
            return [_allow("dynamodb", grant.verbs, data.table.table_arn)]
        case Thing.INDEX:
            return [_allow("dynamodb", grant.verbs, f"{data.table.table_arn}/index/{thing}")]
        case Thing.MAIL_BUCKET:
            return _on_bucket(grant, data.mail)
        case Thing.DATA_BUCKET:
            return _on_bucket(grant, data.data)
        case Thing.FAILURE_KEY:
            return [_allow("kms", grant.verbs, data.failure_key.key_arn)]
        case _:
            return [_allow("sqs", grant.verbs, data.queues[thing].main.queue_arn)]


def _on_bucket(grant: Grant, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    """ListBucket is a verb on the bucket, narrowed by condition; all others are verbs on its objects."""
    objects = tuple(verb for verb in grant.verbs if verb != "ListBucket")
    allowed = [_allow("s3", objects, bucket.arn_for_objects(f"{grant.within}*"))]
    if "ListBucket" in grant.verbs:
        condition = {"StringLike": {"s3:prefix": f"{grant.within}*"}} if grant.within else {}
        allowed.append(_allow("s3", ("ListBucket",), bucket.bucket_arn, condition))
    return allowed


def _allow(
    service: str, verbs: Iterable[str], resource: str, conditions: dict[str, dict[str, str]] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=[f"{service}:{verb}" for verb in verbs], resources=[resource], conditions=conditions or None
    )
