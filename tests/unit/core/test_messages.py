from __future__ import annotations

import json
from datetime import date

import pytest

from shared.core.ids import AccountId, DomainId, GroupId, TagId
from shared.core.messages import (
    Unreadable,
    decode_closing,
    decode_detail_task,
    decode_dns_check,
    decode_export,
    decode_lake_task,
    decode_removed,
    decode_source_refresh,
    decode_touched_day,
    decode_unknown_hosts,
    encode_closing,
    encode_detail_task,
    encode_dns_check,
    encode_export,
    encode_lake_task,
    encode_removed_domain,
    encode_source_refresh,
    encode_sweep,
    encode_touched_day,
    encode_unknown_hosts,
)
from shared.core.queues import (
    CloseAccount,
    DetailTask,
    DnsCheck,
    ExportPiece,
    LakeTask,
    RemovedDomain,
    RemovedGroup,
    RemovedTag,
    SourceRefresh,
    Step,
    TouchedDay,
    UnknownHosts,
)

TOUCHED = TouchedDay(AccountId(7), DomainId(2**53 - 1), date(2026, 9, 1))


def test_work_survives_the_queue() -> None:
    question = UnknownHosts(TOUCHED, ("192.0.2.1", "2001:db8::1"))
    removed = RemovedDomain(AccountId(7), DomainId(8))
    check = DnsCheck(AccountId(7), DomainId(8))

    assert decode_touched_day(encode_touched_day(TOUCHED)) == TOUCHED
    assert decode_unknown_hosts(encode_unknown_hosts(question)) == question
    assert decode_removed(encode_removed_domain(removed)) == removed
    assert decode_dns_check(encode_dns_check(check)) == check
    for lake in (
        LakeTask(AccountId(7)),
        LakeTask(AccountId(7), date(2026, 9, 1)),
        LakeTask(AccountId(7), None, DomainId(8)),
        LakeTask(AccountId(7), date(2026, 9, 1), DomainId(8)),
    ):
        assert decode_lake_task(encode_lake_task(lake)) == lake
    due = SourceRefresh(AccountId(7), 1_790_000_000)
    assert decode_source_refresh(encode_source_refresh(due)) == due
    for order in (CloseAccount(AccountId(7)), CloseAccount(AccountId(7), 1_790_000_000)):
        assert decode_closing(encode_closing(order)) == order
    for piece in (
        ExportPiece(AccountId(7), 5),
        ExportPiece(AccountId(7), 5, 3, DomainId(8), "tls", 2**53 - 1),
    ):
        assert decode_export(encode_export(piece)) == piece
    for gone in (RemovedGroup(AccountId(7), GroupId(1)), RemovedTag(AccountId(7), TagId(9))):
        assert decode_removed(encode_sweep(gone)) == gone


@pytest.mark.parametrize(
    "change",
    [{"day": "soon"}, {"day": None}, {"day": 5}, {"account": "7"}, {"domain": None}, {"account": True}],
)
def test_what_is_not_ours_is_named(change: dict[str, object]) -> None:
    text = json.dumps({**json.loads(encode_touched_day(TOUCHED)), **change})

    with pytest.raises(Unreadable):
        decode_touched_day(text)


@pytest.mark.parametrize("text", ["", "[]", "{}", '"text"', "[" * 100_000])
def test_text_that_is_no_message_is_named(text: str) -> None:
    for decode in (
        *(decode_touched_day, decode_unknown_hosts, decode_removed, decode_dns_check),
        *(decode_closing, decode_detail_task, decode_export, decode_source_refresh),
    ):
        with pytest.raises(Unreadable):
            decode(text)


@pytest.mark.parametrize("addresses", [None, "192.0.2.1", [1], [None]])
def test_addresses_are_a_list_of_texts(addresses: object) -> None:
    text = json.dumps({**json.loads(encode_touched_day(TOUCHED)), "addresses": addresses})

    with pytest.raises(Unreadable):
        decode_unknown_hosts(text)


@pytest.mark.parametrize("step", Step)
def test_steps_of_detail_reports(step: Step) -> None:
    task = DetailTask(AccountId(7), "T" * 16, step, 3)
    assert decode_detail_task(encode_detail_task(task)) == task


def test_a_step_that_there_is_not() -> None:
    with pytest.raises(Unreadable):
        decode_detail_task('{"account":7,"token":"t","step":"walk","part":0}')
