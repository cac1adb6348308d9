from __future__ import annotations

from shared.core.idempotency import CLAIM_SECONDS, KEPT_SECONDS, Claim, Kept
from shared.core.ids import AccountId
from tests.contract.stores import Stores

OWNER, OTHER = AccountId(7), AccountId(8)
ANSWER = Kept(201, '{"data":{"id":"ud_1"}}')
NOW = 1_000


def test_a_key_is_taken_once_until_its_claim_lapses(stores: Stores) -> None:
    assert stores.answers.claim(OWNER, "k", "a", NOW) is None
    assert stores.answers.claim(OWNER, "k", "b", NOW + CLAIM_SECONDS - 1) == Claim("a", None)
    assert stores.answers.claim(OTHER, "k", "b", NOW) is None
    assert stores.answers.claim(OWNER, "k", "b", NOW + CLAIM_SECONDS) is None


def test_an_answer_is_kept_for_its_time(stores: Stores) -> None:
    stores.answers.claim(OWNER, "k", "a", NOW)
    stores.answers.keep(OWNER, "k", "a", ANSWER, NOW)

    assert stores.answers.claim(OWNER, "k", "b", NOW + KEPT_SECONDS - 1) == Claim("a", ANSWER)
    assert stores.answers.claim(OWNER, "k", "b", NOW + KEPT_SECONDS) is None


def test_who_lost_the_claim_keeps_nothing_and_releases_nothing(stores: Stores) -> None:
    stores.answers.claim(OWNER, "k", "a", NOW)
    later = NOW + CLAIM_SECONDS
    stores.answers.claim(OWNER, "k", "b", later)

    stores.answers.keep(OWNER, "k", "a", ANSWER, later)
    stores.answers.release(OWNER, "k", "a")

    assert stores.answers.claim(OWNER, "k", "c", later) == Claim("b", None)


def test_a_released_key_is_free_and_an_answered_one_stays(stores: Stores) -> None:
    stores.answers.claim(OWNER, "k", "a", NOW)
    stores.answers.release(OWNER, "k", "a")
    assert stores.answers.claim(OWNER, "k", "b", NOW) is None

    stores.answers.keep(OWNER, "k", "b", ANSWER, NOW)
    stores.answers.release(OWNER, "k", "b")
    assert stores.answers.claim(OWNER, "k", "b", NOW) == Claim("b", ANSWER)
