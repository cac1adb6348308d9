"""Deliveries as they came: in the answer while they are small, by a link that expires otherwise."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from shared.core.mail import Mailbox

LARGEST_INLINE: Final = 4_000_000
"""An answer of a function may have 6 MB, and bytes grow by a third on their way."""

LINK_SECONDS: Final = 300


def download(mailbox: Mailbox, key: str, name: str) -> Response[Any]:
    """``NotFound`` when the delivery has been deleted. ``name`` has no suffix."""
    uploaded = key.startswith(("uploads/", "tlsrpt/"))
    filename = name if uploaded else f"{name}.eml"
    with mailbox.open(key) as stream:
        data = stream.read(LARGEST_INLINE + 1)
    if len(data) > LARGEST_INLINE:
        link = mailbox.link(key, seconds=LINK_SECONDS, filename=filename)
        return Response(status_code=302, headers={"Location": link})
    return Response(
        status_code=200,
        content_type="application/octet-stream" if uploaded else "message/rfc822",
        body=data,
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
