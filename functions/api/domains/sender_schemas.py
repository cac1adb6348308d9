"""Senders on the wire: what the catalogue says, and what an account says itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.core.senders.alignment import DkimMeans, SpfMeans
from shared.core.senders.sender import SenderCategory
from shared.edge.schemas import Wire

_Name = Annotated[str, Field(max_length=253)]
_Names = Annotated[list[_Name], Field(max_length=200)]
_Networks = Annotated[list[int], Field(max_length=200)]


class SenderAlignment(Wire):
    capable: bool = Field(description="Whether its customers can make its mail pass DMARC.")
    dkim: DkimMeans = Field(description="How a signature with the customer's domain comes about.")
    spf: SpfMeans = Field(description="How a return-path with the customer's domain comes about.")
    how: str
    docs: str | None = Field(description="The sender's own page about it.")


class CatalogueSender(Wire):
    id: str = Field(examples=["mailchimp"])
    source_id: int = Field(description="A number of its domain, the same in every deployment.")
    name: str = Field(examples=["Mailchimp"])
    domain: str = Field(description="What its sources are grouped under.", examples=["mailchimp.com"])
    category: SenderCategory
    own: bool = Field(description="Whether the entry is the account's own.")
    domains: list[str] = Field(description="More names that it signs with, bounces to and calls its hosts.")
    dkim: list[str]
    return_path: list[str]
    hosts: list[str]
    selectors: list[str] = Field(description="DKIM selectors that it alone hands out; `*` ends a prefix.")
    networks: list[int] = Field(description="AS numbers.")
    network_names: list[str]
    spf: list[str] = Field(description="What its customers include in their SPF record.")
    alignment: SenderAlignment | None = Field(description="What its customers do; null where not known.")


class PutAlignment(Wire):
    dkim: DkimMeans
    spf: SpfMeans
    how: str = Field(max_length=400, examples=["Publish the key that the mail team hands out."])
    docs: Annotated[str, Field(max_length=300)] | None = Field(default=None, description="An https address.")


class PutSender(Wire):
    name: str = Field(max_length=100, examples=["Our billing system"])
    domain: _Name = Field(examples=["billing.example"])
    category: SenderCategory
    domains: _Names = Field(default=[])
    dkim: _Names = Field(default=[])
    return_path: _Names = Field(default=[])
    hosts: _Names = Field(default=[], examples=[["mail.billing.example"]])
    selectors: _Names = Field(default=[])
    networks: _Networks = Field(default=[])
    network_names: _Names = Field(default=[])
    spf: _Names = Field(default=[])
    alignment: PutAlignment | None = None
