from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.tokens import REFRESH_SECONDS, STALE_SECONDS, FetchFailed, PoolTokens
from shared.core.access_tokens import SignedIn
from shared.core.errors import InvalidToken, Unverifiable
from shared.core.ids import UserId
from tests.fixtures.tokens import CLIENT, ISSUER, Pool, new_key

NOW = 1_790_000_040.0
POOL = Pool()


class Door:
    """``fetches`` counts; ``broken`` makes them fail."""

    def __init__(self, pool: Pool = POOL) -> None:
        self.pool, self.fetches, self.broken = pool, 0, False
        self.tokens = PoolTokens(ISSUER, CLIENT, self.fetch)

    def fetch(self) -> bytes:
        self.fetches += 1
        if self.broken:
            raise FetchFailed("timeout")
        return self.pool.document()

    def refuses(self, token: str, now: float = NOW) -> bool:
        try:
            self.tokens.verify(token, now)
        except InvalidToken as refusal:
            return refusal.code == "invalid_token"
        return False


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def with_header(header: dict[str, Any], signature: str | None = None) -> str:
    """A good token whose header was exchanged."""
    _, claims, signed = POOL.token(NOW).split(".")
    return f"{encoded(header)}.{claims}.{signed if signature is None else signature}"


def test_a_good_token_names_its_user() -> None:
    door = Door()
    assert door.tokens.verify(POOL.token(NOW), NOW) == SignedIn(UserId(19), int(NOW) - 300)
    assert door.fetches == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other"},
        {"iss": ISSUER + "/"},
        {"iss": [ISSUER]},
        {"iss": None},
        {"client_id": "client2"},
        {"client_id": None},
        {"client_id": CLIENT, "token_use": "id"},
        {"token_use": None},
        {"token_use": ["access"]},
        {"exp": int(NOW)},
        {"exp": int(NOW) - 86_400},
        {"exp": None},
        {"exp": True},
        {"exp": "9999999999"},
        {"exp": 10**400},
        {"iat": int(NOW) + 61},
        {"iat": None},
        {"nbf": int(NOW) + 61},
        {"nbf": "soon"},
        {"auth_time": None},
        {"auth_time": int(NOW) + 3_600},
        {"auth_time": -1},
        {"auth_time": {}},
        {"username": None},
        {"username": "19"},
        {"username": "USER_19"},
        {"username": "user_019"},
        {"username": "user_19 "},
        {"username": "user_9999999999999999"},
        {"username": "user_\u0661"},
        {"username": 19},
        {"username": "Okta_somebody"},
    ],
)
def test_claims_that_open_nothing(changes: dict[str, Any]) -> None:
    assert Door().refuses(POOL.token(NOW, **changes))


def test_an_id_token_is_none() -> None:
    assert Door().refuses(POOL.token(NOW, token_use="id", aud=CLIENT))


def test_the_pools_clock_may_be_a_minute_ahead() -> None:
    ahead = int(NOW) + 60
    token = POOL.token(NOW, iat=ahead, auth_time=ahead, exp=ahead + 60)
    assert Door().tokens.verify(token, NOW).user == 19


def test_a_token_lives_to_its_end_by_our_clock_alone() -> None:
    door, token = Door(), POOL.token(NOW)
    assert door.tokens.verify(token, NOW + 3_299).user == 19
    assert door.refuses(token, NOW + 3_300)
    assert door.refuses(token, NOW - 361)


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "", "HS256", "RS384", "RS512", "PS256", "ES256"]
)
def test_other_algorithms_are_refused(algorithm: str) -> None:
    door = Door()
    for signature in ("", "AAAA", None):
        assert door.refuses(with_header({"alg": algorithm, "kid": "first"}, signature))
    assert door.fetches == 0


def test_the_public_key_is_no_secret() -> None:
    public = POOL.keys["first"].public_key()
    forms = [
        public.public_bytes(encoding, form)
        for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER)
        for form in (
            serialization.PublicFormat.SubjectPublicKeyInfo,
            serialization.PublicFormat.PKCS1,
        )
    ]
    for secret in [*forms, POOL.document()]:
        for algorithm in ("HS256", "RS256"):
            signed = f"{encoded({'alg': algorithm, 'kid': 'first'})}.{encoded(POOL.claims(NOW))}"
            mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
            assert Door().refuses(f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")


def test_a_signature_of_another_key_is_refused() -> None:
    other = jwt.encode(POOL.claims(NOW), new_key(), algorithm="RS256", headers={"kid": "first"})
    assert Door().refuses(other)
    claims = POOL.claims(NOW, username="user_1")
    header, _, signature = POOL.token(NOW).split(".")
    assert Door().refuses(f"{header}.{encoded(claims)}.{signature}")


def test_a_key_in_the_token_is_no_key() -> None:
    theirs = Pool(keys={"first": new_key()})
    (jwk,) = json.loads(theirs.document())["keys"]
    for header in ({"jwk": jwk}, {"jku": "https://evil.example/"}, {"x5u": "https://evil.example/"}):
        headers = {"kid": "first", **header}
        token = jwt.encode(POOL.claims(NOW), theirs.keys["first"], algorithm="RS256", headers=headers)
        assert Door().refuses(token)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "RS256"},
        {"alg": "RS256", "kid": ""},
        {"alg": "RS256", "kid": 1},
        {"alg": "RS256", "kid": ["first"]},
        {"alg": "RS256", "kid": "f" * 257},
        {"alg": "RS256", "kid": "first", "crit": ["x"]},
        {"alg": "RS256", "kid": "first", "b64": False, "crit": ["b64"]},
        {"alg": ["RS256"], "kid": "first"},
        {"kid": "first"},
        [],
        "RS256",
        None,
    ],
)
def test_headers_that_are_none(header: Any) -> None:
    door = Door()
    assert door.refuses(with_header(header))
    assert door.fetches == 0


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "é.b.c",
        POOL.token(NOW) + "\n",
        POOL.token(NOW) + "=",
        "a" * 10_000,
    ],
)
def test_garbage_is_refused_without_a_fetch(token: str) -> None:
    door = Door()
    assert door.refuses(token)
    assert door.fetches == 0


def test_a_good_token_that_is_too_large_is_refused() -> None:
    assert Door().refuses(POOL.token(NOW, padding="x" * 9_000))


@given(st.text(st.characters(codec="utf-8"), max_size=300) | st.from_regex(r"\A[\w-]+\.[\w-]+\.[\w-]+\Z"))
def test_any_text_is_refused(token: str) -> None:
    assert Door().refuses(token)


@given(st.integers(0, 10**6), st.integers(1, 63))
def test_any_other_letter_makes_it_another_token(place: int, turn: int) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = _GOOD
    place %= len(token) - 1  # the last letter has two bits that say nothing
    if token[place] == ".":
        return
    other = letters[(letters.index(token[place]) + turn) % 64]
    changed = token[:place] + other + token[place + 1 :]
    if _meaning(changed) != _meaning(token):
        assert Door().refuses(changed)


_GOOD = POOL.token(NOW)


def _meaning(token: str) -> list[bytes]:
    return [base64.urlsafe_b64decode(part + "==") for part in token.split(".")]


def test_a_new_key_of_the_pool_is_found() -> None:
    pool = Pool()
    door = Door(pool)
    door.tokens.verify(pool.token(NOW), NOW)
    pool.keys["second"] = new_key()
    token = pool.token(NOW + 61, kid="second")
    assert door.refuses(token, NOW + 59)
    assert door.tokens.verify(token, NOW + 61).user == 19
    assert door.fetches == 2


def test_unknown_names_make_us_fetch_once_a_minute() -> None:
    door = Door()
    for second in range(180):
        unknown = POOL.token(NOW, kid=f"hostile{second}")
        assert door.refuses(unknown, NOW + second)
    assert door.fetches == 3
    assert door.tokens.verify(POOL.token(NOW), NOW + 180).user == 19


def test_while_keys_cannot_be_had_no_token_is_good_and_none_is_called_bad() -> None:
    door = Door()
    door.broken = True
    for second in range(60):
        with pytest.raises(Unverifiable) as refusal:
            door.tokens.verify(POOL.token(NOW), NOW + second)
        assert refusal.value.code == "temporarily_unavailable"
    assert door.fetches == 1
    door.broken = False
    assert door.tokens.verify(POOL.token(NOW), NOW + REFRESH_SECONDS).user == 19


def test_known_keys_outlast_a_failing_fetch_and_are_refreshed_daily() -> None:
    pool = Pool()
    door = Door(pool)
    door.tokens.verify(pool.token(NOW), NOW)
    door.broken = True
    later = NOW + STALE_SECONDS + 1
    assert door.tokens.verify(pool.token(later), later).user == 19
    assert door.fetches == 2
    door.broken = False
    taken_back = pool.token(later + 60)
    pool.keys = {"second": new_key()}
    assert door.refuses(taken_back, later + 60)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"keys": []}',
        b'{"keys": 3}',
        b'{"keys": [3]}',
        b'{"keys": [{"kty": "RSA", "kid": "first"}]}',
        b'{"keys": [{"kty": "RSA", "kid": "first", "n": "AQ", "e": "!"}]}',
        b'{"keys": [{"kty": "oct", "kid": "first", "k": "c2VjcmV0"}]}',
        b"[" * 50_000,
        b"\xff\xfe",
    ],
)
def test_a_document_without_keys_is_as_none(document: bytes) -> None:
    tokens = PoolTokens(ISSUER, CLIENT, lambda: document)
    with pytest.raises(Unverifiable):
        tokens.verify(POOL.token(NOW), NOW)
