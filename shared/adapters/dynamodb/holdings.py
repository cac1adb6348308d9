from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any, Final

from shared.adapters.blobs import Blobs
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.plain_items import plain_record
from shared.adapters.dynamodb.report_items import fact_of
from shared.adapters.dynamodb.table import Range, Table
from shared.core.advice.advices import orders_of
from shared.core.advice.ledger import Kind as Matters
from shared.core.clock import utc_day
from shared.core.domains import Domain
from shared.core.holdings import FactsPage, FiledMail, LeavingDomain, Place
from shared.core.ids import (
    AccountId,
    AlertId,
    ApiKeyId,
    DeliveryId,
    DomainId,
    FilterId,
    GroupId,
    MatterId,
    QuarantineId,
    ReportId,
    TagId,
    UserId,
    WebhookId,
)
from shared.core.reports import Fact
from shared.core.rights import DEFAULT_GROUP
from shared.core.stored_filters import Purpose
from shared.mailauth.reports.values import Kind

_DOMAIN: Final = "DOMAIN"
_ASIDE: Final = "ASIDE"
_PERSON: Final = "PERSON"
_NEVER: Final = DomainId(0)


class DynamoHoldings:
    """``Holdings`` on the table: it knows the partitions that belong to an account as a whole."""

    def __init__(self, table: Table, blobs: Blobs, now: Callable[[], float]) -> None:
        self._table = table
        self._blobs = blobs
        self._now = now

    def note_domain(self, domain: Domain) -> None:
        self._table.put(_note(domain.account, _DOMAIN, domain.id, domain.token))

    def leaving_domains(self, account: AccountId, limit: int) -> list[LeavingDomain]:
        return self._noted_domains(account, _DOMAIN, limit)

    def set_aside(self, account: AccountId, domain: LeavingDomain) -> None:
        self._table.put(_note(account, _ASIDE, domain.id, domain.token))
        self._table.delete(keys.leaving(account, _DOMAIN, domain.id))

    def domains_aside(self, account: AccountId, limit: int) -> list[LeavingDomain]:
        return self._noted_domains(account, _ASIDE, limit)

    def forget_domain(self, account: AccountId, domain: DomainId) -> None:
        self._table.delete(keys.leaving(account, _ASIDE, domain))

    def note_person(self, account: AccountId, user: UserId) -> None:
        self._table.put(_note(account, _PERSON, user))

    def leaving_people(self, account: AccountId, limit: int) -> list[UserId]:
        return [UserId(item["number"]) for item in self._leaving(account, _PERSON, limit)]

    def forget_person(self, account: AccountId, user: UserId) -> None:
        self._table.delete(keys.leaving(account, _PERSON, user))

    def end_membership(self, account: AccountId, user: UserId) -> None:
        """Settings are read with the member that they follow: they never stand alone."""
        self._table.delete(keys.member_settings(account, user))
        self._table.delete(keys.member(account, user))

    def wipe_domain(self, account: AccountId, domain: DomainId, limit: int) -> int:
        return self._wipe(map(Range, partitions_of_domain(account, domain)), limit)

    def mails(self, account: AccountId, limit: int) -> list[FiledMail]:
        found = self._table.query(Range(keys.mail(account, "").pk), consistent=True, batch=limit)
        return [FiledMail(item["sk"], item.get("shared", False)) for item in islice(found, limit)]

    def forget_mails(self, account: AccountId, mails: list[FiledMail]) -> None:
        self._table.delete_many(keys.mail(account, mail.place) for mail in mails)

    def wipe(self, account: AccountId, limit: int) -> int:
        """API keys are found by the index. What cannot be seen there yet is seen when it is wiped again."""
        listed = Range(keys.keys_of(account, ApiKeyId(0)).pk, index=True)
        gone = self._table.delete_many(
            keys.Key(item["pk"], item["sk"]) for item in islice(self._keys(listed), limit)
        )
        return gone or self._wipe(self._ranges(account), limit)

    def records(self, account: AccountId) -> Iterator[Mapping[str, Any]]:
        domains = Range(keys.domain(account, _NEVER).pk, "D#", "D#" + keys.AFTER_ALL)
        own = self._table.get(keys.account(account))
        listed = Range(keys.keys_of(account, ApiKeyId(0)).pk, index=True)
        api_keys = self._table.get_many(keys.Key(key["pk"], key["sk"]) for key in self._keys(listed))
        of_domains = (
            Range(partition)
            for item in self._table.query(domains, attributes=("id",))
            for partition in partitions_of_domain(account, DomainId(item["id"]))[1:]
        )
        ranges = chain([domains], self._ranges(account), of_domains)
        everything = chain(
            [] if own is None else [own],
            api_keys.values(),
            chain.from_iterable(map(self._table.query, ranges)),
        )
        for item in everything:
            record = plain_record(item)
            if record is not None:
                yield record

    def facts(self, account: AccountId, domain: DomainId, *, after: Place | None, limit: int) -> FactsPage:
        """Reports that expired are passed over: the table removes them in its own time."""
        found: list[Fact] = []
        for kind in Kind if after is None else list(Kind)[list(Kind).index(after.kind) :]:
            number = after.number + 1 if after is not None and kind is after.kind else 0
            first = keys.fact(account, domain, kind, ReportId(number))
            wanted = Range(first.pk, first.sk, f"{keys.KINDS[kind]}#{keys.AFTER_ALL}")
            for item in self._table.query(wanted, consistent=True, batch=limit + 1):
                fact = self._whole(item)
                if fact is not None and len(found) == limit:
                    return FactsPage(found, True)
                found += [] if fact is None else [fact]
        return FactsPage(found, False)

    def _whole(self, item: Item) -> Fact | None:
        body = item["body"] if "body" in item else self._blobs.get(item["blob"])
        return None if body is None or item["expires"] <= self._now() else fact_of(item, bytes(body))

    def _ranges(self, account: AccountId) -> Iterator[Range]:
        """All that is of no domain, but for the account's own item and those of its domains."""
        own = keys.account(account)
        yield Range(own.pk, own.sk + " ", "D")
        yield Range(own.pk, "D~")
        own_item = self._table.get(own)
        since = utc_day(own_item["created"] if own_item else 0)
        yield from map(Range, partitions_of_account(account, since, utc_day(self._now())))

    def _noted_domains(self, account: AccountId, kind: str, limit: int) -> list[LeavingDomain]:
        found = self._leaving(account, kind, limit)
        return [LeavingDomain(DomainId(item["number"]), item["token"]) for item in found]

    def _leaving(self, account: AccountId, kind: str, limit: int) -> list[Item]:
        first = keys.leaving(account, kind, 0)
        wanted = Range(first.pk, first.sk, f"{kind}#{keys.AFTER_ALL}")
        return list(islice(self._table.query(wanted, consistent=True, batch=limit), limit))

    def _keys(self, wanted: Range) -> Iterator[Item]:
        return self._table.query(wanted, attributes=("pk", "sk"))

    def _wipe(self, ranges: Iterable[Range], limit: int) -> int:
        found = chain.from_iterable(
            self._table.query(wanted, attributes=("pk", "sk"), consistent=True) for wanted in ranges
        )
        return self._table.delete_many(keys.Key(item["pk"], item["sk"]) for item in islice(found, limit))


def _note(account: AccountId, kind: str, number: int, token: str | None = None) -> dict[str, Plain | None]:
    return {**keys.leaving(account, kind, number)._asdict(), "number": number, "token": token}


def partitions_of_domain(account: AccountId, domain: DomainId) -> tuple[str, ...]:
    """All that is stored of one domain and goes with it; its reports are in the first. What is hosted stays
    until its CNAMEs are gone."""
    day = date.min
    return (
        keys.fact(account, domain, next(iter(keys.KINDS)), ReportId(0)).pk,
        keys.day_totals(account, domain, day).pk,
        keys.day_detail(account, domain, day).pk,
        keys.watched(account, domain),
        keys.alert_mark(account, domain, "").pk,
        keys.advice(account, domain).pk,
        keys.favourites(account, domain).pk,
    )


def advice_lists(account: AccountId) -> Iterator[str]:
    """What is listed of the advice about an account's domains."""
    for kind in Matters:
        yield from (keys.matters_by(account, kind, order) for order in orders_of(kind))
    yield keys.matter(account, MatterId(0)).pk
    yield keys.plan(account, _NEVER).pk


def partitions_of_account(account: AccountId, since: date, today: date) -> Iterator[str]:
    """All that is stored of the account beside its domains and mails: ``since`` is when it was opened. Groups
    and tags lose their members with the domains."""
    yield keys.member(account, UserId(0)).pk
    yield keys.domain_name(account, "").pk
    yield keys.account_day(account, today).pk
    yield keys.quarantined(account, QuarantineId(0)).pk
    yield keys.alert(account, AlertId(0)).pk
    yield keys.alert_mark(account, None, "").pk
    yield keys.webhook(account, WebhookId(0)).pk
    yield keys.delivery(account, WebhookId(0), DeliveryId(0)).pk
    yield keys.digest(account, UserId(0), "").pk
    yield keys.answer(account, "").pk
    yield keys.group(account, GroupId(0)).pk
    yield keys.group_label(account, "").pk
    yield keys.in_any_group(account, _NEVER).pk
    yield keys.in_group(account, DEFAULT_GROUP, _NEVER).pk
    yield keys.tag(account, TagId(0)).pk
    yield keys.detail_job(account, "").pk
    yield keys.lake_day(account, today).pk
    yield keys.tag_name(account, "").pk
    yield keys.failure_job(account, "", "").pk
    yield keys.tls_days(account, _NEVER).pk
    yield keys.week(account, _NEVER).pk
    yield from advice_lists(account)
    yield from (keys.stored_filter(account, purpose, FilterId(0)).pk for purpose in Purpose)
    month = since.replace(day=1)
    while month <= today:
        yield keys.audit_month(account, month)
        month = (month + timedelta(days=31)).replace(day=1)
