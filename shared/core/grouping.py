"""Many domains put into a group, moved between groups or taken out, each by itself: what is refused of one
keeps no other from its place, and doing it again changes nothing more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.core import ids
from shared.core.access import Administration, administer, require_write_in
from shared.core.callers import Caller, require_scope
from shared.core.domain_changes import add_domain
from shared.core.domains import Domain, Domains
from shared.core.errors import Forbidden, Invalid, NotFound, Refusal
from shared.core.groups import Group, Groups
from shared.core.ids import GroupId
from shared.core.queues import DnsCheck, DnsChecks
from shared.core.rights import DEFAULT_GROUP, Scope
from shared.core.watching.schedule import Turns
from shared.core.watching.switching import begin_watching

MOST_DOMAINS: Final = 1_000
"""In one request."""


@dataclass(frozen=True, slots=True)
class Failure:
    """``domain`` as the caller named it."""

    domain: str
    refusal: Refusal


@dataclass(slots=True)
class Batch:
    """``added`` are new in the account, ``placed`` were in it; each where it was to be. One that could not be
    switched on or off is both there and among the ``failures``."""

    added: list[Domain] = field(default_factory=list)
    placed: list[Domain] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Grouping:
    """``require_parkable`` refuses to park when the plan's credits are used up (also what is new: None), and
    a domain that has something hosted which a parked one cannot have."""

    caller: Caller
    domains: Domains
    groups: Groups
    turns: Turns
    checks: DnsChecks
    require_parkable: Callable[[Domain | None], None]
    new_token: Callable[[], str]
    random_bits: Callable[[int], int]

    def put_in(self, group: Group, references: Sequence[str], *, active: bool | None = None) -> Batch:
        """What the account does not have yet is added to it. ``active``: switch all of them on or off."""
        self._allowed()
        found = self._resolved(references)
        batch = Batch()
        for reference, domain in found.items():
            if domain is None:
                self._bring_in(group, reference, batch)
        there = {reference: domain for reference, domain in found.items() if domain is not None}
        self._place(there, group, None, batch)
        self.checks.send([DnsCheck(domain.account, domain.id) for domain in batch.added])
        if active is not None:
            batch.added = self._switched(batch.added, active, batch)
            batch.placed = self._switched(batch.placed, active, batch)
        return batch

    def move(self, group: Group, moves: Sequence[tuple[str, str]]) -> Batch:
        """Domains and the groups that they are to come from. One that is in the group already and no more
        where it was to come from is where it was to be."""
        self._allowed()
        found = self._resolved([reference for reference, _ in moves])
        batch = Batch()
        by_source: dict[str, dict[str, Domain]] = {}
        for reference, source in moves:
            domain = found[reference]
            if domain is None:
                batch.failures.append(Failure(reference, _unknown()))
            else:
                by_source.setdefault(source, {})[reference] = domain
        for source, domains in by_source.items():
            self._move_out_of(source, domains, group, batch)
        return batch

    def take_out(self, group: Group, references: Sequence[str]) -> Batch:
        """``Forbidden`` of the default group, which a domain only leaves by entering another."""
        self._allowed()
        if group.id == DEFAULT_GROUP:
            raise Forbidden("Domains cannot be removed from the default group", param="id")
        batch = Batch()
        there: dict[str, Domain] = {}
        for reference, domain in self._resolved(references).items():
            if domain is None:
                batch.failures.append(Failure(reference, _unknown()))
            else:
                there[reference] = domain
        _note(batch, there, self.groups.unassign_all(list(there.values()), group.id))
        return batch

    def _allowed(self) -> Administration:
        """Who moves domains decides who sees them, and changes the domains themselves."""
        right = administer(self.caller)
        require_scope(self.caller, Scope.WRITE)
        return right

    def _resolved(self, references: Sequence[str]) -> dict[str, Domain | None]:
        if len(references) > MOST_DOMAINS:
            raise Invalid(f"A request may name {MOST_DOMAINS:,} domains", param="domains")
        wanted = list(dict.fromkeys(references))
        found = self.domains.resolve_many(self.caller.account_id, wanted)
        return dict(zip(wanted, found, strict=True))

    def _bring_in(self, group: Group, reference: str, batch: Batch) -> None:
        """Add the domain, in its group from the start."""
        try:
            if _is_id(reference):
                raise _unknown()
            if group.parked:
                self.require_parkable(None)
            domain = add_domain(
                self.domains,
                require_write_in(self.caller, group.id),
                reference,
                parked=group.parked,
                now=self.caller.now,
                new_token=self.new_token,
                random_bits=self.random_bits,
            )
        except Refusal as refusal:
            # Somebody may have added it since we looked, or this very request under another spelling.
            there = None if _is_id(reference) else self.domains.resolve(self.caller.account_id, reference)
            if there is None:
                batch.failures.append(Failure(reference, refusal))
            else:
                self._place({reference: there}, group, None, batch)
        else:
            batch.added.append(domain)

    def _move_out_of(self, source: str, domains: dict[str, Domain], group: Group, batch: Batch) -> None:
        try:
            number = GroupId(ids.parse(ids.GROUP, source, param="group_id"))
        except NotFound as refusal:
            batch.failures += [Failure(reference, refusal) for reference in domains]
            return
        inside: dict[str, Domain] = {}
        for reference, domain in domains.items():
            if number in {*domain.groups, DEFAULT_GROUP} or group.id in domain.groups:
                inside[reference] = domain
            else:
                elsewhere = Invalid("The domain is not in the group that it is to leave", param="group_id")
                batch.failures.append(Failure(reference, elsewhere))
        self._place(inside, group, number, batch)

    def _place(self, domains: dict[str, Domain], group: Group, out_of: GroupId | None, batch: Batch) -> None:
        ready = {}
        for reference, domain in domains.items():
            try:
                ready[reference] = self._parked(domain) if group.parked else domain
            except Refusal as refusal:
                batch.failures.append(Failure(reference, refusal))
        _note(batch, ready, self.groups.assign_all(list(ready.values()), group.id, out_of=out_of))

    def _parked(self, domain: Domain) -> Domain:
        if domain.parked:
            return domain
        self.require_parkable(domain)
        limits = self.caller.account.domain_limits
        return self.domains.park(domain, parked=True, limits=limits, now=int(self.caller.now))

    def _switched(self, domains: list[Domain], active: bool, batch: Batch) -> list[Domain]:
        switched = []
        for domain in domains:
            try:
                switched.append(self._switch(domain, active))
            except Refusal as refusal:
                batch.failures.append(Failure(domain.name, refusal))
                switched.append(domain)
        return switched

    def _switch(self, domain: Domain, active: bool) -> Domain:
        now, account = int(self.caller.now), self.caller.account
        if domain.active == active:
            return domain
        if not active:
            return self.domains.deactivate(domain, now=now)
        if domain.verified is None:
            raise Invalid(f"{domain.name} is not verified yet", param="domain_state")
        activated = self.domains.activate(domain, allowed=account.allowed_domains, now=now)
        begin_watching(self.turns, self.checks, activated, account)
        return activated


def _note(batch: Batch, domains: dict[str, Domain], outcomes: Sequence[Domain | Refusal]) -> None:
    for reference, outcome in zip(domains, outcomes, strict=True):
        if isinstance(outcome, Refusal):
            batch.failures.append(Failure(reference, outcome))
        else:
            batch.placed.append(outcome)


def _is_id(reference: str) -> bool:
    try:
        ids.parse(ids.DOMAIN, reference)
    except NotFound:
        return False
    return True


def _unknown() -> NotFound:
    return NotFound("There is no such domain", param="domains")
