"""What every route of detail reports takes."""

from __future__ import annotations

from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from shared.core.access import read_account
from shared.core.detail.asking import find_job, result_of
from shared.core.detail.jobs import DetailJob
from shared.core.detail.results import DetailResult
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.senders.standing import Standing
from shared.edge.http import Api
from shared.wiring import details, table

app = Api()
T = TypeVar("T")

TAGS = ["Detail reports"]
TokenPath = Annotated[str, Path(description="`token` of the report.", examples=["1yX5dqKc0Zt8mPw3"])]
StandingParam = Annotated[Standing | None, Query(description="Only what has this standing.")]


def job_of(token: str) -> DetailJob:
    return find_job(table.detail_jobs(), read_account(app.caller, table.groups()), token, app.now)


def finished(token: str) -> DetailResult:
    return result_of(details.shelf(), job_of(token))


def offset_of(asked: PageRequest) -> int:
    """Results stay as they are, so that a place in them is a number."""
    return asked.cursor.id if asked.cursor else 0


def page_of(items: list[T], total: int, asked: PageRequest) -> Page[T]:
    reached = offset_of(asked) + len(items)
    return Page(items, Cursor(reached, total) if items and reached < total else None, total)
