"""Access tokens of the user pool, verified here against the pool's keys (RFC 7519, RFC 7517).

Keys are fetched when first needed and kept. A token that names an unknown key has them fetched again, but not
sooner than a minute after the last attempt, so that nobody who makes up names of keys can make us fetch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.core.access_tokens import SignedIn
from shared.core.errors import InvalidToken, NotFound, Unverifiable
from shared.core.ids import USER, UserId, parse

if TYPE_CHECKING:
    from jwt import PyJWK

REFRESH_SECONDS: Final = 60
"""Between two attempts to fetch the keys, however many tokens ask for it."""

STALE_SECONDS: Final = 86_400
"""After which known keys are fetched again: the pool may have taken one back."""

_LONGEST: Final = 8_192
_LONGEST_NAME: Final = 256
_MOST_KEYS: Final = 20
_SKEW: Final = 60
"""Seconds that the pool's clock may be ahead of ours."""

_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_USER: Final = re.compile(rf"{USER}_[1-9][0-9]{{0,15}}", re.ASCII)


class FetchFailed(Exception):
    """The keys cannot be had now; the text says why."""


class PoolTokens:
    """``AccessTokens`` of one pool. ``client`` is the pool's application whose tokens are taken; ``fetch``
    gives the document with the keys or raises ``FetchFailed``."""

    def __init__(self, issuer: str, client: str, fetch: Callable[[], bytes]) -> None:
        self._issuer = issuer
        self._client = client
        self._fetch = fetch
        self._keys: dict[str, PyJWK] = {}
        self._fetched: float | None = None
        self._attempted: float | None = None

    def verify(self, token: str, now: float) -> SignedIn:
        if len(token) > _LONGEST or not _SHAPE.fullmatch(token):
            raise _invalid()
        claims = self._claims(token, self._key(_key_name(token), now))
        if claims.get("token_use") != "access" or claims.get("client_id") != self._client:
            raise _invalid()
        if not _valid_at(claims, now):
            raise InvalidToken("The access token has expired or is not valid yet")
        return SignedIn(_user(claims), _moment(claims, "auth_time"))

    def _claims(self, token: str, key: PyJWK) -> dict[str, Any]:
        """The times are looked at by our own clock afterwards."""
        import jwt

        unlooked = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
        options: Any = {**unlooked, "require": ["exp", "iat", "iss", "auth_time"]}
        try:
            return jwt.decode(token, key, algorithms=["RS256"], issuer=self._issuer, options=options)
        except jwt.PyJWTError:
            raise _invalid() from None

    def _key(self, name: str, now: float) -> PyJWK:
        stale = self._fetched is None or now - self._fetched > STALE_SECONDS
        if stale or name not in self._keys:
            self._refresh(now)
        if not self._keys:
            raise Unverifiable("Access tokens cannot be verified at the moment: try again in a minute")
        if name not in self._keys:
            raise _invalid()
        return self._keys[name]

    def _refresh(self, now: float) -> None:
        """Fetch the keys unless that was just tried. What fails leaves the known ones in place."""
        if self._attempted is not None and now - self._attempted < REFRESH_SECONDS:
            return
        self._attempted = now
        try:
            self._keys = _keys_of(self._fetch())
        except FetchFailed:
            return
        self._fetched = now


def _key_name(token: str) -> str:
    import jwt

    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise _invalid() from None
    name = header.get("kid")
    if header.get("alg") != "RS256" or "crit" in header or not isinstance(name, str):
        raise _invalid()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise _invalid()
    return name


def _keys_of(document: bytes) -> dict[str, PyJWK]:
    """The RSA keys for signatures, by name. ``FetchFailed`` when there are none."""
    import jwt

    try:
        listed = json.loads(document)["keys"][:_MOST_KEYS]
        wanted = [each for each in listed if each["kty"] == "RSA" and each.get("use", "sig") == "sig"]
        keys = {str(each["kid"]): jwt.PyJWK(each, algorithm="RS256") for each in wanted}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, jwt.PyJWTError) as trouble:
        raise FetchFailed(f"no set of keys: {type(trouble).__name__}") from None
    if not keys:
        raise FetchFailed("a set without keys")
    return keys


def _valid_at(claims: Mapping[str, Any], now: float) -> bool:
    begins = [_moment(claims, name) for name in ("iat", "nbf", "auth_time") if name in claims]
    return now < _moment(claims, "exp") and all(begin <= now + _SKEW for begin in begins)


def _moment(claims: Mapping[str, Any], name: str) -> int:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        raise _invalid()
    return int(value)


def _user(claims: Mapping[str, Any]) -> UserId:
    name = claims.get("username")
    if not isinstance(name, str) or not _USER.fullmatch(name):
        raise _invalid()
    try:
        return UserId(parse(USER, name))
    except NotFound:
        raise _invalid() from None


def _invalid() -> InvalidToken:
    return InvalidToken("Invalid access token")
