"""Publishing: what hostings want, given to Route 53 in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from shared.core.hosting.changes import (
    Change,
    ChangeRefused,
    ZoneBusy,
    Zones,
    batches,
    changes_for,
    sent,
)
from shared.core.hosting.hosting import Changed, Hosting, Hostings
from shared.core.queues import HostingChange, HostingCheck, HostingChecks

_ATTEMPTS: Final = 5
_FIRST_LOOK: Final = 5
"""Seconds until somebody looks whether a change is in sync."""


@dataclass(frozen=True, slots=True)
class _Planned:
    message: HostingChange
    hosting: Hosting
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What became of messages that were not done. Those of ``busy`` zones have to come back. What was
    ``refused`` has not: nothing else of its zone may wait for it, and the next look at the hosting asks
    again. Both are shown."""

    busy: list[HostingChange] = field(default_factory=list)
    refused: list[HostingChange] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Publisher:
    hostings: Hostings
    zones: Zones
    checks: HostingChecks

    def publish(self, messages: Sequence[HostingChange], now: int) -> Published:
        """Make the changes of all hostings that are named.

        Messages of one zone only come one batch after the other (their queue sees to it), so that changes
        of a zone do not meet. A hosting that wants nothing any more is left alone."""
        published = Published()
        for zone in dict.fromkeys(message.zone for message in messages):
            of_zone = [message for message in messages if message.zone == zone]
            try:
                planned = list(self._planned(of_zone))
            except ZoneBusy:
                published.busy.extend(of_zone)
            else:
                self._apply(zone, planned, now, published)
        return published

    def _planned(self, messages: Sequence[HostingChange]) -> Iterator[_Planned]:
        latest = {(message.account, message.domain): message for message in messages}
        for message in latest.values():
            hosting = self.hostings.get(message.account, message.domain)
            if hosting is not None and hosting.unsent:
                yield _Planned(message, hosting, changes_for(self.zones, hosting))

    def _apply(self, zone: str, planned: Sequence[_Planned], now: int, published: Published) -> None:
        for each in planned:
            if not each.changes:  # a withdrawal that was made, and not noted
                self._note(each.hosting, "", now)
        changing = [each for each in planned if each.changes]
        for batch in batches(changing, attrgetter("changes")):
            self._apply_together(zone, batch, now, published)

    def _apply_together(self, zone: str, planned: Sequence[_Planned], now: int, published: Published) -> None:
        try:
            change = self.zones.change(zone, [change for each in planned for change in each.changes])
        except ZoneBusy:
            published.busy.extend(each.message for each in planned)
        except ChangeRefused:
            if len(planned) == 1:
                published.refused.append(planned[0].message)
                return
            # One bad record must not hold back the others of its batch.
            for each in planned:
                self._apply_together(zone, [each], now, published)
        else:
            for each in planned:
                self._note(each.hosting, change, now)

    def _note(self, published: Hosting, change: str, now: int) -> None:
        current: Hosting | None = published
        for _ in range(_ATTEMPTS):
            if current is None:
                return
            try:
                self.hostings.put(sent(current, published, change, now))
            except Changed:
                current = self.hostings.get(published.account, published.domain)
            else:
                self.checks.send([HostingCheck(published.account, published.domain)], delay=_FIRST_LOOK)
                return
        raise Changed("The hosting keeps changing", param="id")
