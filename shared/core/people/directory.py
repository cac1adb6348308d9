"""The user pool: it keeps passwords and second factors, and signs people in."""

from __future__ import annotations

from typing import Final, Protocol

from shared.core.errors import Invalid
from shared.core.ids import UserId

LONGEST_PASSWORD: Final = 256


class BadPassword(Invalid):
    """The pool's policy refuses the password; the message says what it lacks."""

    def __init__(self, message: str) -> None:
        super().__init__(message, param="password")


class Directory(Protocol):
    """People are known to it by their rendered id, and sign in with their address or with that.

    It knows those who took up an invitation, and nobody else.
    """

    def admit(self, user: UserId, email: str) -> None:
        """Have it know the person, who has shown to read the mail of the address: whoever had the address
        before loses it. Harmless when the person is known."""

    def set_password(self, user: UserId, password: str) -> None:
        """``BadPassword``; ``NotFound`` for somebody unknown. Sessions go on."""

    def check_password(self, user: UserId, password: str) -> bool:
        """Whether it is the password, also where a second factor would be asked for next."""

    def set_email(self, user: UserId, email: str) -> None:
        """The person has shown to read its mail. ``Conflict`` when it is somebody else's."""

    def sign_out(self, user: UserId) -> None:
        """End every session: no token can be renewed. Harmless for somebody unknown."""

    def remove(self, user: UserId) -> None:
        """Harmless for somebody unknown."""

    def link(self, user: UserId, email: str, provider: str) -> None:
        """Have whoever the identity provider calls by this address be the person. Harmless when it is so;
        ``Conflict`` when it is somebody else."""

    def begin_totp(self, access_token: str) -> str:
        """A new secret for one-time passwords, in base32; nothing is asked for until it is confirmed."""

    def confirm_totp(self, access_token: str, code: str) -> None:
        """Ask for a one-time password from now on. ``Invalid`` when the code is not of the secret."""

    def remove_totp(self, access_token: str) -> None:
        """Ask for no one-time password any more. Harmless when none was asked for."""

    def asks_totp(self, user: UserId) -> bool:
        """Whether a one-time password is asked for. ``NotFound``, ``Limited``."""

    def reset_totp(self, user: UserId) -> None:
        """As ``remove_totp``, without the person. ``NotFound``."""
