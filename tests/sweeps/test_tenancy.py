"""Two accounts on one deployment: over every route of the document and every id of the other, 404 or 403."""

from __future__ import annotations

import re

import pytest

from functions.api.docs.build import routes
from infra.local.stack_file import Stack
from tests.local.tenants import Tenant, belongings, open_tenant
from tests.needs import probes

OF_ONES_OWN = ("put_sender",)
"""Puts what the caller names as it likes, among its own: the name is nobody else's."""

ROUTES = [
    (method, path, operation)
    for method, path, operation in routes()
    if "{" in path and path.startswith("/v1") and operation not in OF_ONES_OWN
]
PUBLIC = ("/v1/inspect", "/v1/validate")
"""What the DNS says, or the request itself: nobody's."""

OF_OWNERS = ("/v1/account/export",)
"""What no key opens."""

LISTS = [
    path
    for method, path, _ in routes()
    if method == "GET" and not path.startswith(PUBLIC) and "{" not in path and path not in OF_OWNERS
]


@pytest.fixture(scope="module")
def mine(stack: Stack) -> Tenant:
    """On a plan with a rate that lets all of it through; an account like any other."""
    return open_tenant(stack, plan="operator")


@pytest.fixture(scope="module")
def theirs(stack: Stack) -> tuple[Tenant, dict[str, list[str]]]:
    """The other account, and every id of it in each of its forms, by the parameter that takes it."""
    other = open_tenant(stack)
    forms = {param: _forms(whole) for param, whole in belongings(other).items()}
    forms["domain_id"].append(other.domain)
    return other, forms


def _forms(whole: str) -> list[str]:
    """An id with its prefix and without."""
    return list(dict.fromkeys((whole, whole.rpartition("_")[2])))


@pytest.mark.parametrize("base", ["/v1", "/dmarctrust/api/v1"])
@pytest.mark.parametrize(("method", "path", "operation"), ROUTES)
def test_the_things_of_others_are_not_there(
    mine: Tenant,
    theirs: tuple[Tenant, dict[str, list[str]]],
    base: str,
    method: str,
    path: str,
    operation: str,
) -> None:
    body = probes(operation, method)[0].body
    param, *others = re.findall(r"{(\w+)}", path)
    for other in others:
        path = path.replace(f"{{{other}}}", theirs[1][other][0])
    for reference in theirs[1][param]:
        asked = path.removeprefix("/v1").replace(f"{{{param}}}", reference)
        caller = Tenant(mine.url.removesuffix("/v1") + base, mine.key, mine.domain)
        answer = caller.ask(method, asked, json=body)
        assert answer.status_code in {403, 404}, answer.text


@pytest.mark.parametrize("path", LISTS)
def test_lists_show_nothing_of_others(
    mine: Tenant, theirs: tuple[Tenant, dict[str, list[str]]], path: str
) -> None:
    answer = mine.ask("GET", path.removeprefix("/v1"))
    assert answer.status_code == 200
    assert theirs[0].domain not in answer.text


def test_nothing_of_the_other_was_touched(theirs: tuple[Tenant, dict[str, list[str]]]) -> None:
    other, forms = theirs
    assert [each["slug"] for each in other.data(f"/domains/{other.domain}/approved_sources")] == forms["slug"]
    assert other.data(f"/domains/{other.domain}")["active"] is True
    assert other.data(f"/reports/{forms['report_id'][0]}")["total_messages"] == 8
    assert other.data("/quarantine")[0]["replayed_at"] is None
    assert {each["id"] for each in other.data("/users")} >= {forms["user_id"][0]}
    assert other.data(f"/domain-groups/{forms['group_id'][0]}")["domain_count"] == 0
    assert other.data(f"/tags/{forms['tag_id'][0]}")["name"] == "Urgent"
    assert other.data(f"/senders/{forms['sender'][0]}")["name"] == "Press"
