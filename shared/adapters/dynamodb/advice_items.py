"""Advice as items of the table, and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.core.advice.advices import Advice, Listed, PlanRow, orders_of, place_in
from shared.core.advice.ledger import Kind, Matter
from shared.core.advice.planning import Recommendation
from shared.core.advice.world import Stance
from shared.core.ids import AccountId, DomainId, MatterId
from shared.core.segments import pack_document, unpack_document


def advice_item(advice: Advice) -> Item:
    stance = advice.stance
    said = None if stance is None else [stance.policy, stance.testing, stance.since]
    return {
        **keys.advice(advice.account, advice.domain)._asdict(),
        "version": advice.version,
        "name": advice.name,
        "advice": pack_document([said, [_document(matter) for matter in advice.matters]]),
    }


def advice_of(account: AccountId, domain: DomainId, item: Item, row: Item | None) -> Advice:
    said, matters = unpack_document(item["advice"])
    return Advice(
        account,
        domain,
        item["name"],
        tuple(_matter(document) for document in matters),
        None if said is None else Stance(*said),
        None if row is None else row_of(row),
        item["version"],
    )


def row_item(account: AccountId, row: PlanRow, version: int) -> Item:
    numbers = [row.messages, row.passed, row.issues, row.tasks]
    said = [row.policy, row.testing, row.since, row.ready, row.recommendation.value, *numbers]
    return {
        **keys.plan(account, row.domain)._asdict(),
        "id": row.domain,
        "name": row.name,
        "version": version,
        "plan": pack_document(said),
    }


def row_of(item: Item) -> PlanRow:
    policy, testing, since, ready, recommendation, *numbers = unpack_document(item["plan"])
    return PlanRow(
        DomainId(item["id"]),
        item["name"],
        policy,
        testing,
        since,
        ready,
        Recommendation(recommendation),
        *numbers,
    )


def listed_items(account: AccountId, listed: Listed) -> Iterator[Item]:
    """One for each order that lists of its kind have, and one by which it is found by its id."""
    matter = listed.matter
    yield {**keys.matter(account, matter.id)._asdict(), "domain": listed.domain}
    state = keys.matter_state(solved=not matter.is_open, ignored=matter.ignored)
    for order in orders_of(matter.kind):
        where = keys.listed_matter(account, matter.kind, order, state, place_in(order, listed))
        yield {
            **where._asdict(),
            "domain": listed.domain,
            "name": listed.name,
            "matter": pack_document(_document(matter)),
        }


def listed_of(item: Item) -> Listed:
    return Listed(DomainId(item["domain"]), item["name"], _matter(unpack_document(item["matter"])))


def _document(matter: Matter) -> list[Any]:
    return [
        *(matter.id, matter.kind.value, matter.rule, matter.subject, matter.details, matter.created),
        *(matter.reopened, matter.solved, matter.ignored, matter.fading, matter.category, matter.worded),
    ]


def _matter(document: list[Any]) -> Matter:
    number, kind, *rest = document
    return Matter(MatterId(number), Kind(kind), *rest)
