"""Looking at a hosting from outside: what its customer's names and ours answer to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final

from shared.core.hosting.changes import CHALLENGE
from shared.core.hosting.hosting import Hosting, HostState
from shared.core.hosting.names import Service
from shared.core.hosting.policies import Policy
from shared.core.hosting.sightings import Seen, Sighting
from shared.mailauth.evaluate.questions import (
    Answer,
    Asking,
    Fetch,
    Fetched,
    Fetching,
    Question,
    Type,
    answer_to,
)

_LARGEST_FILE: Final = 65_536
_FETCH_TIMEOUT: Final = 6.0
_AUTHORITIES: Final = frozenset({"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"})
_SHOWN: Final = 300


class Caa(Enum):
    """Whether Amazon's authority may issue for a name (RFC 8659)."""

    ALLOWED = auto()
    FORBIDDEN = auto()
    UNKNOWN = auto()


class FileStatus(StrEnum):
    ACTIVE = "active"
    PENDING = "pending"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Text:
    """What a name of ours answers; ``definite`` is False when there was no usable answer."""

    definite: bool
    values: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    cnames: Mapping[Service, Sighting]
    texts: Mapping[Service, Text]
    caa: Caa = Caa.UNKNOWN
    file: Fetched | None = None


def looked_at(hosting: Hosting) -> tuple[Service, ...]:
    """The services of which something is wanted or left."""
    return tuple(
        service
        for service, record in hosting.records.items()
        if record.value or record.sent or hosting.is_on(service)
    )


def look_at(hosting: Hosting) -> Asking[Look]:
    """All questions at once."""
    services = looked_at(hosting)
    questions = [question for service in services for question in _questions(hosting, service)]
    holder = hosting.customer_name(Service.POLICY)
    climbed = [Question(name, Type.CAA) for name in _climb(holder)] if Service.POLICY in services else []
    file = _file(hosting)
    replies = yield (*dict.fromkeys([*questions, *climbed]), *((file,) if file else ()))
    fetched = replies[file] if file else None
    return Look(
        cnames={each: _sighting(hosting, each, replies) for each in services},
        texts={each: _text(hosting, each, replies) for each in services},
        caa=caa_of([answer_to(replies, question) for question in climbed]),
        file=fetched if isinstance(fetched, Fetched) else None,
    )


def _questions(hosting: Hosting, service: Service) -> tuple[Question, ...]:
    name = hosting.customer_name(service)
    kind = _kind(service)
    own = (Question(hosting.target(service), each) for each in _own_kinds(service))
    return Question(name, Type.CNAME), Question(name, kind), *own, _own_text(hosting, service)


def _kind(service: Service) -> Type:
    return Type.A if service is Service.POLICY else Type.TXT


def _own_kinds(service: Service) -> tuple[Type, ...]:
    """What our name has to answer with. Not AAAA: whether there are any is CloudFront's."""
    return (Type.A, Type.CAA) if service is Service.POLICY else (Type.TXT,)


def _own_text(hosting: Hosting, service: Service) -> Question:
    """The policy host has a text beside it that says the same."""
    target = hosting.target(service)
    return Question(f"{CHALLENGE}.{target}" if service is Service.POLICY else target, Type.TXT)


def _file(hosting: Hosting) -> Fetch | None:
    """Worth asking once there is something at CloudFront."""
    if hosting.mta_sts.host.state in (HostState.OFF, HostState.WAITING_DNS, HostState.REQUESTING_CERT):
        return None
    url = f"https://{hosting.customer_name(Service.POLICY)}/.well-known/mta-sts.txt"
    return Fetch(url, _LARGEST_FILE, _FETCH_TIMEOUT)


def _sighting(hosting: Hosting, service: Service, replies: Mapping[object, object]) -> Sighting:
    name, target, kind = hosting.customer_name(service), hosting.target(service), _kind(service)
    return sighting_of(
        target,
        cname=answer_to(replies, Question(name, Type.CNAME)),
        there=answer_to(replies, Question(name, kind)),
        ours=answer_to(replies, Question(target, kind)),
    )


def sighting_of(target: str, *, cname: Answer, there: Answer, ours: Answer) -> Sighting:
    """``there`` and ``ours`` are the records that the customer's name and ours answer with."""
    if cname.found:
        first = cname.records[0]
        if target in (first, *there.aliases):
            return Sighting(Seen.HERE, first, cname.ttl)
        return Sighting(Seen.UNCLEAR if there.failed else Seen.ELSEWHERE, first, cname.ttl)
    if cname.failed or there.failed:
        here = target in there.aliases
        reason = cname.reason or there.reason
        return Sighting(Seen.HERE, target, there.ttl) if here else Sighting(Seen.UNKNOWN, reason=reason)
    if not there.found:
        return Sighting(Seen.NOTHING)
    shown = ", ".join(there.records)[:_SHOWN]
    if set(there.records) & set(ours.records):
        return Sighting(Seen.COPIED, shown)
    return Sighting(Seen.UNCLEAR if ours.failed else Seen.OTHER_RECORDS, shown)


def _text(hosting: Hosting, service: Service, replies: Mapping[object, object]) -> Text:
    """Of the policy host, nothing unless its addresses and its CAA record are there as well."""
    shown = answer_to(replies, _own_text(hosting, service))
    if service is Service.POLICY:
        target = hosting.target(service)
        own = [answer_to(replies, Question(target, each)) for each in _own_kinds(service)]
        shown = next((each for each in own if not each.found), shown)
    return Text(not shown.failed, shown.records, shown.reason)


def caa_of(climbed: list[Answer]) -> Caa:
    """``climbed`` are the CAA answers of the name and of its parents, nearest first. The first that holds
    any decides; a CNAME at the name was followed, its target's parents are not climbed."""
    for answer in climbed:
        if answer.failed:
            return Caa.UNKNOWN
        if answer.found:
            issuers = [value for tag, value in map(_property, answer.records) if tag == "issue"]
            permitted = not issuers or any(issuer in _AUTHORITIES for issuer in issuers)
            return Caa.ALLOWED if permitted else Caa.FORBIDDEN
    return Caa.ALLOWED if climbed else Caa.UNKNOWN


def _property(record: str) -> tuple[str, str]:
    """Tag and issuer of ``0 issue "ca.example; account=1"``."""
    _, _, rest = record.partition(" ")
    tag, _, value = rest.partition(" ")
    return tag.lower(), value.strip().strip('"').partition(";")[0].strip().lower()


def _climb(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def file_status(fetched: Fetched | None, policy: Policy | None, *, expected: bool) -> FileStatus:
    """``expected`` is whether the host should be serving by now: what does not answer is pending before."""
    if fetched is None or policy is None:
        return FileStatus.PENDING
    if fetched.outcome is Fetching.FETCHED and fetched.status == 200:
        return FileStatus.ACTIVE if fetched.body == policy.body.encode() else FileStatus.PENDING
    return FileStatus.UNREACHABLE if expected else FileStatus.PENDING
