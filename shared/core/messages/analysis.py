"""Of what is made from reports."""

from __future__ import annotations

from dataclasses import asdict

from shared.core.ids import AccountId, DomainId
from shared.core.messages.fields import Unreadable, account_and_domain, date_of, fields_of, number, text_of
from shared.core.queues import AdviceDue, DetailTask, LakeTask, SourceRefresh, Step


def encode_advice_due(due: AdviceDue) -> str:
    return text_of({"account": due.account, "domain": due.domain})


def decode_advice_due(text: str) -> AdviceDue:
    fields = fields_of(text)
    return AdviceDue(*account_and_domain(fields))


def encode_source_refresh(refresh: SourceRefresh) -> str:
    return text_of({"account": refresh.account, "asked": refresh.asked})


def decode_source_refresh(text: str) -> SourceRefresh:
    fields = fields_of(text)
    return SourceRefresh(AccountId(number(fields, "account")), number(fields, "asked"))


def encode_detail_task(task: DetailTask) -> str:
    return text_of(asdict(task))


def decode_detail_task(text: str) -> DetailTask:
    fields = fields_of(text)
    token, step = fields.get("token"), fields.get("step")
    if not isinstance(token, str) or step not in set(Step):
        raise Unreadable("not a step of a detail report")
    return DetailTask(AccountId(number(fields, "account")), token, Step(step), number(fields, "part"))


def encode_lake_task(task: LakeTask) -> str:
    day = None if task.day is None else task.day.isoformat()
    return text_of({"account": task.account, "lake": day, "forget": task.forget})


def decode_lake_task(text: str) -> LakeTask:
    fields = fields_of(text)
    if "lake" not in fields:
        raise Unreadable("not of the lake")
    day = None if fields["lake"] is None else date_of(fields, "lake")
    forget = None if fields.get("forget") is None else DomainId(number(fields, "forget"))
    return LakeTask(AccountId(number(fields, "account")), day, forget)
