from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.core.detail.jobs import KEPT_SECONDS, DetailJob, PartNote, Status, new_token
from shared.core.detail.questions import Filters, Question
from shared.core.ids import AccountId, DomainId
from tests.contract.stores import AwsStores, Stores

ACCOUNT = AccountId(7)
ASKED = Question(
    date(2026, 8, 1),
    date(2026, 8, 31),
    (DomainId(19), DomainId(20)),
    Filters(countries=("DE",), numbers=(4, 5), network="192.0.2.0/24", comment="ärc"),
    named=True,
)


def job(stores: Stores, number: int = 1, *, account: AccountId = ACCOUNT) -> DetailJob:
    created = int(stores.clock()) + number
    return DetailJob(account, new_token(created, number), created, ASKED)


def begun(stores: Stores, number: int = 1) -> DetailJob:
    made = job(stores, number)
    assert stores.detail_jobs.begin(made, f"same{number}", None) is None
    return made


def test_a_job_is_found_with_all_that_was_asked(stores: Stores) -> None:
    made = begun(stores)

    assert stores.detail_jobs.get(ACCOUNT, made.token) == made
    assert stores.detail_jobs.get(AccountId(8), made.token) is None
    assert stores.detail_jobs.get(ACCOUNT, "x" * 16) is None


def test_one_job_answers_a_question(stores: Stores) -> None:
    first, second = job(stores, 1), job(stores, 2)

    assert stores.detail_jobs.begin(first, "same", None) is None
    assert stores.detail_jobs.begin(second, "same", None) == first.token
    assert stores.detail_jobs.get(ACCOUNT, second.token) is None
    assert stores.detail_jobs.begin(second, "same", first.token) is None
    assert stores.detail_jobs.begin(job(stores, 3), "same", first.token) == second.token
    assert stores.detail_jobs.begin(job(stores, 4, account=AccountId(8)), "same", None) is None


def test_a_job_is_gone_when_it_has_expired(stores: Stores) -> None:
    made = begun(stores)

    stores.clock.time = made.created + KEPT_SECONDS

    assert stores.detail_jobs.get(ACCOUNT, made.token) is None
    assert stores.detail_jobs.page(ACCOUNT, after=None, newest_first=True, limit=9) == []
    again = job(stores, 5)
    assert stores.detail_jobs.begin(again, "same1", None) is None
    assert stores.detail_jobs.get(ACCOUNT, again.token) == again


def test_jobs_are_listed_by_age_both_ways(stores: Stores) -> None:
    made = [begun(stores, number) for number in range(1, 6)]
    jobs = stores.detail_jobs

    assert jobs.page(ACCOUNT, after=None, newest_first=True, limit=3) == made[:1:-1]
    assert jobs.page(ACCOUNT, after=made[2].token, newest_first=True, limit=3) == made[1::-1]
    assert jobs.page(ACCOUNT, after=None, newest_first=False, limit=3) == made[:3]
    assert jobs.page(ACCOUNT, after=made[2].token, newest_first=False, limit=3) == made[3:]
    assert jobs.page(AccountId(8), after=None, newest_first=True, limit=3) == []


def test_a_job_is_planned_once(stores: Stores) -> None:
    made = begun(stores)

    planned = stores.detail_jobs.plan(made, (DomainId(19), DomainId(2**53 - 1)), 4)
    again = stores.detail_jobs.plan(made, (DomainId(21),), 9)

    assert planned == again == stores.detail_jobs.get(ACCOUNT, made.token)
    assert planned is not None
    assert (planned.status, planned.parts) == (Status.RUNNING, 4)
    assert planned.domains == (DomainId(19), DomainId(2**53 - 1))
    assert stores.detail_jobs.plan(job(stores, 2), (), 0) is None


def test_a_plan_goes_on_where_another_stopped_halfway(aws: AwsStores) -> None:
    made = begun(aws)
    domains = (DomainId(19),)
    aws.detail_jobs.plan(made, domains, 4)
    key = {"pk": {"S": "A#7#DETAILS"}, "sk": {"S": f"JOB#{made.token}"}}
    aws.table.client.update_item(
        TableName=aws.table.name,
        Key=key,
        UpdateExpression="SET #status = :status REMOVE parts",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "waiting"}},
    )

    planned = aws.detail_jobs.plan(made, domains, 4)

    assert planned is not None
    assert (planned.parts, planned.status) == (4, Status.RUNNING)


def test_the_first_note_of_a_part_stays(stores: Stores) -> None:
    made = begun(stores)
    notes = [PartNote(0, "a", 2, 100), PartNote(1_999, "b", 0, 200)]

    for note in (*notes, PartNote(0, "c", 5, 300)):
        stores.detail_jobs.note(made, note)

    assert sorted(stores.detail_jobs.notes(made), key=lambda note: note.part) == notes
    assert stores.detail_jobs.notes(begun(stores, 2)) == []


def test_a_job_ends_once(stores: Stores) -> None:
    made = begun(stores)
    failing = begun(stores, 2)

    assert stores.detail_jobs.finish(made, "result-1", 500)
    assert not stores.detail_jobs.finish(made, "result-2", 600)
    assert not stores.detail_jobs.fail(made, "late", 700)
    assert stores.detail_jobs.fail(failing, "too wide", 800)

    assert stores.detail_jobs.get(ACCOUNT, made.token) == replace(
        made, status=Status.FINISHED, result="result-1", ended=500
    )
    assert stores.detail_jobs.get(ACCOUNT, failing.token) == replace(
        failing, status=Status.FAILED, reason="too wide", ended=800
    )
    assert stores.detail_jobs.plan(made, (), 0) is None


def test_a_removed_job_leaves_nothing(stores: Stores) -> None:
    made, other = begun(stores), begun(stores, 2)
    stores.detail_jobs.note(made, PartNote(0, "a", 2, 100))

    stores.detail_jobs.remove(made)
    stores.detail_jobs.remove(made)

    assert stores.detail_jobs.get(ACCOUNT, made.token) is None
    assert stores.detail_jobs.notes(made) == []
    assert not stores.detail_jobs.finish(made, "result", 1)
    assert stores.detail_jobs.begin(job(stores, 3), "same1", None) is None
    assert stores.detail_jobs.get(ACCOUNT, other.token) == other


def test_a_removed_job_does_not_take_the_question_of_its_successor(stores: Stores) -> None:
    first, second = job(stores, 1), job(stores, 2)
    stores.detail_jobs.begin(first, "same", None)
    stores.detail_jobs.begin(second, "same", first.token)

    stores.detail_jobs.remove(first)

    assert stores.detail_jobs.begin(job(stores, 3), "same", None) == second.token
