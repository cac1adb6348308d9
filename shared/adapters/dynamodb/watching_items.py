"""What is known of domains' DNS as items of the table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.core.ids import AccountId, DomainId
from shared.core.segments import pack_document, unpack_document
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.seen import Seen
from shared.core.watching.states import Change, ChangeId, DnsState, Known, Part
from shared.mailauth.evaluate.inspection import State


def state_item(state: DnsState) -> Item:
    known = {part.value: _known_document(each) for part, each in state.parts.items()}
    return {
        **keys.dns_state(state.account, state.domain)._asdict(),
        "version": state.version,
        "state": pack_document([known, list(state.findings)]),
    }


def state_of(account: AccountId, domain: DomainId, item: Item) -> DnsState:
    known, findings = unpack_document(item["state"])
    parts = {part: _known_of(part, known[part.value]) for part in Part if part.value in known}
    return DnsState(account, domain, parts, tuple(findings), item["version"])


def change_item(account: AccountId, domain: DomainId, change: Change, expires: int) -> Item:
    return {
        **keys.dns_change(account, domain, change.id)._asdict(),
        "id": change.id,
        "expires": expires,
        "change": pack_document([change.part.value, change.at, change.before, change.after]),
    }


def change_of(item: Item) -> Change:
    part, at, before, after = unpack_document(item["change"])
    return Change(ChangeId(item["id"]), Part(part), at, tuple(before), tuple(after))


def source_item(account: AccountId, domain: DomainId, source: ApprovedSource) -> Item:
    said = [source.name, source.domain, source.ips, source.resolved, source.trouble]
    return {
        **keys.approved_source(account, domain, source.slug)._asdict(),
        "slug": source.slug,
        "tag": source.tag,
        "created": source.created,
        "modified": source.modified,
        "source": pack_document(said),
    }


def source_of(item: Item) -> ApprovedSource:
    name, domain, ips, resolved, trouble = unpack_document(item["source"])
    return ApprovedSource(
        slug=item["slug"],
        name=name,
        domain=domain,
        tag=item["tag"],
        created=item["created"],
        modified=item["modified"],
        ips=tuple(ips),
        resolved=resolved,
        trouble=trouble,
    )


def seen_item(account: AccountId, domain: DomainId, seen: Seen) -> Item:
    selectors = {name: day.toordinal() for name, day in seen.selectors.items()}
    last = seen.last_report
    return {
        **keys.seen_mail(account, domain)._asdict(),
        "seen": pack_document([None if last is None else last.toordinal(), selectors]),
    }


def seen_of(item: Item) -> Seen:
    last, selectors = unpack_document(item["seen"])
    days = {name: date.fromordinal(day) for name, day in selectors.items()}
    return Seen(None if last is None else date.fromordinal(last), days)


def _known_document(known: Known) -> list[Any]:
    return [
        *(known.state.value, known.inspection, known.lines, known.since),
        *(known.settled, known.failing, known.answered, known.trouble),
    ]


def _known_of(part: Part, document: list[Any]) -> Known:
    state, inspection, lines, since, settled, failing, answered, trouble = document
    held: Mapping[str, Any] = inspection
    return Known(
        part=part,
        state=State(state),
        inspection=held,
        lines=tuple(lines),
        since=since,
        settled=None if settled is None else tuple(settled),
        failing=failing,
        answered=answered,
        trouble=trouble,
    )
