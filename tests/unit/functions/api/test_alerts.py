from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.alerts.events import AlertKind
from shared.core.clock import DAY_SECONDS
from shared.core.groups import Group
from shared.core.ids import DomainId, GroupId
from shared.core.key_issuing import Terms
from shared.core.rights import Scope
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW
from tests.unit.functions.api.alerting import alert
from tests.unit.functions.api.client import Api

OTHER = replace(DOMAIN, id=DomainId(20), name="vineyard.example", token="vine")


def shown(api: Api, **query: object) -> list[str]:
    answer = api.get("/alerts", **query)
    assert answer.status == 200, answer.body
    return [each["id"] for each in answer.data]


def test_an_alert_is_shown_with_its_facts(api: Api) -> None:
    number = alert(api, "mailer.example", at=NOW - 60)

    assert api.get(f"/alerts/{number}").data == {
        "id": number,
        "kind": "new_source",
        "state": "open",
        "domain_id": "ud_19",
        "domain": "orchard.example",
        "title": "orchard.example: A new source sends mail: mailer.example",
        "facts": {"source": "mailer.example", "messages": 3},
        "happened_at": "2026-11-21T11:59:00Z",
        "created_at": "2026-11-21T12:00:00Z",
        "state_changed_at": None,
        "state_changed_by": None,
    }


def test_filters_take_what_they_say(api: Api) -> None:
    api.domains.add(OTHER)
    old = alert(api, "old", at=NOW - 3 * DAY_SECONDS)
    api.now += 3_600
    spike = alert(api, "2026-11-20", kind=AlertKind.FAILURE_SPIKE)
    other = alert(api, "mailer.example", domain=OTHER)
    quota = alert(api, "members", kind=AlertKind.QUOTA_NEAR, domain=None)
    api.patch(f"/alerts/{spike}", {"state": "closed"})

    assert sorted(shown(api)) == sorted([old, spike, other, quota])
    assert shown(api)[-1] == old
    assert shown(api, kind="failure_spike") == [spike]
    assert sorted(shown(api, state="open")) == sorted([old, other, quota])
    assert shown(api, domain="vineyard.example") == [other]
    assert sorted(shown(api, domain="ud_19")) == sorted([old, spike])
    assert shown(api, created_before="2026-11-21T12:30:00Z") == [old]
    assert sorted(shown(api, created_after="2026-11-21T12:30:00Z")) == sorted([spike, other, quota])
    assert shown(api, created_after="2026-11-21T13:00:00Z", kind="quota_near") == [quota]


def test_pages_follow_each_other(api: Api) -> None:
    numbers = {alert(api, f"m{place}") for place in range(5)}
    seen: list[str] = []
    cursor = None
    while cursor is not None or not seen:
        answer = api.get("/alerts", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [each["id"] for each in answer.data]
        cursor = answer.json["meta"]["next_cursor"]
        assert answer.json["meta"]["has_more"] is (cursor is not None)

    assert len(seen) == 5
    assert set(seen) == numbers


def test_a_list_is_csv_on_request(api: Api) -> None:
    number = alert(api)
    lines = api.get("/alerts", format="csv").body.decode().splitlines()
    assert lines[0].startswith("id,kind,state,domain_id,domain,title")
    assert lines[1].startswith(f"{number},new_source,open,ud_19,orchard.example")


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"state": "asleep"}, "state"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"created_before": "2026-11-21"}, "created_before"),
        (
            {"created_after": "2026-11-21T12:00:01Z", "created_before": "2026-11-21T12:00:00Z"},
            "created_after",
        ),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_what_is_no_filter_is_400(api: Api, query: dict[str, str], param: str) -> None:
    answer = api.get("/alerts", **query)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_alerts_of_a_domain_that_is_nobodys_are_404(api: Api) -> None:
    assert api.get("/alerts", domain="nowhere.example").status == 404


def test_an_alert_is_acknowledged_closed_and_opened_again_with_who_and_when(api: Api) -> None:
    number = alert(api)

    acknowledged = api.patch(f"/alerts/{number}", {"state": "acknowledged"}).data
    api.now += 60
    again = api.patch(f"/alerts/{number}", {"state": "acknowledged"}).data
    closed = api.patch(f"/alerts/{number}", {"state": "closed"}).data

    assert (acknowledged["state"], acknowledged["state_changed_by"]) == ("acknowledged", "test")
    assert again == acknowledged
    assert (closed["state"], closed["state_changed_at"]) == ("closed", "2026-11-21T12:01:00Z")
    assert api.patch(f"/alerts/{number}", {"state": "open"}).data["state"] == "open"
    (entry, *_) = api.get("/audit", action="change_alert").data
    assert (entry["resource"], entry["detail"]) == (number, {"state": "open"})


def test_a_state_that_there_is_not_is_400(api: Api) -> None:
    number = alert(api)
    assert api.patch(f"/alerts/{number}", {"state": "asleep"}).status == 400
    assert api.patch(f"/alerts/{number}", {}).status == 400


def test_who_sees_one_group_sees_its_alerts_alone(api: Api) -> None:
    api.domains.add(OTHER)
    group = Group(GroupId(5), ACCOUNT.id, "Orchards", NOW)
    api.groups.add(group, most=9)
    api.groups.assign(DOMAIN, group.id)
    mine = alert(api)
    hidden, own = alert(api, domain=OTHER), alert(api, domain=None, kind=AlertKind.QUOTA_NEAR)
    api.key = api.new_key(ACCOUNT, terms=Terms("group", scopes=frozenset({Scope.READ}), group=group.id))

    assert shown(api) == [mine]
    assert api.get(f"/alerts/{mine}").status == 200
    for number in (hidden, own):
        assert api.get(f"/alerts/{number}").status == 404
        assert api.patch(f"/alerts/{number}", {"state": "closed"}).status in (403, 404)
    assert api.patch(f"/alerts/{mine}", {"state": "closed"}).status == 403
    assert api.get("/alerts", domain="vineyard.example").status == 404


def test_an_alert_of_the_account_is_for_who_may_write_everywhere(api: Api) -> None:
    number = alert(api, domain=None, kind=AlertKind.QUOTA_NEAR)
    reader = api.new_key(ACCOUNT, terms=Terms("reader", scopes=frozenset({Scope.READ})))
    body = '{"state": "closed"}'

    assert api.call("GET", f"/alerts/{number}", key=reader).status == 200
    assert api.call("PATCH", f"/alerts/{number}", key=reader, body=body).status == 403
    assert api.patch(f"/alerts/{number}", {"state": "closed"}).data["domain"] is None


def test_an_alert_that_expired_is_gone(api: Api) -> None:
    number = alert(api)
    api.now += ACCOUNT.plan.retention_days * DAY_SECONDS
    assert api.get(f"/alerts/{number}").status == 404
    assert shown(api) == []
