"""Of an account as a whole."""

from __future__ import annotations

from dataclasses import asdict

from shared.core.ids import AccountId, DomainId
from shared.core.messages.fields import fields_of, number, text_of
from shared.core.queues import CloseAccount, ExportPiece


def encode_closing(order: CloseAccount) -> str:
    return text_of({"account": order.account, "quiet": order.quiet})


def decode_closing(text: str) -> CloseAccount:
    fields = fields_of(text)
    quiet = None if fields.get("quiet") is None else number(fields, "quiet")
    return CloseAccount(AccountId(number(fields, "account")), quiet)


def encode_export(piece: ExportPiece) -> str:
    return text_of(asdict(piece))


def decode_export(text: str) -> ExportPiece:
    fields = fields_of(text)
    domain = None if fields.get("domain") is None else DomainId(number(fields, "domain"))
    return ExportPiece(
        account=AccountId(number(fields, "account")),
        export=number(fields, "export"),
        piece=number(fields, "piece"),
        domain=domain,
        kind=str(fields.get("kind", "")),
        report=number(fields, "report"),
    )
