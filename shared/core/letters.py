"""Letters to people: what they say, in plain text and in HTML without anything that is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final, Protocol

from shared.core.errors import Invalid

_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Letter:
    """``subject`` is one line."""

    to: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()
    """Beside those that every mail has."""


class Undeliverable(Invalid):
    """The mail service does not take a letter to this address."""

    def __init__(self) -> None:
        super().__init__("The mail service takes no letter to this address", param="email")


class Letters(Protocol):
    def send(self, letter: Letter) -> None:
        """Hand over to the mail service. ``Undeliverable``."""


def link(base: str, page: str, token: str) -> str:
    """The token stands behind ``#``: browsers send that part to no server and into no log."""
    return f"{base.rstrip('/')}/{page}#{token}"


def invitation(to: str, *, account: str, url: str, token: str) -> Letter:
    name = one_line(account)
    return _letter(
        to,
        f"You are invited to {name}",
        f"You are invited to work with {name} on Postseal, which watches over the mail of its domains.",
        "Take up the invitation within seven days:",
        url=url,
        token=token,
        ending="If you did not expect this, leave it: nothing happens without you.",
    )


def reminder(to: str, *, account: str, url: str, token: str) -> Letter:
    name = one_line(account)
    return _letter(
        to,
        f"Your invitation to {name} is waiting",
        f"You were invited to work with {name} on Postseal and have not taken that up yet.",
        "This link takes the place of the one before and is good for seven days:",
        url=url,
        token=token,
        ending="If you do not want it, leave it: nothing happens without you.",
    )


def password_reset(to: str, *, url: str, token: str) -> Letter:
    return _letter(
        to,
        "Set a new password",
        "Somebody, we hope you, asked for a new password for your sign-in to Postseal.",
        "Set it within the hour:",
        url=url,
        token=token,
        ending="If it was not you, leave it: your password stays as it is.",
    )


def password_changed(to: str) -> Letter:
    return _letter(
        to,
        "Your password was changed",
        "The password of your sign-in to Postseal was changed just now, and all sessions were ended.",
        "If it was not you, ask for a new password at once and tell an administrator of your account.",
    )


def second_factor_reset(to: str, *, by: str) -> Letter:
    return _letter(
        to,
        "Your second factor was taken off",
        f"{by} had it taken off your sign-in to Postseal: no one-time password is asked for any more, and "
        "all sessions were ended.",
        "Set up another one after you have signed in. If you did not ask for this, tell an administrator of "
        "your account at once.",
    )


def address_confirmation(to: str, *, url: str, token: str) -> Letter:
    return _letter(
        to,
        "Confirm your new address",
        "This is to become the address that you sign in to Postseal with.",
        "Confirm it within a day:",
        url=url,
        token=token,
        ending="If you did not ask for that, leave it: nothing changes.",
    )


def address_changed(to: str, *, new: str) -> Letter:
    return _letter(
        to,
        "Your address was changed",
        f"You sign in to Postseal with {one_line(new)} from now on, and no longer with this address.",
        "If it was not you, tell an administrator of your account at once.",
    )


def account_closing(to: str, *, account: str, deleted: date) -> Letter:
    name = one_line(account)
    return _letter(
        to,
        f"{name} is being closed",
        f"The account {name} on Postseal is being closed. All of its data is deleted on {deleted} (UTC).",
        "Until then its owner can take that back and export the data.",
    )


def webhook_disabled(to: str, *, account: str, url: str, reason: str) -> Letter:
    name = one_line(account)
    return _letter(
        to,
        f"A webhook of {name} was switched off",
        f"The webhook to {one_line(url)} gets no more alerts.",
        reason,
        "Once its receiver works again, switch it on (PATCH /v1/webhooks), and have what it missed delivered "
        "again.",
    )


def one_line(text: str) -> str:
    """What somebody chose, as a part of a line of ours: no line breaks or other controls, not too long."""
    shown = "".join(each if each.isprintable() else " " for each in text)
    words = " ".join(shown.split())
    return words if len(words) <= _LONGEST_NAME else f"{words[: _LONGEST_NAME - 3]}..."


def _letter(
    to: str, subject: str, *paragraphs: str, url: str = "", token: str = "", ending: str = ""
) -> Letter:
    """The link stands behind the paragraphs, with its code for who works without a browser."""
    code = f"Without a browser, use this code: {token}" if token else ""
    text = [each for each in (*paragraphs, url, code, ending) if each]
    button = f'<a href="{escape(url)}">{escape(url)}</a>' if url else ""
    before = [escape(each) for each in paragraphs]
    after = [escape(each) for each in (code, ending) if each]
    return Letter(
        to, subject, "\n\n".join(text) + "\n", _page(subject, [*before, *filter(None, [button]), *after])
    )


def _page(title: str, paragraphs: Sequence[str]) -> str:
    body = "\n".join(f"<p>{each}</p>" for each in paragraphs)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>\n<body>\n{body}\n</body></html>\n"
    )
