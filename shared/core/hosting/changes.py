"""Changes of our zones: what names shall hold, and batches that Route 53 takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from shared.core.hosting.hosting import Hosting
from shared.core.hosting.names import Service
from shared.mailauth.records.dns_text import quoted

TTL: Final = 300
MOST_VALUES: Final = 1_000
MOST_CHARACTERS: Final = 32_000
"""Of one batch; an UPSERT counts twice."""

T = TypeVar("T")

CHALLENGE: Final = "_cf-challenge"
AUTHORITY: Final = "amazon.com"


@dataclass(frozen=True, slots=True)
class RecordSet:
    """``values`` in presentation form; instead of them an ``alias``, the name of a CloudFront endpoint.
    ``name`` without a final dot."""

    name: str
    type: str
    values: tuple[str, ...] = ()
    alias: str = ""
    ttl: int = TTL


class Action(StrEnum):
    UPSERT = "UPSERT"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class Change:
    action: Action
    set: RecordSet

    @property
    def weight(self) -> tuple[int, int]:
        """Values and characters as Route 53 counts them."""
        times = 2 if self.action is Action.UPSERT else 1
        values = self.set.values or (self.set.alias,)
        return times * len(values), times * sum(len(value) for value in values)


class ZoneBusy(Exception):
    """The zone takes nothing just now, as a change of it is still being made: come back later."""


class ChangeRefused(Exception):
    """Route 53 will not make this batch, however often asked."""


class Zones(Protocol):
    def sets_at(self, zone: str, name: str) -> tuple[RecordSet, ...]:
        """What stands at a name now. ``ZoneBusy``."""

    def change(self, zone: str, changes: Sequence[Change]) -> str:
        """Make all of the changes or none; the id of the change. ``ZoneBusy``, ``ChangeRefused``."""

    def is_in_sync(self, change: str) -> bool:
        """Whether every server of the zone answers with the change. Changes of long ago are in sync."""


def names_of(hosting: Hosting, service: Service) -> tuple[str, ...]:
    """Every name that the service's record sets stand at."""
    target = hosting.target(service)
    return (target, f"{CHALLENGE}.{target}") if service is Service.POLICY else (target,)


def wanted_sets(hosting: Hosting, service: Service) -> tuple[RecordSet, ...]:
    """What the names of a service shall hold; none when it shall hold nothing.

    The policy host is an alias, not a CNAME, so that a CAA record can stand beside it: certificates are
    then allowed here whatever the customer's own CAA says (RFC 8659 section 3)."""
    value, target = hosting.record(service).value, hosting.target(service)
    if not value:
        return ()
    if service is not Service.POLICY:
        return (RecordSet(target, "TXT", (quoted(value),)),)
    return (
        RecordSet(target, "A", alias=value),
        RecordSet(target, "AAAA", alias=value),
        RecordSet(target, "CAA", (f'0 issue "{AUTHORITY}"',)),
        RecordSet(f"{CHALLENGE}.{target}", "TXT", (quoted(value),)),
    )


def changes_for(zones: Zones, hosting: Hosting) -> tuple[Change, ...]:
    """What brings the names of a hosting to what they shall hold. The same changes may be made again:
    what is wanted is put whatever was there, and only what is there is deleted."""
    changes: list[Change] = []
    for service in hosting.unsent:
        wanted = wanted_sets(hosting, service)
        if wanted:
            changes += [Change(Action.UPSERT, each) for each in wanted]
        else:
            there = (
                each for name in names_of(hosting, service) for each in zones.sets_at(hosting.zone.id, name)
            )
            changes += [Change(Action.DELETE, each) for each in there]
    return tuple(changes)


def batches(items: Iterable[T], changes: Callable[[T], Sequence[Change]]) -> Iterator[list[T]]:
    """The items in as few batches as Route 53's limits allow; the changes of one item stay together."""
    batch: list[T] = []
    values = characters = 0
    for item in items:
        weights = [change.weight for change in changes(item)]
        more_values = sum(weight[0] for weight in weights)
        more_characters = sum(weight[1] for weight in weights)
        full = values + more_values > MOST_VALUES or characters + more_characters > MOST_CHARACTERS
        if batch and full:
            yield batch
            batch, values, characters = [], 0, 0
        batch.append(item)
        values += more_values
        characters += more_characters
    if batch:
        yield batch


def sent(hosting: Hosting, of: Hosting, change: str, now: int) -> Hosting:
    """``hosting`` after what ``of`` wanted was given to Route 53. What changed since is still to be sent."""
    for service in of.unsent:
        record = hosting.record(service)
        value = of.record(service).value
        record = replace(record, sent=value, change=change, sent_at=now, confirmed="", unsure=False)
        hosting = hosting.with_record(service, record)
    return hosting
