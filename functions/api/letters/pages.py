"""The pages that the links of letters lead to: one form each, in plain HTML.

The token stands behind ``#`` in the link, so that only the page's own script reads it. It sends it to the
routes beside the page, and nothing else is loaded from anywhere.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

from functions.api.letters.app import TAGS, app
from shared.edge.openapi import answers

STYLE: Final = """
:root { color-scheme: light dark }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 30rem; margin: 4rem auto; padding: 0 1rem }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
input, button { padding: .5rem; margin: .2rem 0 1rem }
"""
SCRIPT: Final = """
"use strict";
const form = document.querySelector("form"), said = document.querySelector("output");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { token };
  const [first, second] = form.querySelectorAll("input");
  if (first && first.value !== second.value) {
    said.textContent = "The two passwords are not the same.";
    return;
  }
  if (first && first.value) body.password = first.value;
  form.querySelector("button").disabled = true;
  try {
    const answer = await fetch(form.dataset.to, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    said.textContent = answer.ok ? form.dataset.done : (await answer.json()).error.message;
    form.hidden = answer.ok;
  } catch {
    said.textContent = "The server cannot be reached. Try again.";
  }
  form.querySelector("button").disabled = false;
});
"""


@dataclass(frozen=True, slots=True)
class Form:
    """``to`` is the route beside the page that the token is sent to."""

    title: str
    words: str
    to: str
    button: str
    done: str
    password: str = ""
    """The label of the password's field, where there is one."""


ACTIVATE: Final = Form(
    "Take up your invitation",
    "Choose a password. If you have a sign-in already, leave it empty.",
    "activations",
    "Take up the invitation",
    "You are a member now, and can sign in.",
    "Password",
)
RESET: Final = Form(
    "Set a new password",
    "All sessions are ended with that.",
    "password-resets/confirm",
    "Set the password",
    "Your password is set. You can sign in with it.",
    "New password",
)
CONFIRM: Final = Form(
    "Confirm your address",
    "You sign in with it from then on.",
    "address-confirmations",
    "Confirm the address",
    "Your address is confirmed.",
)

UNSUBSCRIBE: Final = Form(
    "No more digests",
    "You get none any more from this account, until you ask for them again in your settings.",
    "unsubscriptions",
    "End the digests",
    "You get no more digests.",
)

_PAGE: Final[OpenAPIResponse] = {
    "description": "A page.",
    "content": {"text/html": {"schema": {"type": "string"}}},
}


@app.get(
    "/activate",
    summary="Show the form of an invitation",
    operation_id="show_activation",
    tags=TAGS,
    responses={**answers(200, "A page.", public=True), 200: _PAGE},
    enable_validation=False,
)
def show_activation() -> Response[str]:
    return _response(ACTIVATE)


@app.get(
    "/reset-password",
    summary="Show the form of a new password",
    operation_id="show_password_reset",
    tags=TAGS,
    responses={**answers(200, "A page.", public=True), 200: _PAGE},
    enable_validation=False,
)
def show_reset() -> Response[str]:
    return _response(RESET)


@app.get(
    "/confirm-address",
    summary="Show the form of a new address",
    operation_id="show_address_confirmation",
    tags=TAGS,
    responses={**answers(200, "A page.", public=True), 200: _PAGE},
    enable_validation=False,
)
def show_confirmation() -> Response[str]:
    return _response(CONFIRM)


@app.get(
    "/unsubscribe",
    summary="Show the form that ends digests",
    operation_id="show_unsubscription",
    tags=TAGS,
    responses={**answers(200, "A page.", public=True), 200: _PAGE},
    enable_validation=False,
)
def show_unsubscription() -> Response[str]:
    return _response(UNSUBSCRIBE)


def render(form: Form) -> str:
    fields = "".join(
        f'<label>{escape(label)}<input type="password" autocomplete="new-password"></label>'
        for label in ([form.password, "The same again"] if form.password else [])
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(form.title)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(form.title)}</h1>"
        f'<form data-to="{escape(form.to)}" data-done="{escape(form.done)}"><p>{escape(form.words)}</p>'
        f"{fields}<button>{escape(form.button)}</button></form>"
        f"<p><output></output></p><script>{SCRIPT}</script></body></html>"
    )


def _response(form: Form) -> Response[str]:
    return Response(
        200,
        content_type="text/html; charset=utf-8",
        body=render(form),
        headers={"Content-Security-Policy": _POLICY},
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_digest(STYLE)}'; script-src 'sha256-{_digest(SCRIPT)}'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
