"""What a request adds to the audit log: once for all routes, around them.

Every request that may change something is recorded once it has been answered well; whoever reads failure
reports is recorded before they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from pydantic_core import from_json

from shared.core import ids
from shared.core.audit import Actor, ActorKind, Audit, Deed, record
from shared.core.audit_detail import CONCEALED, detail_of, names_secret
from shared.core.callers import Caller
from shared.core.domains import Domains
from shared.core.errors import NotFound
from shared.core.ids import AccountId
from shared.core.people.people import ME

if TYPE_CHECKING:
    from shared.edge.http import Api

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
REPLAYED: Final = "Idempotent-Replayed"

OF_PARAMETERS: Final = {
    "account_id": ids.ACCOUNT,
    "alert_id": ids.ALERT,
    "delivery_id": ids.DELIVERY,
    "domain_id": ids.DOMAIN,
    "entry_id": ids.QUARANTINE,
    "group_id": ids.GROUP,
    "issue_id": ids.ISSUE,
    "key_id": ids.API_KEY,
    "policy_filter_id": ids.POLICY_FILTER,
    "report_id": ids.REPORT,
    "source_filter_id": ids.SOURCE_FILTER,
    "tag_id": ids.TAG,
    "tls_policy_id": ids.TLS_POLICY,
    "task_id": ids.TASK,
    "upload_id": ids.UPLOAD,
    "user_id": ids.USER,
    "webhook_id": ids.WEBHOOK,
}
"""The prefix of the ids that a parameter of a path takes."""

_LONGEST: Final = 256

logger = Logger(service="api")


@dataclass(frozen=True, slots=True)
class Trail:
    """Where entries go, and what they are made with. The stores are asked for when they are needed."""

    audit: Callable[[], Audit]
    domains: Callable[[], Domains]
    random_bits: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts in which account."""

    account: AccountId
    actor: Actor


def unrecorded(app: Api, following: Callable[[Api], Response[Any]]) -> Response[Any]:
    """Middleware that marks a route as one that nobody is to answer for: a look-up, or mail that arrives."""
    return following(app)


def around(app: Api, following: Callable[[Api], Response[Any]]) -> Response[Any]:
    """Middleware of every route: record what was done. Replayed answers did nothing.

    An entry that cannot be written does not take back what was done: all of it goes to the log, and a metric
    raises the alarm.
    """
    if not records(app.context["_route"], app.current_event.http_method):
        return following(app)
    resource, others = _named_in_path(app)
    response = following(app)
    done = response.status_code < 400 and REPLAYED not in response.headers
    if done and not app.context.get("changed_nothing"):
        deed = Deed(
            _operation(app), resource or _id_in(response.body), {**others, **_fields(app)}, app.request_id
        )
        for author in _authors(app):
            try:
                _write(app, author, deed)
            except Exception as error:
                logger.exception("not in the audit log", exc_info=error, entry=f"{author} {deed}")
                _count_lost()
    return response


def _count_lost() -> None:
    """By itself: an alarm takes a metric with exactly its dimensions, and those of requests have a status."""
    service = {"service": logger.service}
    with single_metric("AuditEntriesLost", MetricUnit.Count, 1, default_dimensions=service):
        pass


def changed_nothing(app: Api) -> None:
    """Say that the request, though it may have, changed nothing."""
    app.context["changed_nothing"] = True


def done_to(app: Api, account: AccountId) -> None:
    """Say that what the operator does is done to another account: its log has it, too."""
    app.context["done_to"] = account


def records(route: Any, method: str) -> bool:
    """Whether a route's good answers are recorded."""
    return bool(
        route is not None
        and route.operation_id
        and method not in READING
        and unrecorded not in route.middlewares
    )


def record_read(app: Api, resource: str, **detail: str) -> None:
    """Record that failure reports are read, before they are shown: where that fails, they are not."""
    author = _author(app)
    if author is None:
        raise ValueError("failure reports are read by somebody")
    _write(app, author, Deed(_operation(app), resource, detail_of(detail), app.request_id))


def act_for(app: Api, account: AccountId, user: ids.UserId, label: str) -> None:
    """Say whose request it is where no credential does: a link from a letter proved it."""
    app.context["author"] = Author(
        account, Actor(ActorKind.USER, ids.render(ids.USER, user), label, *_place(app))
    )


def _write(app: Api, author: Author, deed: Deed) -> None:
    trail: Trail = app.context["trail"]
    record(trail.audit(), author.account, author.actor, deed, now=app.now, random_bits=trail.random_bits)


def _author(app: Api) -> Author | None:
    """None where nobody is known to act: the account's log has no place for it."""
    said: Author | None = app.context.get("author")
    if said is not None:
        return said
    caller: Caller | None = app.context.get("caller")
    if caller is None:
        return None
    if caller.user is not None:
        kind, who = ActorKind.USER, ids.render(ids.USER, caller.user)
    else:
        kind, who = ActorKind.API_KEY, ids.render(ids.API_KEY, caller.key) if caller.key else ""
    return Author(caller.account_id, Actor(kind, who, caller.label, *_place(app)))


def _authors(app: Api) -> list[Author]:
    """Who acts, and the same as the operator of an account that it is done to: there the operator's people
    are known by what they are called, and by no more."""
    author, account = _author(app), app.context.get("done_to")
    if author is None:
        return []
    if account in (None, author.account):
        return [author]
    return [author, Author(account, Actor(ActorKind.OPERATOR, label=author.actor.label))]


def _place(app: Api) -> tuple[str, str]:
    """Address and user agent."""
    http = app.current_event["requestContext"]["http"]
    return str(http.get("sourceIp", ""))[:_LONGEST], str(http.get("userAgent", ""))[:_LONGEST]


def _operation(app: Api) -> str:
    return str(app.context["_route"].operation_id)


def _named_in_path(app: Api) -> tuple[str, dict[str, str]]:
    """What the path names first, as the wire has it, and what it names beside."""
    match = app.context["_route"].rule.match(app.context["_path"])
    # What no route has is still called one, and a line break in the path keeps that from matching.
    found = {} if match is None else match.groupdict()
    named = {name: _rendered(app, name, text) for name, text in found.items()}
    first = next(iter(named), "")
    return named.pop(first, ""), named


def _rendered(app: Api, param: str, text: str) -> str:
    """``ud_19`` of ``19``, the id of oneself of ``me``, and of a domain's name at the price of a read: by its
    id all is found again."""
    prefix = OF_PARAMETERS.get(param)
    if prefix is None:
        return CONCEALED if names_secret(param) else text[:_LONGEST]
    try:
        return ids.render(prefix, ids.parse(prefix, text))
    except NotFound:
        author = _author(app)
        if prefix == ids.USER and text == ME and author is not None:
            return author.actor.id
        if prefix != ids.DOMAIN or author is None:
            return text[:_LONGEST]
        found = app.context["trail"].domains().resolve(author.account, text)
        return text[:_LONGEST] if found is None else ids.render(prefix, found.id)


def _id_in(body: Any) -> str:
    """Of what was made, as the answer shows it."""
    data = body.get("data") if isinstance(body, Mapping) else None
    found = data.get("id") if isinstance(data, Mapping) else None
    return found[:_LONGEST] if isinstance(found, str) else ""


def _fields(app: Api) -> dict[str, str]:
    """Of a body that is a JSON object; reports that are sent are none."""
    try:
        body = from_json(app.body)
    except ValueError:
        return {}
    return detail_of(body) if isinstance(body, Mapping) else {}
