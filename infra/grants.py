"""From grants to what AWS understands: policy statements and the variables that name the things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from infra.entry import Entry, Grant, Thing
from infra.stacks.data import DataStack
from infra.stacks.hosting import HostingStack
from infra.stacks.people import PeopleStack
from infra.stage import Stage
from shared import settings

_QUEUES: Final = {
    Thing.MAIL_QUEUE: settings.MAIL_QUEUE,
    Thing.ROLLUP_QUEUE: settings.ROLLUP_QUEUE,
    Thing.HOSTS_QUEUE: settings.HOSTS_QUEUE,
    Thing.PURGE_QUEUE: settings.PURGE_QUEUE,
    Thing.DNS_QUEUE: settings.DNS_QUEUE,
    Thing.ADVICE_QUEUE: settings.ADVICE_QUEUE,
    Thing.HOSTING_QUEUE: settings.HOSTING_QUEUE,
    Thing.HOSTING_CHECKS_QUEUE: settings.HOSTING_CHECKS_QUEUE,
    Thing.EXPORTS_QUEUE: settings.EXPORTS_QUEUE,
    Thing.CLOSING_QUEUE: settings.CLOSING_QUEUE,
    Thing.DETAILS_QUEUE: settings.DETAILS_QUEUE,
    Thing.SOURCES_QUEUE: settings.SOURCES_QUEUE,
    Thing.LAKE_QUEUE: settings.LAKE_QUEUE,
    Thing.ALERTS_QUEUE: settings.ALERTS_QUEUE,
    Thing.DELIVERIES_QUEUE: settings.DELIVERIES_QUEUE,
    Thing.WATCH_QUEUE: settings.WATCH_QUEUE,
    Thing.DIGESTS_QUEUE: settings.DIGESTS_QUEUE,
}
_BUCKETS: Final = {
    Thing.MAIL_BUCKET: settings.MAIL_BUCKET,
    Thing.DATA_BUCKET: settings.DATA_BUCKET,
    Thing.POLICY_BUCKET: settings.POLICY_BUCKET,
}
_POLICY_HOSTS: Final = "mta-sts.*"
"""The names that certificates are asked for: no other host of a customer is ever served here."""
_CHANGES: Final = frozenset({"BatchWriteItem", "DeleteItem", "UpdateItem"})
"""Verbs that change or delete items, and need no condition."""
_RECORD_TYPES: Final = ["A", "AAAA", "CAA", "TXT"]
"""Of hosted records: none that could lead mail or a part of a zone elsewhere."""


@dataclass(frozen=True, slots=True)
class Owners:
    """The stacks that the things are in."""

    data: DataStack
    hosting: HostingStack
    people: PeopleStack

    def bucket(self, thing: Thing) -> s3.Bucket:
        buckets = {
            Thing.MAIL_BUCKET: self.data.mail,
            Thing.DATA_BUCKET: self.data.data,
            Thing.POLICY_BUCKET: self.hosting.policies,
        }
        return buckets[thing]


def statements(grants: Iterable[Grant], owners: Owners, stage: Stage) -> list[iam.PolicyStatement]:
    """At least one statement a grant, each on exactly the named thing, and what the table's leave out."""
    grants = list(grants)
    named = (grant for grant in grants if grant.thing is not Thing.AUDIT_LOG)
    allowed = [statement for grant in named for statement in _statements(grant, owners, stage)]
    return [*allowed, *_without_audit_log(grants, owners)]


def environment(entry: Entry, owners: Owners) -> dict[str, str]:
    """The variables that name what the entry may touch, and what it knows besides."""
    things = [*(grant.thing for grant in entry.grants), *entry.knows]
    return {name: value for thing in things for name, value in _variables(thing, owners).items()}


def prefixes(entry: Entry, owners: Owners) -> list[tuple[s3.Bucket, str]]:
    """The parts of buckets that the entry is granted verbs on."""
    granted = [grant for grant in entry.grants if grant.thing in _BUCKETS]
    return [(owners.bucket(grant.thing), grant.within) for grant in granted]


def _variables(thing: Thing, owners: Owners) -> dict[str, str]:
    data, hosting, people = owners.data, owners.hosting, owners.people
    if thing in _QUEUES:
        return {_QUEUES[thing]: data.queues[thing].main.queue_url}
    if thing in _BUCKETS:
        return {_BUCKETS[thing]: owners.bucket(thing).bucket_name}
    table = {settings.TABLE: data.table.table_name}
    others = {
        Thing.TABLE: table,
        Thing.INDEX: table,
        Thing.FAILURE_KEY: {settings.FAILURE_KEY: data.failure_key.key_arn},
        Thing.HOSTING_ZONES: {settings.HOSTING_ZONES: hosting.zone_list},
        Thing.POLICY_DISTRIBUTION: {
            settings.POLICY_DISTRIBUTION: hosting.distribution.ref,
            settings.POLICY_CONNECTION_GROUP: hosting.connection_group.id,
            settings.POLICY_ROUTING_ENDPOINT: hosting.connection_group.routing_endpoint,
        },
        Thing.USER_POOL: {
            settings.USER_POOL: people.pool.ref,
            settings.IDENTITY_PROVIDERS: people.provider_list,
        },
        Thing.TOKENS: {
            settings.TOKEN_ISSUER: people.issuer,
            settings.TOKEN_KEYS: people.keys_url,
            settings.USER_POOL_CLIENT: people.client.ref,
        },
        Thing.SIGN_IN: {
            settings.SIGN_IN_URL: people.sign_in_url,
            settings.POOL_URL: people.pool_url,
            settings.USER_POOL_CLIENT: people.client.ref,
            settings.IDENTITY_PROVIDERS: people.provider_list,
        },
        Thing.ALERT_BUS: {settings.ALERT_BUS: data.alert_bus.event_bus_name},
        Thing.LETTERS: {settings.LETTER_SENDER: people.letter_sender},
    }
    return others.get(thing, {})


def _statements(grant: Grant, owners: Owners, stage: Stage) -> list[iam.PolicyStatement]:
    thing = grant.thing
    if thing in _BUCKETS:
        return _on_bucket(grant, owners.bucket(thing))
    match thing:
        case Thing.HOSTING_ZONES:
            return _on_zones(grant, owners.hosting, stage)
        case Thing.POLICY_DISTRIBUTION:
            return [_on_tenants(grant, owners.hosting, stage)]
        case Thing.CERTIFICATES:
            return _on_certificates(grant, owners.hosting)
        case Thing.LETTERS:
            return [_on_letters(grant, owners.people, stage)]
    service, arn = _one(thing, owners)
    return [_allow(service, _as_named_on(stage, service, grant.verbs), [arn])]


def _one(thing: Thing, owners: Owners) -> tuple[str, str]:
    """The service and the ARN of a thing that has one of its own."""
    data = owners.data
    if thing is Thing.USER_POOL:
        return "cognito-idp", owners.people.pool.attr_arn
    if thing in _QUEUES:
        return "sqs", data.queues[thing].main.queue_arn
    if thing is Thing.ALERT_BUS:
        return "events", data.alert_bus.event_bus_arn
    if thing is Thing.FAILURE_KEY:
        return "kms", data.failure_key.key_arn
    table = data.table.table_arn
    return "dynamodb", f"{table}/index/{thing}" if thing is Thing.INDEX else table


def _as_named_on(stage: Stage, service: str, verbs: tuple[str, ...]) -> tuple[str, ...]:
    if service == "sqs" and stage.names_batches:
        return (*verbs, *(f"{verb}Batch" for verb in verbs))
    return verbs


def _without_audit_log(grants: Sequence[Grant], owners: Owners) -> list[iam.PolicyStatement]:
    """Entries of the audit log are put (on the condition that there is none) and no more: who may update and
    delete items may not do it with those."""
    granted = {grant.thing: grant.verbs for grant in grants}
    changes = sorted(_CHANGES.intersection(granted.get(Thing.TABLE, ())))
    if not changes or Thing.AUDIT_LOG in granted:
        return []
    return [
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=[f"dynamodb:{verb}" for verb in changes],
            resources=[owners.data.table.table_arn],
            conditions={"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": [f"{settings.AUDIT_LOG}*"]}},
        )
    ]


def _on_bucket(grant: Grant, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    """ListBucket is a verb on the bucket, narrowed by condition; all others are verbs on its objects."""
    objects = tuple(verb for verb in grant.verbs if verb != "ListBucket")
    allowed = [_allow("s3", objects, [bucket.arn_for_objects(f"{grant.within}*")])] if objects else []
    if "ListBucket" in grant.verbs:
        condition = {"StringLike": {"s3:prefix": f"{grant.within}*"}} if grant.within else {}
        allowed.append(_allow("s3", ("ListBucket",), [bucket.bucket_arn], condition))
    return allowed


def _on_zones(grant: Grant, hosting: HostingStack, stage: Stage) -> list[iam.PolicyStatement]:
    """GetChange is a verb on changes, which belong to no zone; all others are verbs on the zones."""
    zones = [zone.hosted_zone_arn for zone in hosting.zones]
    changes = ["arn:aws:route53:::change/*" if stage.authorizes_by_arn else "*"]
    allowed = []
    for verb in grant.verbs:
        condition = {}
        if verb == "ChangeResourceRecordSets":
            condition = {
                "ForAllValues:StringEquals": {
                    "route53:ChangeResourceRecordSetsRecordTypes": _RECORD_TYPES,
                    "route53:ChangeResourceRecordSetsActions": ["UPSERT", "DELETE"],
                }
            }
        allowed.append(_allow("route53", (verb,), changes if verb == "GetChange" else zones, condition))
    return allowed


def _on_certificates(grant: Grant, hosting: HostingStack) -> list[iam.PolicyStatement]:
    """To ask for one is a verb on no certificate yet; CloudFront's are all in its own region."""
    asking = tuple(verb for verb in grant.verbs if verb == "RequestCertificate")
    others = tuple(verb for verb in grant.verbs if verb not in asking)
    condition = {"ForAllValues:StringLike": {"acm:DomainNames": _POLICY_HOSTS}}
    issued = hosting.format_arn(service="acm", region="us-east-1", resource="certificate", resource_name="*")
    return [_allow("acm", asking, ["*"], condition), _allow("acm", others, [issued])]


def _on_tenants(grant: Grant, hosting: HostingStack, stage: Stage) -> iam.PolicyStatement:
    """A tenant is made of the distribution and the connection group, so a verb that makes one is a verb on
    all three."""
    if not stage.authorizes_by_arn:
        return _allow("cloudfront", grant.verbs, ["*"])
    tenants = hosting.format_arn(
        service="cloudfront", region="", resource="distribution-tenant", resource_name="*"
    )
    group = hosting.format_arn(
        service="cloudfront",
        region="",
        resource="connection-group",
        resource_name=hosting.connection_group.id,
    )
    return _allow("cloudfront", grant.verbs, [tenants, hosting.distribution_arn, group])


def _on_letters(grant: Grant, people: PeopleStack, stage: Stage) -> iam.PolicyStatement:
    """Of the domain's addresses only the one that letters come from."""
    if not stage.authorizes_by_arn:
        return _allow("ses", grant.verbs, ["*"])
    condition = {"StringEquals": {"ses:FromAddress": people.letter_sender}}
    return _allow("ses", grant.verbs, [people.letter_identity_arn], condition)


def _allow(
    service: str,
    verbs: Iterable[str],
    resources: Sequence[str],
    conditions: Mapping[str, Mapping[str, str | list[str]]] | None = None,
) -> iam.PolicyStatement:
    actions = [f"{service}:{verb}" for verb in verbs]
    return iam.PolicyStatement(actions=actions, resources=list(resources), conditions=conditions or None)
