"""Who may do what: every route of the API, every role, and the answer that the role is to be given.

``tests.needs`` says of each operation what it needs, and ``answer`` what that means for a role. ``python -m
tests.roles`` writes both as ``docs/roles.md``; with ``--check`` it only tells whether that is up to date.
Tests ask the routes as each of the roles: on stores in memory, and on the local stack.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from functions.api.docs.build import routes
from shared.core.rights import Level, Scope
from tests.needs import Need, Probe, probes

TABLE: Final = Path(__file__).parent.parent / "docs" / "roles.md"

READ, WRITE, FORENSIC, ADMIN = Scope.READ, Scope.WRITE, Scope.FORENSIC, Scope.ADMIN


class Answer(StrEnum):
    GRANTED = "yes"
    """What is asked for, or a refusal for another reason than who asks."""
    UNKNOWN = "401"
    DENIED = "403"
    HIDDEN = "404"


class Kind(StrEnum):
    MEMBER = "member"
    KEY = "key"
    STRANGER = "stranger"
    OPERATOR = "operator"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Role:
    """``group`` is the level in the group that the domain is in, ``all`` the level in every domain."""

    name: str
    words: str
    kind: Kind
    scopes: frozenset[Scope] = frozenset()
    group: Level = Level.NONE
    all: Level = Level.NONE
    owner: bool = False
    restricted: bool = False
    """To groups: by an access list, or as a key of one group."""


def _member(name: str, words: str, *more: Scope, group: Level = Level.NONE, all: Level = Level.NONE) -> Role:
    seen = max(group, all, key=lambda level: level.rank)
    return Role(
        name, words, Kind.MEMBER, frozenset({READ, WRITE, *more}), seen, all, restricted=ADMIN not in more
    )


def _key(name: str, words: str, *scopes: Scope, group: Level | None = None) -> Role:
    if group is not None:
        return Role(name, words, Kind.KEY, frozenset(scopes), group, restricted=True)
    most = Level.WRITE if WRITE in scopes else Level.READ if READ in scopes else Level.NONE
    return Role(name, words, Kind.KEY, frozenset(scopes), most, most)


EVERYTHING: Final = frozenset(Scope)
ROLES: Final = (
    Role("owner", "the owner", Kind.MEMBER, EVERYTHING, Level.WRITE, Level.WRITE, owner=True),
    _member("admin", "a member with the admin flag", ADMIN, all=Level.WRITE),
    _member("writer", "a member with write in the domain's group", group=Level.WRITE),
    _member("reader", "a member with read in the domain's group", group=Level.READ),
    _member("forensic", "a reader with the forensic flag", FORENSIC, group=Level.READ),
    _member("reads all", "a member with read in the default group", all=Level.READ),
    _member("outsider", "a member with access to no group"),
    _key("key: read", "an API key with the scope read", READ),
    _key("key: write", "an API key with the scope write, which includes read", READ, WRITE),
    _key("key: forensic", "an API key with the scope forensic, which includes read", READ, FORENSIC),
    _key("key: admin", "an API key with the scope admin alone", ADMIN),
    _key("key: group", "an API key to read and write in the domain's group", READ, WRITE, group=Level.WRITE),
    _key("key: other", "an API key to read and write in another group", READ, WRITE, group=Level.NONE),
    Role("stranger", "the owner of another account", Kind.STRANGER, EVERYTHING, owner=True),
    Role("operator", "an API key of the operator's account", Kind.OPERATOR, EVERYTHING),
    Role("nobody", "without a credential", Kind.NOBODY),
)


_SCOPES: Final[Mapping[Need, frozenset[Scope]]] = {
    Need.READ: frozenset({READ}),
    Need.READ_DOMAIN: frozenset({READ}),
    Need.READ_GROUP: frozenset({READ}),
    Need.READ_FAILURES: frozenset({READ, FORENSIC}),
    Need.READ_FAILURE: frozenset({READ}),
    Need.READ_FAILURE_MAIL: frozenset({READ}),
    Need.READ_SHOWN_FAILURE: frozenset({READ, FORENSIC}),
    Need.READ_FULL_FAILURE: frozenset({READ, FORENSIC, ADMIN}),
    Need.OWN_SEARCH: frozenset({READ, FORENSIC}),
    Need.DELETE_FAILURES: frozenset({WRITE, FORENSIC}),
    Need.WRITE_DOMAIN: frozenset({WRITE}),
    Need.WRITE_SEEN: frozenset({WRITE}),
    Need.ADD_DOMAIN: frozenset({WRITE}),
    Need.READ_ARRIVALS: frozenset({READ}),
    Need.READ_ARRIVED_MAIL: frozenset({READ, FORENSIC}),
    Need.WRITE_ARRIVALS: frozenset({WRITE}),
    Need.ADMIN: frozenset({ADMIN}),
    Need.ADMIN_WRITE: frozenset({ADMIN, WRITE}),
}
_OF_A_DOMAIN: Final = {
    Need.READ_DOMAIN: Level.READ,
    Need.READ_GROUP: Level.READ,
    Need.READ_FAILURE: Level.READ,
    Need.READ_FAILURE_MAIL: Level.READ,
    Need.READ_SHOWN_FAILURE: Level.READ,
    Need.READ_FULL_FAILURE: Level.READ,
    Need.WRITE_DOMAIN: Level.WRITE,
    Need.WRITE_SEEN: Level.READ,
}
_OF_ALL_DOMAINS: Final = {
    Need.ADD_DOMAIN: Level.WRITE,
    Need.READ_ARRIVALS: Level.READ,
    Need.READ_ARRIVED_MAIL: Level.READ,
    Need.WRITE_ARRIVALS: Level.WRITE,
}


def answer(need: Need, role: Role, *, named: bool) -> Answer:
    """``named``: something of the account is named in the request, which who is of another does not have."""
    if need is Need.NOTHING:
        return Answer.GRANTED
    if role.kind is Kind.NOBODY:
        return Answer.UNKNOWN
    if need is Need.PERSON:
        return Answer.GRANTED if role.kind in {Kind.MEMBER, Kind.STRANGER} else Answer.DENIED
    if need is Need.OPERATOR and role.kind is Kind.OPERATOR:
        return Answer.GRANTED
    if named and (need is Need.OPERATOR or role.kind in {Kind.STRANGER, Kind.OPERATOR}):
        return Answer.HIDDEN
    return _by_rights(need, role)


def _by_rights(need: Need, role: Role) -> Answer:
    """In the account that the role is of."""
    if need is Need.OPERATOR:
        return Answer.DENIED
    if need is Need.OWNER:
        return Answer.GRANTED if role.owner else Answer.DENIED
    if role.kind in {Kind.STRANGER, Kind.OPERATOR}:
        return Answer.HIDDEN if need is Need.OWN_SEARCH else Answer.GRANTED
    if not _SCOPES.get(need, frozenset()) <= role.scopes:
        return Answer.DENIED
    if need is Need.OWN_SEARCH:
        return Answer.HIDDEN
    if need in _OF_A_DOMAIN:
        return _of_a_domain(need, role)
    wanted = _OF_ALL_DOMAINS.get(need, Level.NONE)
    return Answer.GRANTED if wanted.rank <= role.all.rank else Answer.DENIED


def _of_a_domain(need: Need, role: Role) -> Answer:
    """What is out of sight is not there; what is seen and must not be changed is denied."""
    hidden = need in {Need.READ_FAILURE, Need.READ_FAILURE_MAIL} and FORENSIC not in role.scopes
    if role.group is Level.NONE or hidden:
        return Answer.HIDDEN
    if need is Need.READ_FAILURE_MAIL and ADMIN not in role.scopes:
        return Answer.DENIED
    return Answer.GRANTED if _OF_A_DOMAIN[need].rank <= role.group.rank else Answer.DENIED


@dataclass(frozen=True, slots=True)
class Row:
    """One way to ask for one route, with the answer of each role in the order of ``ROLES``."""

    method: str
    path: str
    operation: str
    probe: Probe
    answers: tuple[Answer, ...]

    @property
    def name(self) -> str:
        return f"{self.operation} ({self.probe.note})" if self.probe.note else self.operation

    @property
    def route(self) -> str:
        return f"{self.method} {self.name}"

    def expected(self, role: Role) -> Answer:
        return self.answers[ROLES.index(role)]


def rows() -> Iterator[Row]:
    """Of every route of the document; ``KeyError`` for one that nobody has said anything of."""
    for method, path, operation in routes():
        for probe in probes(operation, method):
            # A token is its own key.
            named = any(f"{kind}}}" in path for kind in ("_id", "_number", "report_token", "sender"))
            named = named and not probe.makes
            answers = tuple(answer(probe.need, role, named=named) for role in ROLES)
            yield Row(method, path, operation, probe, answers)


def rendered() -> str:
    lines = [
        "# Who may do what",
        "",
        "Every route of the API and the answer for each role: `yes`, or the status of the refusal. Made by",
        "`python -m tests.roles` of the code's routes and of what `tests/needs.py` says each one needs; do",
        "not edit. `tests/sweeps/test_roles.py` asks the local stack all of it. The domain is in a group;",
        "reports, approved sources and the like are of the domain.",
        "",
        *(f"- **{role.name}**: {role.words}" for role in ROLES),
        "",
        f"| Route | Operation | Needs | {' | '.join(role.name for role in ROLES)} |",
        f"|---|---|---|{'---|' * len(ROLES)}",
    ]
    for row in rows():
        note = f" ({row.probe.note})" if row.probe.note else ""
        cells = " | ".join(row.answers)
        route = f"`{row.method} {row.path}`{note}"
        lines.append(f"| {route} | {row.operation} | {row.probe.need} | {cells} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    made = rendered()
    if "--check" not in arguments:
        TABLE.write_text(made, encoding="utf-8")
    elif not TABLE.exists() or TABLE.read_text(encoding="utf-8") != made:
        print(f"docs/{TABLE.name} is out of date: python -m tests.roles")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
