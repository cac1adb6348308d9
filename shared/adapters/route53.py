"""Our public zones in Route 53."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from shared.core.hosting.changes import Change, ChangeRefused, RecordSet, ZoneBusy

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_route53.type_defs import ResourceRecordSetOutputTypeDef

CLOUDFRONT_ZONE: Final = "Z2FDTNDATAQYW2"
"""The zone of every CloudFront endpoint, the same for all accounts."""

_MOST_SETS: Final = "20"
"""One name holds a handful of types."""

_BUSY: Final = frozenset({"PriorRequestNotComplete", "Throttling", "ThrottlingException", "NoSuchHostedZone"})
"""A zone that is not there has its changes wait for the operator, and holds back no other zone."""

_BAD: Final = frozenset({"InvalidChangeBatch", "InvalidInput"})


class Route53Zones:
    """``Zones`` in Route 53. The SDK retries what throttles; what still does after that is ``ZoneBusy``."""

    def __init__(self, client: Route53Client) -> None:
        self._client = client

    def sets_at(self, zone: str, name: str) -> tuple[RecordSet, ...]:
        with _told_apart():
            answer = self._client.list_resource_record_sets(
                HostedZoneId=zone, StartRecordName=name, MaxItems=_MOST_SETS
            )
        return tuple(_at(name, answer["ResourceRecordSets"]))

    def change(self, zone: str, changes: Sequence[Change]) -> str:
        batch: Any = [
            {"Action": each.action.value, "ResourceRecordSet": _written(each.set)} for each in changes
        ]
        with _told_apart():
            answer = self._client.change_resource_record_sets(
                HostedZoneId=zone, ChangeBatch={"Changes": batch}
            )
        return answer["ChangeInfo"]["Id"].rpartition("/")[2]

    def is_in_sync(self, change: str) -> bool:
        try:
            answer = self._client.get_change(Id=change)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchChange":
                return True
            raise
        return answer["ChangeInfo"]["Status"] == "INSYNC"


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        problem = error.response["Error"]
        if problem["Code"] in _BUSY:
            raise ZoneBusy(problem["Code"]) from error
        if problem["Code"] in _BAD:
            raise ChangeRefused(problem.get("Message", problem["Code"])) from error
        raise


def _written(held: RecordSet) -> dict[str, Any]:
    named = {"Name": f"{held.name}.", "Type": held.type}
    if held.alias:
        target = {"HostedZoneId": CLOUDFRONT_ZONE, "DNSName": f"{held.alias}.", "EvaluateTargetHealth": False}
        return {**named, "AliasTarget": target}
    return {**named, "TTL": held.ttl, "ResourceRecords": [{"Value": value} for value in held.values]}


def _at(name: str, listed: Sequence[ResourceRecordSetOutputTypeDef]) -> Iterator[RecordSet]:
    for held in listed:
        if _plain(held["Name"]) == name:
            yield _read(name, held)


def _read(name: str, held: Mapping[str, Any]) -> RecordSet:
    if "AliasTarget" in held:
        return RecordSet(name, held["Type"], alias=_plain(held["AliasTarget"]["DNSName"]))
    values = tuple(record["Value"] for record in held["ResourceRecords"])
    return RecordSet(name, held["Type"], values, ttl=held["TTL"])


def _plain(name: str) -> str:
    return name.removesuffix(".").lower()
