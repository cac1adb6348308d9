"""Groups, tags, keys and the audit log: what is asked for, and what is shown of the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.stops import REFUSED, USAGE

RUN = CliRunner()

GROUP: Final = {
    "id": "grp_7",
    "label": "Clients\x1b[2J",
    "is_default": False,
    "parked_domains": False,
    "domain_state": "active",
    "domain_count": 1200,
    "notes": "",
}
TAG: Final = {"id": "tag_7", "name": "[red]vip", "color": "#64748B", "domain_count": 2}
KEY: Final = {
    "id": "key_7",
    "name": "Nightly",
    "prefix": "ps_live_dWx0",
    "scopes": ["forensic", "read"],
    "group_id": None,
    "created_at": "2026-11-20T06:12:09Z",
    "last_used_at": None,
    "expires_at": None,
}
USER: Final = {"id": "user_19", "email": "ada@orchard.example", "level": "read", "always": False}
PERSON: Final = {
    "id": "user_19",
    "email": "ada@orchard.example",
    "is_active": True,
    "is_owner": False,
    "is_admin": True,
    "has_forensic_access": False,
    "has_billing_access": False,
    "identity_provider": None,
    "has_2fa_enabled": False,
    "last_login": None,
    "api_token": "ps_user_7_19_secret",
    "secret": "JBSWY3DP",
    "uri": "otpauth://totp/x",
}
TERMS: Final = {
    "plan": "pro",
    "status": "active",
    "active_domains": 3,
    "total_allowed_domains": 1_250,
    "current_period_end": None,
}
ACCOUNT: Final = {
    "id": "usr_7",
    "name": "Orchard\x1b[2J",
    "email": "ops@orchard.example",
    "status": "closing",
    "closes_at": None,
    "owner_id": "user_19",
    "operator": False,
    "reporting_address": "abc@reports.example",
    "subscription": TERMS,
    "limits": {"members": 20},
    "counts": {"members": 2, "active_domains": 3},
    "you": {"is_owner": True, "scopes": ["read", "write"]},
    "key": "ps_live_first",
}
ENTRY: Final = {
    "at": "2026-11-20T06:12:09Z",
    "actor": {"type": "user", "id": "user_19", "label": "ada@orchard.example", "ip_address": "203.0.113.9"},
    "action": "add_domain",
    "resource": "ud_19",
    "detail": {"domain": "orchard.example"},
}
BATCH: Final = {"existing": [{"id": "ud_1", "domain": "a.example"}], "errors": []}


class Deployment:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.file = "1.zip"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "files.example":
            assert "Authorization" not in request.headers
            return httpx.Response(200, content=b"zip")
        path = request.url.raw_path.decode().removeprefix("/v1")
        self.asked.append((request.method, path, json.loads(request.content) if request.content else None))
        if request.method == "DELETE":
            return httpx.Response(204)
        return httpx.Response(
            200, json={"data": self.data(request.method, path.partition("?")[0]), "meta": {}}
        )

    def data(self, method: str, path: str) -> Any:
        if path.endswith("-domains"):
            return {**BATCH, "errors": self.errors}
        if path.endswith("/access"):
            group = {"id": "grp_7", "label": "Clients", "users": [USER]}
            shown = {"/access": [group], "GET": group, "POST": [USER]}
            return shown.get(path) or shown[method]
        kinds = {
            "domain-groups": GROUP,
            "tags": TAG,
            "api-keys": {**KEY, "key": "ps_live_secret"},
            "audit": ENTRY,
            "users": PERSON,
            "accounts": ACCOUNT,
        }
        if path.startswith("/account/export"):
            return {
                "status": "done",
                "files": [{"name": self.file, "size": 3, "url": "https://files.example/1"}],
            }
        if path.startswith("/account/") or path == "/account":
            return ACCOUNT
        kind = kinds[path.split("/")[1]]
        return [kind] if method == "GET" and path.count("/") == 1 else kind


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    made = Deployment()
    original, transport = httpx.Client, httpx.MockTransport(made)
    monkeypatch.setattr(httpx, "Client", lambda **options: original(**{**options, "transport": transport}))
    monkeypatch.setenv("POSTSEAL_URL", "https://api.example")
    monkeypatch.setenv("POSTSEAL_API_KEY", "key")
    return made


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ("groups list --label cli", ("GET", "/domain-groups?limit=100&label=cli", None)),
        ("groups show grp_7", ("GET", "/domain-groups/grp_7", None)),
        ("groups show ../x", ("GET", "/domain-groups/..%2Fx", None)),
        (
            "groups add Clients --parked",
            ("POST", "/domain-groups", {"label": "Clients", "notes": "", "parked_domains": True}),
        ),
        (
            "groups change grp_7 --hide-assigned --notes n",
            ("PATCH", "/domain-groups/grp_7", {"hide_assigned_domains": True, "notes": "n"}),
        ),
        ("groups remove grp_7", ("DELETE", "/domain-groups/grp_7", None)),
        (
            "groups add-domains grp_7 a.example ud_2",
            ("POST", "/domain-groups/grp_7/add-domains", {"domains": ["a.example", "ud_2"]}),
        ),
        (
            "groups move-domains grp_7 a.example --from grp_1",
            (
                "POST",
                "/domain-groups/grp_7/move-domains",
                {"domains": [{"domain": "a.example", "group_id": "grp_1"}]},
            ),
        ),
        (
            "groups remove-domains grp_7 a.example",
            ("POST", "/domain-groups/grp_7/remove-domains", {"domains": ["a.example"]}),
        ),
        ("groups access", ("GET", "/access?limit=100", None)),
        ("groups access grp_7", ("GET", "/domain-groups/grp_7/access", None)),
        (
            "groups grant grp_7 write user_19 user_20",
            ("POST", "/domain-groups/grp_7/access", {"users": ["user_19", "user_20"], "level": "write"}),
        ),
        ("tags list", ("GET", "/tags", None)),
        ("tags add vip --color #112233", ("POST", "/tags", {"name": "vip", "color": "#112233"})),
        ("tags change tag_7 --name kept", ("PATCH", "/tags/tag_7", {"name": "kept"})),
        ("tags remove vip", ("DELETE", "/tags/vip", None)),
        ("keys create Nightly", ("POST", "/api-keys", {"name": "Nightly"})),
        (
            "keys create Nightly --scope read --scope forensic --group grp_7 --expires 2027-01-31T00:00:00Z",
            (
                "POST",
                "/api-keys",
                {
                    "name": "Nightly",
                    "scopes": ["read", "forensic"],
                    "group_id": "grp_7",
                    "expires_at": "2027-01-31T00:00:00Z",
                },
            ),
        ),
        ("keys rename key_7 Daily", ("PATCH", "/api-keys/key_7", {"name": "Daily"})),
        ("keys rotate key_7 --overlap 0", ("POST", "/api-keys/key_7/rotate", {"overlap_seconds": 0})),
        ("keys rotate key_7", ("POST", "/api-keys/key_7/rotate", {})),
        ("keys revoke key_7", ("DELETE", "/api-keys/key_7", None)),
        ("users list --email a@b.example", ("GET", "/users?limit=100&email=a%40b.example", None)),
        ("users show", ("GET", "/users/me", None)),
        ("users show user_19", ("GET", "/users/user_19", None)),
        (
            "users invite a@b.example --admin --no-forensic",
            ("POST", "/users", {"email": "a@b.example", "is_admin": True, "has_forensic_access": False}),
        ),
        ("users change user_19 --no-admin", ("PATCH", "/users/user_19", {"is_admin": False})),
        ("users change me --email a@b.example", ("PATCH", "/users/me", {"email": "a@b.example"})),
        ("users remove user_19", ("DELETE", "/users/user_19", None)),
        ("users remind user_19", ("POST", "/users/user_19/activation-reminder", {})),
        ("users make-owner user_19", ("POST", "/users/user_19/make-owner", {})),
        (
            "users convert-to-sso user_19 --provider Corp",
            ("POST", "/users/user_19/convert-to-sso", {"provider": "Corp"}),
        ),
        ("users reset-password user_19", ("POST", "/users/user_19/password-reset", {})),
        ("users reset-totp user_19", ("POST", "/users/user_19/totp-reset", {})),
        ("users api-token", ("POST", "/users/me/api-token", {})),
        ("users api-token --revoke user_19", ("DELETE", "/users/user_19/api-token", None)),
        ("users totp --off", ("DELETE", "/users/me/totp", None)),
        ("accounts list", ("GET", "/accounts?limit=100", None)),
        ("accounts show usr_7", ("GET", "/accounts/usr_7", None)),
        (
            "accounts open a@b.example --plan pro --no-invite --with-key",
            (
                "POST",
                "/accounts",
                {"email": "a@b.example", "plan": "pro", "name": "", "invite": False, "with_key": True},
            ),
        ),
        (
            "accounts change usr_7 --extra-domains 0 --status suspended",
            ("PATCH", "/accounts/usr_7", {"extra_domains": 0, "status": "suspended"}),
        ),
        (
            "accounts invite-owner usr_7 a@b.example",
            ("POST", "/accounts/usr_7/owner", {"email": "a@b.example"}),
        ),
        ("accounts reset-owner-totp usr_7", ("POST", "/accounts/usr_7/owner/totp-reset", {})),
        ("accounts close usr_7 Orchard", ("POST", "/accounts/usr_7/close", {"name": "Orchard"})),
        ("accounts reopen usr_7", ("POST", "/accounts/usr_7/reopen", {})),
        ("account show", ("GET", "/account", None)),
        ("account change --name Orchard", ("PATCH", "/account", {"name": "Orchard"})),
        ("account close Orchard", ("POST", "/account/close", {"name": "Orchard"})),
        ("account reopen", ("POST", "/account/reopen", {})),
        ("account export", ("GET", "/account/export", None)),
        ("account export --begin", ("POST", "/account/export", {})),
        (
            "audit --from 2026-11-01 --actor user_19 --limit 5",
            ("GET", "/audit?limit=5&start_date=2026-11-01&actor=user_19", None),
        ),
    ],
)
def test_each_command_asks_for_what_it_says(
    deployment: Deployment, arguments: str, asked: tuple[str, str, Any]
) -> None:
    done = RUN.invoke(app, arguments.split())

    assert done.exit_code == 0, done.output
    assert deployment.asked == [asked]


@pytest.mark.parametrize(
    "arguments",
    [
        "accounts change usr_7",
        "account change",
        "users change me",
        "groups change grp_7",
        "tags change vip",
        "groups grant grp_7 own user_1",
    ],
)
def test_nothing_to_do_is_wrong_usage(deployment: Deployment, arguments: str) -> None:
    assert RUN.invoke(app, arguments.split()).exit_code == USAGE
    assert deployment.asked == []


def test_limits_of_a_key_are_not_dropped_silently(deployment: Deployment) -> None:
    done = RUN.invoke(app, ["keys", "create", "n", "--account", "usr_1", "--scope", "read"])

    assert done.exit_code == USAGE
    assert deployment.asked == []


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ("groups list", "/domain-groups"),
        ("tags list", "/tags"),
        ("keys list", "/api-keys"),
        ("audit", "/audit"),
    ],
)
def test_json_is_what_the_api_answers(deployment: Deployment, arguments: str, path: str) -> None:
    done = RUN.invoke(app, [*arguments.split(), "--json"])

    assert json.loads(done.stdout) == deployment.data("GET", path)


def test_tables_show_text_as_text(deployment: Deployment) -> None:
    groups, tags = RUN.invoke(app, ["groups", "list"]).stdout, RUN.invoke(app, ["tags", "list"]).stdout

    assert "\x1b" not in groups
    assert "1,200" in groups
    assert "[red]vip" in tags


def test_a_key_is_shown_once_and_its_beginning_ever_after(deployment: Deployment) -> None:
    created, listed = (
        RUN.invoke(app, ["keys", "create", "n"]).stdout,
        RUN.invoke(app, ["keys", "list"]).stdout,
    )

    assert "ps_live_secret" in created
    assert "ps_live_secret" not in listed
    assert "ps_live_dWx0" in listed
    assert "forensic, read" in listed


def test_the_audit_log_says_who_did_what_from_where(deployment: Deployment) -> None:
    shown = RUN.invoke(app, ["audit"]).stdout

    for told in ("ada@orchard.example", "203.0.113.9", "add_domain", "ud_19", "domain=orchard.example"):
        assert told in shown


def test_an_export_is_saved_without_the_key_and_not_over_anything(
    deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, transport = httpx.Client, httpx.MockTransport(deployment)
    monkeypatch.setattr(httpx, "stream", lambda *asked, **_: original(transport=transport).stream(*asked))
    done = RUN.invoke(app, ["account", "export", "--into", str(tmp_path / "out")])

    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "1.zip").read_bytes() == b"zip"
    assert RUN.invoke(app, ["account", "export", "--into", str(tmp_path / "out")]).exit_code == REFUSED


@pytest.mark.parametrize("name", ["../1.zip", "/etc/x", "", "..", "a/b"])
def test_a_file_s_name_does_not_lead_out_of_the_folder(
    deployment: Deployment, tmp_path: Path, name: str
) -> None:
    deployment.file = name

    assert RUN.invoke(app, ["account", "export", "--into", str(tmp_path / "out")]).exit_code == REFUSED
    assert not (tmp_path / "1.zip").exists()


def test_an_account_shows_what_is_used_of_its_limits(deployment: Deployment) -> None:
    shown = RUN.invoke(app, ["account", "show"]).stdout

    assert "2 of 20" in shown
    assert "3 of 1,250" in shown
    assert "owner, read, write" in shown
    assert "\x1b" not in shown


def test_the_key_of_a_new_account_is_shown(deployment: Deployment) -> None:
    assert "ps_live_first" in RUN.invoke(app, ["accounts", "open", "a@b.example", "--plan", "pro"]).stdout


def test_passwords_are_read_and_never_arguments(deployment: Deployment) -> None:
    done = RUN.invoke(app, ["users", "change-password"], input="the old one \nthe new one\n")

    passwords = {"password_old": "the old one ", "password": "the new one", "password_confirm": "the new one"}
    assert done.exit_code == 0, done.output
    assert deployment.asked == [("POST", "/users/me/password-change", passwords)]


def test_a_second_factor_is_begun_and_verified(deployment: Deployment) -> None:
    done = RUN.invoke(app, ["users", "totp"], input="123456\n")

    assert "JBSWY3DP" in done.stdout
    assert deployment.asked[1:] == [("POST", "/users/me/totp/verify", {"code": "123456"})]
    assert RUN.invoke(app, ["users", "totp"], input="").exit_code == USAGE


def test_an_api_token_is_shown_when_it_is_made(deployment: Deployment) -> None:
    assert "ps_user_7_19_secret" in RUN.invoke(app, ["users", "api-token"]).stdout


def test_a_domain_that_is_refused_is_named_and_fails_the_command(deployment: Deployment) -> None:
    deployment.errors = [{"domain": "b.example", "code": "plan_limit", "message": "No room.", "param": None}]
    done = RUN.invoke(app, ["groups", "add-domains", "grp_7", "a.example", "b.example"])

    assert done.exit_code == REFUSED
    assert "existing" in done.stdout
    assert "No room." in done.stdout
