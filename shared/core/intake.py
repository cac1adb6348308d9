"""Intake: from one delivery to what became of each report in it.

Every report ends stored or in quarantine with a reason. Ids are derived from what arrived, so taking in
the same delivery again, wholly or after a crash in the middle, changes nothing that was done already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from shared.core.accounts import Account, Accounts, Recipient
from shared.core.addresses import NoPlaces, Places
from shared.core.clock import DAY_SECONDS, utc_day
from shared.core.domains import Domain, Domains
from shared.core.errors import NotFound
from shared.core.facts import Said, said_by
from shared.core.holdings import FiledMail, FiledMails
from shared.core.ids import AccountId, UploadId
from shared.core.mail import Delivery, Door, Mailbox
from shared.core.ownership import is_owned
from shared.core.quarantine import NOBODY, RETENTION_DAYS, Entry, Quarantine, Why, entry_number
from shared.core.queues import TouchedDay, TouchedDays
from shared.core.reports import Filed, Outcome, Reports, expiry
from shared.core.uploads import UploadedReport, UploadProblem, Uploads
from shared.mailauth.reports.reading import Reading, Refused
from shared.mailauth.reports.redaction import redact
from shared.mailauth.reports.values import FailureReport, Kind

_FUTURE_SECONDS = 2 * DAY_SECONDS
"""How far a reporter's clock may run ahead before its report is set aside."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A report that was filed under ``account``; ``filed.outcome`` is never CONFLICT."""

    account: AccountId
    path: str
    filed: Filed


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery. Both lists are empty only for one that had nothing to say."""

    stored: tuple[Stored, ...]
    quarantined: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one part of a delivery cannot be stored."""

    path: str
    reason: str
    detail: str
    about: Said | None = None


@dataclass(slots=True)
class _Result:
    stored: list[Stored] = field(default_factory=list)
    quarantined: list[Entry] = field(default_factory=list)
    touched: set[TouchedDay] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Intake:
    """``read`` opens a delivery's bytes, with sinks that are segment writers; ``redaction_key`` hides the
    local parts of addresses in failure reports, the same address always alike."""

    accounts: Accounts
    domains: Domains
    reports: Reports
    quarantine: Quarantine
    uploads: Uploads
    mailbox: Mailbox
    touched_days: TouchedDays
    read: Callable[[BinaryIO], Iterable[Reading]]
    redaction_key: bytes
    filed_mails: FiledMails
    places: Places = field(default_factory=NoPlaces)

    def take_in(self, delivery: Delivery) -> Taken:
        """Store or quarantine all that one delivery holds, then ask for the rollups of its days."""
        recipients = list(self._recipients(delivery))
        owners = list(dict.fromkeys(recipient.account for recipient in recipients)) or [NOBODY]
        self._note(delivery, owners)
        result = _Result()
        refusal = _refused_unopened(delivery, recipients)
        if refusal is not None:
            self._set_aside(delivery, owners, refusal, result)
        else:
            self._open(delivery, recipients, owners, result)
        # Asked for on duplicates too: the first attempt may have died between the store and this.
        self.touched_days.send(sorted(result.touched, key=lambda touched: (touched.domain, touched.day)))
        self._close(delivery, owners, result)
        return Taken(tuple(result.stored), tuple(result.quarantined))

    def _note(self, delivery: Delivery, owners: list[AccountId]) -> None:
        """Whose mail it is, before anything else: nothing else leads to a mail for as long as it rests. The
        objects of other doors are named by whose they are."""
        if delivery.door is not Door.MAIL:
            return
        mail = FiledMail(delivery.key, shared=len(owners) > 1)
        for owner in owners:
            if owner != NOBODY:
                self.filed_mails.note(owner, mail, delivery.received)

    def _recipients(self, delivery: Delivery) -> Iterator[Recipient]:
        if delivery.account is not None:
            yield Recipient(AccountId(delivery.account))
            return
        for address in delivery.recipients:
            token = address.partition("@")[0].partition("+")[0].lower()
            recipient = self.accounts.recipient(token) if token else None
            if recipient is not None:
                yield recipient

    def _open(
        self, delivery: Delivery, recipients: list[Recipient], owners: list[AccountId], result: _Result
    ) -> None:
        try:
            with self.mailbox.open(delivery.key) as source:
                readings = list(self.read(source))
        except NotFound:
            missing = Problem("", Why.MAIL_MISSING, "The delivery is not in the mail bucket any more")
            self._set_aside(delivery, owners, missing, result)
            return
        accounts = [account for owner in owners if (account := self.accounts.get(owner)) is not None]
        if any(_holds_personal_data(reading) for reading in readings):
            self.mailbox.seclude(delivery.key)
        parts = [part for reading in readings for part in self._parts(reading)]
        sole = len(parts) == 1 and len(accounts) == 1
        for part in parts:
            if isinstance(part, Problem):
                self._set_aside(delivery, owners, part, result)
            else:
                self._file(part, delivery, accounts, recipients, sole, result)

    def _parts(self, reading: Reading) -> Iterator[Said | Problem]:
        if isinstance(reading, Refused):
            yield Problem(reading.path, reading.reason, reading.detail)
        elif isinstance(reading.report, FailureReport):
            hidden = replace(reading, report=redact(reading.report, self.redaction_key))
            yield from map(self._located, said_by(hidden))
        else:
            yield from said_by(reading)

    def _located(self, said: Said) -> Said:
        if said.marks is None or not said.marks.source_ip:
            return said
        country = self.places.place(said.marks.source_ip).country or ""
        return replace(said, marks=replace(said.marks, country=country))

    def _file(
        self,
        said: Said,
        delivery: Delivery,
        accounts: list[Account],
        recipients: list[Recipient],
        sole: bool,
        result: _Result,
    ) -> None:
        """File it with every recipient account whose domain it is about; set it aside if there is none."""
        homes = [(account, self._home(said, account, recipients)) for account in accounts]
        known = [(account, domain) for account, domain in homes if domain is not None]
        if not known:
            name = said.policy.domain or "no domain"
            problem = Problem(
                said.path, Why.UNKNOWN_DOMAIN, f"{name} is not a domain of the recipient's account", said
            )
            self._set_aside(delivery, [account.id for account in accounts], problem, result)
        for account, domain in known:
            problem_here = (
                self._unowned(said, domain)
                or _unwanted(said, account, domain, delivery)
                or self._store(said, account, domain, delivery, sole, result)
            )
            if problem_here is not None:
                self._set_aside(delivery, [account.id], problem_here, result)

    def _home(self, said: Said, account: Account, recipients: list[Recipient]) -> Domain | None:
        if said.policy.domain:
            return self.domains.covering(account.id, said.policy.domain)
        # A TLS report without a policy domain is about the domain whose own mailbox it came to.
        own = [r.domain for r in recipients if r.account == account.id and r.domain is not None]
        return self.domains.get(account.id, own[0]) if len(own) == 1 else None

    def _unowned(self, said: Said, domain: Domain) -> Problem | None:
        if is_owned(self.domains, domain):
            return None
        return Problem(said.path, Why.UNVERIFIED_DOMAIN, f"{domain.name} is not verified yet", said)

    def _store(
        self, said: Said, account: Account, domain: Domain, delivery: Delivery, sole: bool, result: _Result
    ) -> Problem | None:
        fact = said.as_fact(domain, account, delivery, sole=sole)
        filed = self.reports.file(fact)
        if filed.outcome is Outcome.CONFLICT:
            detail = f"Report rpt_{filed.id} is the same one and says something else; the first is kept"
            return Problem(said.path, Why.CONFLICT, detail, said)
        result.stored.append(Stored(account.id, said.path, filed))
        result.touched.add(TouchedDay(account.id, domain.id, fact.summary.day))
        return None

    def _set_aside(
        self, delivery: Delivery, owners: list[AccountId], problem: Problem, result: _Result
    ) -> None:
        for owner in owners:
            entry = _entry(owner, delivery, problem)
            self.quarantine.add(entry)
            result.quarantined.append(entry)

    def _close(self, delivery: Delivery, owners: list[AccountId], result: _Result) -> None:
        if delivery.replay:
            again = {entry.id for entry in result.quarantined}
            for entry in self.quarantine.of_delivery((*owners, NOBODY), delivery.key):
                if entry.id not in again:
                    self.quarantine.remove(entry)
        if delivery.door is Door.UPLOAD and delivery.account is not None:
            number = delivery.key.rpartition("/")[2]
            if number.isascii() and number.isdigit():
                self.uploads.finish(
                    AccountId(delivery.account),
                    UploadId(int(number)),
                    tuple(_uploaded(stored) for stored in result.stored),
                    tuple(_problem(entry) for entry in result.quarantined),
                )


def _refused_unopened(delivery: Delivery, recipients: list[Recipient]) -> Problem | None:
    if not recipients:
        names = ", ".join(delivery.recipients)[:300] or "nobody"
        return Problem("", Why.UNKNOWN_RECIPIENT, f"No account has a mailbox for {names}")
    if delivery.verdicts.virus == "FAIL":
        return Problem("", Why.VIRUS, "The virus scan of the mail failed")
    return None


def _holds_personal_data(reading: Reading) -> bool:
    """Also one that cannot be read, or is nobody's: its mail is kept apart, and not for long."""
    if isinstance(reading, Refused):
        return reading.personal
    return isinstance(reading.report, FailureReport)


def _unwanted(said: Said, account: Account, domain: Domain, delivery: Delivery) -> Problem | None:
    """Why a report that is this domain's is not to be stored now, if so."""
    wanted = {
        Kind.AGGREGATE: domain.kinds.aggregate,
        Kind.FAILURE: domain.kinds.failure and account.plan.forensic,
        Kind.TLS: domain.kinds.tls,
    }
    begin = said.begin or delivery.received
    if not domain.active:
        return Problem(said.path, Why.DOMAIN_INACTIVE, f"{domain.name} is not activated", said)
    if not wanted[said.kind]:
        whose = domain.name if said.kind is not Kind.FAILURE or account.plan.forensic else "The plan"
        detail = f"{whose} does not keep {said.kind} reports"
        return Problem(said.path, Why.KIND_DISABLED, detail, said)
    if begin > delivery.received + _FUTURE_SECONDS:
        detail = f"The report's period begins on {utc_day(begin)}, after it was received"
        return Problem(said.path, Why.IMPLAUSIBLE_PERIOD, detail, said)
    if said.kind is not Kind.FAILURE and expiry(begin, account.plan.retention_days) <= delivery.received:
        detail = f"The report is of {utc_day(begin)}, before the plan's {account.plan.retention_days} days"
        return Problem(said.path, Why.OUTSIDE_RETENTION, detail, said)
    return None


def _entry(owner: AccountId, delivery: Delivery, problem: Problem) -> Entry:
    about = problem.about
    part = f"{problem.path}#{about.policy.domain}" if about else problem.path
    return Entry(
        id=entry_number(owner, delivery.key, part, delivery.received),
        account=owner,
        reason=str(problem.reason),
        detail=problem.detail[:1_000],
        path=problem.path,
        mail=delivery.key,
        door=delivery.door,
        received=delivery.received,
        expires=delivery.received + RETENTION_DAYS * DAY_SECONDS,
        trust=about.trust(delivery) if about else delivery.verdicts.trust,
        recipients=delivery.recipients[:20],
        sender=delivery.sender[:320],
        subject=delivery.subject[:500],
        domain=about.policy.domain if about else "",
        reporter=about.reporter if about else "",
        report_id=about.report_id[:500] if about else "",
    )


def _uploaded(stored: Stored) -> UploadedReport:
    return UploadedReport(stored.path, stored.filed.outcome, stored.filed.id)


def _problem(entry: Entry) -> UploadProblem:
    return UploadProblem(entry.path, entry.reason, entry.detail, entry.id)
