"""What the hosting zones hold, beside what the hostings in the table say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from infra.local.credentials import client
from infra.local.stack_file import Stack
from shared import settings
from shared.adapters.dynamodb.hostings import DynamoHostings
from shared.adapters.dynamodb.table import Table
from shared.adapters.queues import SqsHostingChecks
from shared.core import ids
from shared.core.hosting.changes import names_of, wanted_sets
from shared.core.hosting.hosting import SLOTS, Changed, Hosting
from shared.core.hosting.names import HostedZone, Service, parse_zones
from shared.core.queues import HostingCheck
from tests.chaos.customers import Customers

_HOUR: Final = 3_600


class HostingZones:
    """Read past the functions, and past what fails."""

    def __init__(self, stack: Stack) -> None:
        self._route53 = client("route53", stack.aws_endpoint)
        self._hostings = DynamoHostings(Table(client("dynamodb", stack.aws_endpoint), stack.table))
        self._checks = SqsHostingChecks(client("sqs", stack.aws_endpoint), stack.queues["hosting-checks"])
        self._account = ids.parse(ids.ACCOUNT, stack.account_id)
        told = client("lambda", stack.aws_endpoint).get_function_configuration(
            FunctionName="postseal-local-publish-hosting"
        )
        self.zones: tuple[HostedZone, ...] = parse_zones(
            told["Environment"]["Variables"][settings.HOSTING_ZONES]
        )

    def differences(self, customers: Customers) -> list[str]:
        """Every record once with its text, nothing of who left, and nothing that is nobody's."""
        stored = list(self._stored())
        held = {(name, kind): values for zone in self.zones for name, kind, values in self._held(zone)}
        own = [hosting for hosting in stored if hosting.account == self._account]
        lines = [f"{each.name} is still hosted" for each in own if each.departed is not None]
        lines += _unlike(own, held)
        lines += [
            f"{name} holds {held.get((name, 'TXT'))}, not {text}"
            for each in customers.staying
            for name, text in each.texts.items()
            if held.get((name, "TXT")) != [text]
        ]
        known = {name for each in stored for service in Service for name in names_of(each, service)}
        lines += [f"{name} {kind} is nobody's" for name, kind in held if name not in known]
        return lines + self._miscounted(stored)

    def leaving(self) -> list[str]:
        """Have domains that were removed looked at, as if an hour had passed since nothing led here."""
        departed = [each for each in self._stored() if each.account == self._account and each.departed]
        for hosting in departed:
            with suppress(Changed):  # somebody looks at it just now
                self._hostings.put(_aged(hosting))
        self._checks.send(HostingCheck(each.account, each.domain) for each in departed)
        return [f"{each.name} is still hosted" for each in departed]

    def count(self) -> int:
        """Record sets beside those of the zones themselves."""
        return sum(1 for zone in self.zones for _ in self._held(zone))

    def _miscounted(self, stored: Sequence[Hosting]) -> list[str]:
        there = Counter(hosting.zone.id for hosting in stored)
        loads = self._hostings.loads(self.zones)
        return [
            f"{zone.name} is said to hold {loads[zone.id]} hostings, and holds {there[zone.id]}"
            for zone in self.zones
            if loads[zone.id] != there[zone.id]
        ]

    def _stored(self) -> Iterator[Hosting]:
        for slot in range(SLOTS):
            for account, domain in self._hostings.of_slot(slot):
                hosting = self._hostings.get(account, domain)
                if hosting is not None:
                    yield hosting

    def _held(self, zone: HostedZone) -> Iterator[tuple[str, str, list[str]]]:
        pages = self._route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone.id)
        for page in pages:
            for each in page["ResourceRecordSets"]:
                name = each["Name"].rstrip(".")
                if name != zone.name:
                    yield name, each["Type"], list(_values(each))


def _aged(hosting: Hosting) -> Hosting:
    for service, record in hosting.records.items():
        if record.cname.gone is not None:
            cname = replace(record.cname, gone=record.cname.gone - _HOUR)
            hosting = hosting.with_record(service, replace(record, cname=cname))
    return hosting


def _values(held: Mapping[str, Any]) -> Iterator[str]:
    if "AliasTarget" in held:
        yield held["AliasTarget"]["DNSName"].rstrip(".")
    for record in held.get("ResourceRecords", ()):
        strings = record["Value"].split('"')[1::2]
        yield "".join(strings) if held["Type"] == "TXT" else record["Value"]


def _unlike(hostings: Iterable[Hosting], held: Mapping[tuple[str, str], list[str]]) -> Iterator[str]:
    """Record sets that a hosting has and should not, and the other way round."""
    for hosting in hostings:
        for service in Service:
            wanted = {(each.name, each.type) for each in wanted_sets(hosting, service)}
            names = names_of(hosting, service)
            there = {key for key in held if key[0] in names}
            if wanted != there:
                yield f"{hosting.name}: {service} has {sorted(there)}, not {sorted(wanted)}"
