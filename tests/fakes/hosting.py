from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.core.hosting.changes import Action, Change, ChangeRefused, RecordSet, ZoneBusy
from shared.core.hosting.hosting import SLOTS, Changed, Hosting
from shared.core.hosting.names import HostedZone
from shared.core.hosting.policy_host import Certificate, PolicyHostRefused, Reason, Tenant
from shared.core.ids import AccountId, DomainId


class FakeHostings:
    def __init__(self) -> None:
        self.stored: dict[tuple[AccountId, DomainId], Hosting] = {}
        self.quarter: int | None = None

    def get(self, account: AccountId, domain: DomainId) -> Hosting | None:
        return self.stored.get((account, domain))

    def add(self, hosting: Hosting) -> Hosting:
        if (hosting.account, hosting.domain) in self.stored:
            raise Changed("There is one already", param="id")
        return self._store(replace(hosting, version=1))

    def put(self, hosting: Hosting) -> Hosting:
        self._require_last(hosting)
        return self._store(replace(hosting, version=hosting.version + 1))

    def remove(self, hosting: Hosting) -> None:
        if self.get(hosting.account, hosting.domain) is not None:
            self._require_last(hosting)
            del self.stored[hosting.account, hosting.domain]

    def loads(self, zones: Sequence[HostedZone]) -> dict[str, int]:
        held = [hosting.zone.id for hosting in self.stored.values()]
        return {zone.id: held.count(zone.id) for zone in zones}

    def of_slot(self, slot: int) -> Sequence[tuple[AccountId, DomainId]]:
        return [key for key in self.stored if key[1] % SLOTS == slot]

    def last_quarter(self) -> int | None:
        return self.quarter

    def finish_quarter(self, quarter: int) -> None:
        self.quarter = max(quarter, self.quarter or quarter)

    def _require_last(self, hosting: Hosting) -> None:
        current = self.get(hosting.account, hosting.domain)
        if current is None or current.version != hosting.version:
            raise Changed("It was changed", param="id")

    def _store(self, hosting: Hosting) -> Hosting:
        self.stored[hosting.account, hosting.domain] = hosting
        return hosting


class FakeZones:
    """``busy`` zones refuse every change for now; sets named in ``bad`` are refused for good. Changes are in
    sync at once unless ``in_sync`` is False."""

    def __init__(self) -> None:
        self.sets: dict[tuple[str, str, str], RecordSet] = {}
        self.made: list[tuple[str, tuple[Change, ...]]] = []
        self.busy: set[str] = set()
        self.bad: set[str] = set()
        self.in_sync = True

    def sets_at(self, zone: str, name: str) -> tuple[RecordSet, ...]:
        return tuple(held for (at, owner, _), held in self.sets.items() if (at, owner) == (zone, name))

    def change(self, zone: str, changes: Sequence[Change]) -> str:
        if zone in self.busy:
            raise ZoneBusy(zone)
        after = dict(self.sets)
        for change in changes:
            key = (zone, change.set.name, change.set.type)
            if change.set.name in self.bad:
                raise ChangeRefused(change.set.name)
            if change.action is Action.UPSERT:
                after[key] = change.set
            elif after.get(key) != change.set:
                raise ChangeRefused(f"{change.set.name} is not as it is said to be")
            else:
                del after[key]
        self.sets = after
        self.made.append((zone, tuple(changes)))
        return f"C{len(self.made)}"

    def is_in_sync(self, change: str) -> bool:
        return self.in_sync


@dataclass
class FakePolicyHosts:
    """CloudFront that does everything at once, unless told otherwise. ``calls`` are what it was asked to
    do, in order; a domain in ``taken`` belongs to somebody else, one in ``unseen`` does not lead here yet as
    far as CloudFront knows."""

    tenants: dict[str, Tenant] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    issues: bool = True

    def find(self, label: str, domain: str) -> Tenant | None:
        return self.tenants.get(label)

    def create(self, label: str, domain: str) -> None:
        self.calls.append(("create", label))
        if label in self.tenants:
            return
        if domain in self.taken or domain in self.domains.values():
            raise PolicyHostRefused(Reason.NAME_TAKEN)
        if domain in self.unseen:
            raise PolicyHostRefused(Reason.NAME_UNSEEN)
        self.domains[label] = domain
        self.tenants[label] = Tenant(enabled=True, deployed=True, leads_here=True)
        self.request_certificate(label, domain)

    def request_certificate(self, label: str, domain: str) -> None:
        self.calls.append(("request_certificate", label))
        status = Certificate.ISSUED if self.issues else Certificate.PENDING
        arn = f"arn:{len(self.calls)}" if self.issues else ""
        self.become(label, certificate=status, certificate_arn=arn)

    def attach(self, label: str, arn: str) -> None:
        self.calls.append(("attach", label))
        self.become(label, attached=arn)

    def enable(self, label: str) -> None:
        self.calls.append(("enable", label))
        self.become(label, enabled=True)

    def disable(self, label: str) -> None:
        self.calls.append(("disable", label))
        self.become(label, enabled=False)

    def delete(self, label: str) -> None:
        self.calls.append(("delete", label))
        self.tenants.pop(label, None)
        self.domains.pop(label, None)

    def become(self, label: str, **changes: object) -> None:
        self.tenants[label] = replace(self.tenants[label], **changes)  # type: ignore[arg-type]


class FakePolicyFiles:
    def __init__(self) -> None:
        self.stored: dict[str, str] = {}

    def put(self, label: str, body: str) -> None:
        self.stored[label] = body

    def remove(self, label: str) -> None:
        self.stored.pop(label, None)
