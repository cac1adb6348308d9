"""Wire shapes of inspections: the values that evaluations return, as they are."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, get_args

from pydantic import Field

from shared.core.inspections import LONGEST_RECORD
from shared.edge.schemas import Meta, Wire

T = TypeVar("T")


class InspectionMeta(Meta):
    dns_ms: float = Field(
        description="Milliseconds spent waiting for the DNS, and for web servers where a policy or an image "
        "was fetched.",
        examples=[41.7],
    )
    total_ms: float = Field(
        description="Milliseconds that the inspection took, waiting included.", examples=[45.2]
    )


class Inspected(Wire, Generic[T]):
    data: T
    meta: InspectionMeta

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"{'Or'.join(each.__name__ for each in get_args(params[0]) or params)}Answer"


class RecordText(Wire):
    record: str = Field(max_length=LONGEST_RECORD, examples=["v=DMARC1; p=reject"])
    domain: str = Field(default="", max_length=1_000, description="The domain that is to publish it.")
