"""Groups and tags on the routes of domains."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.ids import GroupId
from shared.core.key_issuing import Terms
from shared.core.rights import Scope
from tests.unit.core.world import ACCOUNT, DOMAIN
from tests.unit.functions.api.client import Answer, Api


def group(api: Api, label: str, *domains: str, **fields: Any) -> str:
    made: str = api.post("/domain-groups", {"label": label, **fields}).data["id"]
    assert not api.post(f"/domain-groups/{made}/add-domains", {"domains": domains}).data["errors"]
    return made


def tag(api: Api, name: str) -> str:
    made: str = api.post("/tags", {"name": name}).data["id"]
    return made


def key_of(api: Api, group_id: str) -> str:
    terms = Terms(
        "one group",
        scopes=frozenset({Scope.READ, Scope.WRITE}),
        group=GroupId(int(group_id.removeprefix("grp_"))),
    )
    return api.new_key(ACCOUNT, terms=terms)


def names(answer: Answer) -> list[str]:
    assert answer.status == 200
    return [each["domain"] for each in answer.data]


def everything(api: Api, key: str = "", **query: Any) -> tuple[list[str], set[int]]:
    """All pages of a list, two domains each, and the totals that they tell."""
    found: list[str] = []
    totals: set[int] = set()
    asked = {"limit": "2", **{name: str(value) for name, value in query.items()}}
    while True:
        answer = api.call("GET", "/domains", query=asked, key=key)
        found += names(answer)
        totals.add(answer.json["meta"]["total_count"])
        if not answer.json["meta"]["has_more"]:
            return found, totals
        asked["cursor"] = answer.json["meta"]["next_cursor"]


def test_domains_are_listed_by_group_by_tag_and_by_none(api: Api) -> None:
    first = group(api, "First", "a.example", "b.example", "c.example")
    second = group(api, "Second", "c.example", "d.example")
    urgent, later = tag(api, "Urgent"), tag(api, "Later")
    for name in ("a.example", "c.example", DOMAIN.name):
        assert api.patch(f"/domains/{name}", {"tag_ids": [urgent]}).status == 200

    def listed(**query: Any) -> set[str]:
        found, totals = everything(api, **query)
        assert totals == {len(found)}
        assert len(found) == len(set(found))
        return set(found)

    assert listed(group_id=first) == {"a.example", "b.example", "c.example"}
    assert listed(group_id=second) == {"c.example", "d.example"}
    assert listed(group_id="grp_1") == {"a.example", "b.example", "c.example", "d.example", DOMAIN.name}
    assert listed(assigned="false") == {DOMAIN.name}
    assert listed(assigned="true") == {"a.example", "b.example", "c.example", "d.example"}
    assert listed(tag=urgent) == listed(tag="URGENT") == {"a.example", "c.example", DOMAIN.name}
    assert listed(tag=later) == set()
    assert listed(tag=urgent, group_id=second) == {"c.example"}
    assert listed(tag=urgent, assigned="false") == {DOMAIN.name}
    assert listed(group_id=first, assigned="false") == set()
    assert listed(group_id=first, name="B.EX") == {"b.example"}
    assert listed(tag=urgent, active="false") == {"a.example", "c.example"} | (
        set() if DOMAIN.active else {DOMAIN.name}
    )
    api.patch("/domain-groups/grp_1", {"hide_assigned_domains": True})
    assert listed(group_id="grp_1") == {DOMAIN.name}


def test_who_sees_some_groups_lists_their_domains_once_each(api: Api) -> None:
    mine = group(api, "Mine", "a.example", "b.example", "c.example", "e.example")
    group(api, "Other", "c.example", "d.example")
    urgent = tag(api, "Urgent")
    for name in ("a.example", "d.example"):
        api.patch(f"/domains/{name}", {"tag_ids": [urgent]})
    key = key_of(api, mine)

    assert everything(api, key) == (["a.example", "b.example", "c.example", "e.example"], {4})
    assert everything(api, key, tag=urgent) == (["a.example"], {1})
    assert everything(api, key, assigned="false") == ([], {0})
    assert everything(api, key, name="c.") == (["c.example"], {1})
    assert everything(api, key, group_id=mine)[1] == {4}
    shown = api.call("GET", "/domains/c.example", key=key).data
    assert shown["groups"] == [mine]
    other = api.get("/domain-groups", label="other").data[0]["id"]
    for query in ({"group_id": other}, {"group_id": "grp_1"}, {"group_id": "x"}):
        assert api.call("GET", "/domains", query=query, key=key).error["param"] == "group_id"
    assert api.get("/domains", tag="nothing").error["param"] == "tag"


def test_a_deleted_group_or_tag_is_on_no_domain(api: Api) -> None:
    made, urgent = group(api, "First", "a.example"), tag(api, "Urgent")
    api.patch("/domains/a.example", {"tag_names": ["urgent"]})
    shown = api.get("/domains/a.example").data
    assert (shown["groups"], [each["name"] for each in shown["tags"]]) == ([made], ["Urgent"])

    api.delete(f"/domain-groups/{made}")
    api.delete(f"/tags/{urgent}")

    shown = api.get("/domains/a.example").data
    assert (shown["groups"], shown["tags"]) == ([], [])
    assert api.get("/domains", group_id=made).status == 404
    assert api.get("/domains", tag=urgent).status == 404


def test_a_domain_is_added_with_group_and_tags(api: Api) -> None:
    made, urgent = group(api, "First"), tag(api, "Urgent")

    added = api.post(
        "/domains", {"domain": "new.example", "group_id": made, "tag_ids": [urgent], "tag_names": ["urgent"]}
    )

    assert added.status == 201
    assert (added.data["groups"], added.data["tags"]) == (
        [made],
        [{"id": urgent, "name": "Urgent", "color": "#64748B"}],
    )
    assert api.get(f"/domain-groups/{made}").data["domain_count"] == 1
    assert api.get(f"/tags/{urgent}").data["domain_count"] == 1


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tag_ids": ["tag_99"]}, "tag_ids"),
        ({"tag_ids": ["urgent"]}, "tag_ids"),
        ({"tag_names": ["nothing"]}, "tag_names"),
        ({"group_id": "grp_99"}, "group_id"),
        ({"group_id": "x"}, "group_id"),
    ],
)
def test_unknown_groups_and_tags_are_refused(api: Api, fields: dict[str, Any], param: str) -> None:
    for answer in (
        api.post("/domains", {"domain": "new.example", **fields}),
        api.patch(f"/domains/{DOMAIN.name}", {"notes": "changed", **fields}),
    ):
        assert (answer.status, answer.error["param"]) == (422, param)
    assert names(api.get("/domains")) == [DOMAIN.name]
    assert api.get(f"/domains/{DOMAIN.name}").data["notes"] == DOMAIN.notes


def test_tags_are_replaced_by_those_that_are_sent(api: Api) -> None:
    first, second = tag(api, "First"), tag(api, "Second")
    path = f"/domains/{DOMAIN.name}"

    def tags(body: dict[str, Any]) -> list[str]:
        return [each["id"] for each in api.patch(path, body).data["tags"]]

    assert tags({"tag_ids": [first], "tag_names": ["SECOND"]}) == [first, second]
    assert tags({"notes": "n"}) == [first, second]
    assert tags({"tag_names": ["second"]}) == [second]
    assert tags({"tag_ids": []}) == []


def test_too_many_tags_are_refused(api: Api) -> None:
    api.change_account(plan=replace(ACCOUNT.plan, tags=50))
    many = [tag(api, f"Tag {number}") for number in range(21)]
    answer = api.patch(f"/domains/{DOMAIN.name}", {"tag_ids": many})
    assert (answer.status, answer.error["param"]) == (422, "tag_ids")
    added = api.post("/domains", {"domain": "new.example", "tag_ids": many})
    assert (added.status, added.error["param"]) == (422, "tag_ids")


def test_only_admins_put_a_domain_into_a_group(api: Api) -> None:
    mine, other = group(api, "Mine", DOMAIN.name), group(api, "Other")
    key = key_of(api, mine)
    path = f"/domains/{DOMAIN.name}"

    assert api.call("PATCH", path, body=f'{{"group_id": "{other}"}}', key=key).status == 403
    entered = api.patch(path, {"group_id": other})
    assert entered.data["groups"] == sorted([mine, other])
    new = f'{{"domain": "new.example", "group_id": "{mine}"}}'
    assert api.call("POST", "/domains", body=new, key=key).data["groups"] == [mine]
    elsewhere = f'{{"domain": "more.example", "group_id": "{other}"}}'
    assert api.call("POST", "/domains", body=elsewhere, key=key).error["param"] == "group_id"


def test_what_comes_into_a_parked_group_is_parked(api: Api) -> None:
    parked = group(api, "Parked", parked_domains=True)

    added = api.post("/domains", {"domain": "new.example", "group_id": parked}).data
    entered = api.patch(f"/domains/{DOMAIN.name}", {"group_id": parked}).data

    assert added["parked"]
    assert entered["parked"]
    out = api.patch(f"/domains/{DOMAIN.name}", {"parked": False})
    assert (out.status, out.error["param"]) == (409, "parked")
    both = api.patch("/domains/new.example", {"parked": False, "group_id": parked})
    assert both.status in (409, 422)
    alone = api.post("/domains", {"domain": "alone.example", "parked": True}).data
    assert alone["parked"]
    assert not api.patch("/domains/alone.example", {"parked": False}).data["parked"]
