from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.audit_detail import CONCEALED, LARGEST_DETAIL, SECRET_WORDS, SECRETS, detail_of, names_secret

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(), inner, max_size=8),
    max_leaves=20,
)


@pytest.mark.parametrize("secret", sorted(SECRETS))
@pytest.mark.parametrize("name", ["{}", "{}_old", "new_{}", "my{}2", "{}Confirm", "user-{}"])
def test_whatever_is_called_like_a_secret_is_concealed(secret: str, name: str) -> None:
    for spelled in (secret, secret.upper(), secret.title()):
        assert detail_of({name.format(spelled): "hunter2"}) == {name.format(spelled): CONCEALED}


@pytest.mark.parametrize("word", sorted(SECRET_WORDS))
@pytest.mark.parametrize("name", ["{}", "mfa_{}", "{}_confirm", "mfa-{}"])
def test_whatever_has_a_secret_word_in_its_name_is_concealed(word: str, name: str) -> None:
    assert detail_of({name.format(word): {"inner": "hunter2"}}) == {name.format(word): CONCEALED}


@pytest.mark.parametrize(
    "name", ["totpCode", "apiKey", "APIKey", "api_key", "access-token", "clientSecret", "recovery_codes"]
)
def test_every_spelling_of_a_name_is_understood(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize(
    "name", ["domain", "email", "keyword", "passed", "pinned", "monkey", "encoded", "label", "is_admin"]
)
def test_other_names_are_kept(name: str) -> None:
    assert detail_of({name: "kept"}) == {name: "kept"}


def test_fields_are_flat_and_plain_lists_are_json() -> None:
    told = detail_of(
        {
            "domain": "orchard.example",
            "active": True,
            "notes": None,
            "limit": 3,
            "tags": ["a", "b"],
            "reports": {"failure": True, "auth": {"password": "hunter2"}},
            "users": [{"email": "ada@orchard.example", "password": "hunter2"}],
        }
    )
    assert told == {
        "domain": "orchard.example",
        "active": "true",
        "notes": "null",
        "limit": "3",
        "tags": '["a", "b"]',
        "reports.failure": "true",
        "reports.auth.password": CONCEALED,
        "users.0.email": "ada@orchard.example",
        "users.0.password": CONCEALED,
    }


@pytest.mark.parametrize("key", ["ps_live_" + "aB3-_" * 9, "ps_user_7_j_" + "aB3-_" * 9])
def test_our_own_keys_are_concealed_wherever_they_are(key: str) -> None:
    told = detail_of({"note": f"use {key}, please", "list": [key]})
    assert told == {"note": f"use {CONCEALED}, please", "list": f'["{CONCEALED}"]'}


def test_what_is_too_much_is_left_out_and_told() -> None:
    told = detail_of({f"field{number}": "x" * 100 for number in range(100)})
    assert list(told)[-1] == "..."
    assert 15 < len(told) < 25
    assert detail_of({"long": "x" * 1_000})["long"].endswith("x...")


@settings(max_examples=40)
@given(st.dictionaries(st.text(), JSON, max_size=6))
def test_it_is_never_large_and_never_fails(fields: dict[str, Any]) -> None:
    told = detail_of(fields)
    assert sum(len(name.encode()) + len(value.encode()) for name, value in told.items()) <= LARGEST_DETAIL


@given(JSON)
def test_a_secret_is_concealed_at_any_depth(inner: Any) -> None:
    told = detail_of({"a": {"b": [{"c": {"password": "hunter2", "more": inner}}, "hunter3"]}})
    assert "hunter2" not in json.dumps(told)
