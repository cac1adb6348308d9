from __future__ import annotations

import json
from dataclasses import replace

from shared.core.alerts.unsubscribing import unsubscribe_token
from tests.unit.core.world import ACCOUNT
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.people import MEMBER, as_user, join

TOKEN = unsubscribe_token(b"key", ACCOUNT.id, MEMBER)


def digest_of(api: Api) -> str:
    return str(json.loads(api.members.stored[ACCOUNT.id, MEMBER].settings)["digest"])


def joined(api: Api) -> None:
    join(api, MEMBER)
    member = api.members.stored[ACCOUNT.id, MEMBER]
    api.members.stored[ACCOUNT.id, MEMBER] = replace(member, settings='{"digest":"daily"}')


def test_mail_programs_end_digests_with_one_click(api: Api) -> None:
    joined(api)
    answer = api.call(
        "POST",
        "/unsubscribe",
        query={"token": TOKEN},
        headers={"content-type": "application/x-www-form-urlencoded"},
        body="List-Unsubscribe=One-Click",
        key=None,
    )
    assert (answer.status, answer.body) == (204, b"")
    assert digest_of(api) == "off"
    (entry,) = api.audit.entries.values()
    assert (entry.deed.action, entry.actor.id) == ("unsubscribe_one_click", f"user_{MEMBER}")
    assert TOKEN not in str(entry)


def test_the_page_of_the_link_ends_digests(api: Api) -> None:
    joined(api)
    page = api.call("GET", "/unsubscribe", key=None)
    assert (page.status, b'data-to="unsubscriptions"' in page.body) == (200, True)
    answer = api.call("POST", "/unsubscriptions", body=json.dumps({"token": TOKEN}), key=None)
    assert answer.status == 204
    assert digest_of(api) == "off"


def test_a_link_that_is_none_of_ours_is_refused(api: Api) -> None:
    joined(api)
    answer = api.call("POST", "/unsubscribe", query={"token": TOKEN[:-1]}, key=None)
    assert (answer.status, answer.error["param"]) == (422, "token")
    assert api.call("POST", "/unsubscribe", key=None).status == 400
    assert digest_of(api) == "daily"


def test_people_choose_how_often_in_their_settings(api: Api) -> None:
    join(api, MEMBER)
    body = {"settings": {"digest": "weekly", "theme": "dark"}}
    changed = as_user(api, MEMBER, "PATCH", "/users/me", body=body)
    assert changed.data["settings"] == {"digest": "weekly", "theme": "dark"}
    refused = as_user(api, MEMBER, "PATCH", "/users/me", body={"settings": {"digest": "hourly"}})
    assert (refused.status, refused.error["param"]) == (422, "settings.digest")
