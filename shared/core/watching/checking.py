"""Looking at the DNS of watched domains: many at once, and what was seen put away one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from shared.core.access import system_writable
from shared.core.accounts import Account, Accounts
from shared.core.alerts.events import AlertEvents
from shared.core.alerts.occasions import dns_changes
from shared.core.clock import DAY_SECONDS
from shared.core.domains import Domain, Domains
from shared.core.errors import NotFound
from shared.core.lookups import Lookups
from shared.core.ownership import Check, conclude, look_for_proof, secrets_of
from shared.core.queues import DnsCheck, DnsChecks
from shared.core.watching.approved import ApprovedSource, ApprovedSources
from shared.core.watching.looking import advance, selectors_to_ask
from shared.core.watching.schedule import Turns
from shared.core.watching.seen import selectors_seen
from shared.core.watching.states import DnsState, DnsStates
from shared.core.watching.statuses import dns_status, summary
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.questions import Asking
from shared.mailauth.evaluate.spf_tree import SpfInspection, inspect_spf
from shared.mailauth.evaluate.whole import PARTS, DomainInspection, assembled, parts_of

PATIENCE: Final = 25.0
"""Seconds that the looks of one batch may take together."""

SOURCES_PATIENCE: Final = 15.0
"""Seconds that the approved sources of one batch may take after that."""

SECOND_LOOK: Final = 600
"""Seconds after which what changed is looked at again."""

_ATTEMPTS: Final = 5
_SOURCES_HOLD: Final = 20 * 3_600
_LONGEST_MESSAGE: Final = 500


class Contended(Exception):
    """Others keep replacing the state of the same domain; the message comes back later."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A domain with all that is known before a look."""

    domain: Domain
    owner: Account
    previous: DnsState | None
    selectors: tuple[str, ...]
    stale_sources: tuple[ApprovedSource, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """The same after it; ``proofs`` is empty for a domain that was verified before."""

    watched: Watched
    inspection: DomainInspection
    proofs: tuple[Check, ...]
    sources: tuple[SpfInspection, ...]


@dataclass(frozen=True, slots=True)
class Watcher:
    """``report_domain`` is where the mailboxes of the reports are."""

    accounts: Accounts
    domains: Domains
    states: DnsStates
    turns: Turns
    sources: ApprovedSources
    lookups: Lookups
    checks: DnsChecks
    report_domain: str
    alerts: AlertEvents

    def watched(self, check: DnsCheck, now: float) -> Watched | None:
        """None for a domain that is gone, whose turn is then gone, too."""
        domain = self.domains.get(check.account, check.domain)
        owner = self.accounts.get(check.account) if domain is not None else None
        if domain is None or owner is None or not domain.active:
            self.turns.remove(check.account, check.domain)
        if domain is None or owner is None:
            return None
        known = self.states.knowledge(domain.account, domain.id)
        selectors = selectors_to_ask(known.state, selectors_seen(known.seen))
        stale = (source for source in known.sources if _is_stale(source, now))
        return Watched(domain, owner, known.state, selectors, tuple(stale))

    def look(self, watched: Sequence[Watched], now: float) -> list[Looked]:
        """At all of them side by side. Approved sources come after that, in a time of their own: somebody's
        many slow ones take nobody else's look away."""
        own = self._asked([list(_askings(each, now)) for each in watched], PATIENCE)
        sources = self._asked([list(_of_sources(each)) for each in watched], SOURCES_PATIENCE)
        return [_looked(*each) for each in zip(watched, own, sources, strict=True)]

    def _asked(self, groups: Sequence[list[Asking[Any]]], within: float) -> list[list[Any]]:
        flat = [asking for group in groups for asking in group]
        answers = iter(self.lookups.run_all(flat, within=within) if flat else ())
        return [[next(answers) for _ in group] for group in groups]

    def put_away(self, looked: Looked, now: float) -> bool:
        """Store what was seen, whether it proves anything, and what follows from it. Whether anything is
        known now that was not before. ``Contended``."""
        domain, owner = looked.watched.domain, looked.watched.owner
        if domain.verified is None:
            self._conclude(looked, now)
        for source, seen in zip(looked.watched.stale_sources, looked.sources, strict=True):
            self.sources.note_addresses(domain.account, domain.id, _resolved(source, seen, int(now)))
        state = self._advanced(looked, owner, int(now))
        verdict = dns_status(state, self._addresses(domain, owner))
        noted = self.domains.note_check(
            replace(
                domain,
                dns_status=verdict.status,
                dns_status_message=verdict.message[:_LONGEST_MESSAGE],
                dns_checked=int(now),
                dns=summary(state),
            )
        )
        if not noted:
            # It was removed meanwhile, and its purge may have been here before this look.
            self.states.forget(domain.account, domain.id)
        elif state.is_unsettled and not _was_unsettled(looked):
            # Once: records that differ at every look would be looked at for ever, and more often each day.
            self.checks.send([DnsCheck(domain.account, domain.id)], delay=SECOND_LOOK)
        previous = looked.watched.previous
        return noted and (previous is None or state.version != previous.version)

    def _conclude(self, looked: Looked, now: float) -> None:
        with suppress(NotFound):
            conclude(self.domains, system_writable(looked.watched.domain), looked.proofs, now=now)

    def _advanced(self, looked: Looked, owner: Account, now: int) -> DnsState:
        domain, previous = looked.watched.domain, looked.watched.previous
        for _ in range(_ATTEMPTS):
            state, changes = advance(
                previous,
                looked.inspection,
                account=domain.account,
                domain=domain.id,
                now=now,
                last_checked=domain.dns_checked,
            )
            if changes:
                # First: a change that is stored is not found again.
                self.alerts.send(dns_changes(domain.account, domain.id, changes))
            expires = now + owner.plan.retention_days * DAY_SECONDS
            if state == previous or self.states.replace(state, changes, expires=expires):
                return state
            previous = self.states.get(domain.account, domain.id)
        raise Contended(f"{_ATTEMPTS} attempts at the DNS state of {domain.id}")

    def _addresses(self, domain: Domain, owner: Account) -> tuple[str, ...]:
        return f"{domain.token}@{self.report_domain}", f"{owner.token}@{self.report_domain}"


def _was_unsettled(looked: Looked) -> bool:
    previous = looked.watched.previous
    return previous is not None and previous.is_unsettled


def _is_stale(source: ApprovedSource, now: float) -> bool:
    return source.resolved is None or now - source.resolved >= _SOURCES_HOLD


def _askings(watched: Watched, now: float) -> Iterator[Asking[Any]]:
    """First ``PARTS``, then the proofs if they are wanted."""
    domain = watched.domain
    yield from parts_of(domain.name, watched.selectors, now=now, well_known=True)
    if domain.verified is None:
        yield look_for_proof(domain, secrets_of(domain, watched.owner.token))


def _of_sources(watched: Watched) -> Iterator[Asking[SpfInspection]]:
    return (inspect_spf(source.domain) for source in watched.stale_sources)


def _looked(watched: Watched, answers: list[Any], sources: list[SpfInspection]) -> Looked:
    parts, proofs = answers[: len(PARTS)], answers[len(PARTS) :]
    return Looked(
        watched,
        assembled(watched.domain.name, parts),
        proofs=proofs[0] if proofs else (),
        sources=tuple(sources),
    )


def _resolved(source: ApprovedSource, seen: SpfInspection, now: int) -> ApprovedSource:
    """With the networks of its record; those known before stay when there is no answer."""
    if seen.state is State.ERROR:
        return replace(source, trouble="The DNS gave no answer to its SPF record")
    if seen.state is State.MISSING:
        return replace(source, ips=(), resolved=now, trouble="It has no SPF record")
    allowed = (network.network for network in seen.networks if network.result == "pass")
    return replace(source, ips=tuple(dict.fromkeys(allowed)), resolved=now, trouble="")
