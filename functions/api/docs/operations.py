"""One operation of the document: without what Powertools adds on its own, with what all of ours have."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from shared.edge.openapi import REFUSALS

_SCHEMAS: Final = "#/components/schemas/"
_ENVELOPES: Final = ("Single_", "Listing_", "Inspected_")
_NONE: Final = re.compile(r"(?<=[a-z;] )None\b|(?<=\()None\b")

HEADERS: Final[dict[str, Any]] = {
    "X-Request-Id": {
        "description": "Names this request in the deployment's logs.",
        "schema": {"type": "string"},
    },
    "X-RateLimit-Limit": {"description": "Requests a minute.", "schema": {"type": "integer"}},
    "X-RateLimit-Remaining": {"description": "Requests left in this minute.", "schema": {"type": "integer"}},
    "X-RateLimit-Reset": {
        "description": "When the next minute begins, in epoch seconds.",
        "schema": {"type": "integer"},
    },
}
_OF_CSV: Final = {
    name: {"description": "As in `meta`; in CSV only.", "schema": {"type": "string"}}
    for name in ("X-Total-Count", "X-Next-Cursor")
}
_FORMAT: Final = {
    "name": "format",
    "in": "query",
    "required": False,
    "description": "`csv` answers the same rows as CSV.",
    "schema": {"type": "string", "enum": ["json", "csv"], "default": "json"},
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your choice: the work is done once for each.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def refusals() -> dict[str, Any]:
    """The refusals of all routes, by the name that ``operation_of`` gives them."""
    retry = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    found = {**{str(status): text for status, text in REFUSALS.items()}, "": "Any other refusal."}
    return {
        f"Refused{status}": {
            "description": description,
            "headers": {**_named_headers(), **(retry if status == "429" else {})},
            "content": {"application/json": {"schema": {"$ref": f"{_SCHEMAS}ErrorAnswer"}}},
        }
        for status, description in found.items()
    }


def operation_of(said: dict[str, Any], method: str) -> dict[str, Any]:
    """From an operation as Powertools says it to one as the document does. ``method`` in lower case."""
    responses = {
        status: _response(status, response)
        for status, response in sorted(said["responses"].items())
        if "ValidationError" not in json.dumps(response)
    }
    responses["default"] = {"$ref": "#/components/responses/Refused"}
    parameters = [*map(_parameter, said.get("parameters", [])), *_middleware_parameters(responses, method)]
    operation = {key: value for key, value in said.items() if key != "deprecated"}
    operation |= {"parameters": parameters, "responses": responses}
    if not parameters:
        del operation["parameters"]
    return operation if "401" in responses else {**operation, "security": []}


def by_title(said: dict[str, Any]) -> dict[str, Any]:
    """The document with envelopes named as their shapes name themselves: ``AccountAnswer``."""
    text = json.dumps(said)
    for name, schema in said["components"]["schemas"].items():
        if name.startswith(_ENVELOPES):
            text = text.replace(f'"{name}"', f'"{schema["title"]}"')
            text = text.replace(f'"{_SCHEMAS}{name}"', f'"{_SCHEMAS}{schema["title"]}"')
    # Docstrings of values that are shown as they are mark code as Sphinx does, and speak of Python's None.
    found: dict[str, Any] = json.loads(_NONE.sub("null", text.replace("``", "`")))
    return found


def used_schemas(schemas: dict[str, Any], paths: dict[str, Any]) -> dict[str, Any]:
    """The schemas that some path leads to, by name."""
    used = _reached(schemas, _references([paths, refusals()]))
    return {name: schemas[name] for name in sorted(used)}


def with_all_fields(schemas: dict[str, Any]) -> dict[str, Any]:
    """The values of evaluations are shown with every field, also where the code has a default for it."""
    answers = {name for name, schema in schemas.items() if "InspectionMeta" in _references(schema)}
    shown = _reached(schemas, answers)
    return {
        name: {**schema, "required": list(schema["properties"])}
        if name in shown and "properties" in schema
        else schema
        for name, schema in schemas.items()
    }


def _reached(schemas: dict[str, Any], names: set[str]) -> set[str]:
    """These schemas, and those that they lead to."""
    reached: set[str] = set()
    left = names
    while left:
        reached |= left
        left = set().union(*(_references(schemas[name]) for name in left)) - reached
    return reached


def _response(status: str, response: dict[str, Any]) -> dict[str, Any]:
    if int(status) in REFUSALS:
        return {"$ref": f"#/components/responses/Refused{status}"}
    headers = {**_named_headers(), **(_OF_CSV if "text/csv" in response.get("content", {}) else {})}
    said = {name: value for name, value in response.items() if name != "content" or not _says_nothing(value)}
    return {**said, "headers": headers}


def _says_nothing(content: dict[str, Any]) -> bool:
    """Powertools shows an answer without a body as the null of JSON."""
    return all(each.get("schema", {}).get("type") == "null" for each in content.values())


def _middleware_parameters(responses: dict[str, Any], method: str) -> list[dict[str, Any]]:
    """What the middleware of a route reads: known by the answers it adds."""
    found = []
    if any("text/csv" in response.get("content", {}) for response in responses.values()):
        found.append(_FORMAT)
    if "409" in responses and method == "post":
        found.append(_IDEMPOTENCY_KEY)
    return found


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """Described once. A query has no way of saying null: it leaves the parameter out."""
    told = ("title", "description")
    schema = {key: value for key, value in parameter["schema"].items() if key not in told}
    parameter = {**parameter, "schema": schema}
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    if len(options) != 1:
        return parameter
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**parameter, "schema": {**rest, **options[0]}}


def _named_headers() -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_references, node))
    if not isinstance(node, dict):
        return set()
    target = str(node.get("$ref", ""))
    own = {target.removeprefix(_SCHEMAS)} if target.startswith(_SCHEMAS) else set()
    return own.union(*map(_references, node.values()))
