"""Builds ``openapi.json`` out of the routes of every function of the API.

``python -m functions.api.docs.build`` writes it, ``--check`` tells whether it is what the routes say. The
file rests beside this one, so that it is in the bundle of the function that serves it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from functions.api.docs.operations import (
    HEADERS,
    by_title,
    operation_of,
    refusals,
    used_schemas,
    with_all_fields,
)
from shared.edge.http import Api

HERE: Final = Path(__file__).parent
DOCUMENT: Final = HERE / "openapi.json"

_DESCRIPTION: Final = """\
What any domain publishes for its mail, and what is wrong with it; DMARC, TLS and failure reports of your
domains, and what they add up to; records generated, watched and hosted.

**Keys.** Send `Authorization: Bearer ps_live_...` with every request; inspecting domains and validating
records works without, too. A key has scopes, and may be of one group of domains; what it must not see answers
404, what it must not change 403. Requests are counted for each key, those without one for their address (2 a
minute); `X-RateLimit-Limit`, `-Remaining` and `-Reset` are on every answer.

**People** send the access token of their sign-in, or their own API token (`ps_user_...`), in the same header.
Whoever is in several accounts names one in `X-Postseal-Account: usr_7`; without it, it is the oldest.
Requests are counted for each person and account.

**Answers.** One object is `{"data": {...}, "meta": {"request_id"}}`. A list has `total_count`, `has_more` and
`next_cursor` in `meta`; ask for the next page with `cursor`. Lists answer CSV on `?format=csv` or
`Accept: text/csv`, with `X-Total-Count` and `X-Next-Cursor`.

**Errors** are `{"error": {"code", "message", "param", "request_id"}}`. Decide by `code`; `message` may
change.

**Ids** have a prefix (`ud_19`); the number alone is the same thing. A domain may be named by its name, too.

**Times** are RFC 3339 in UTC, dates `YYYY-MM-DD` in UTC.

**Repeating.** A POST with an `Idempotency-Key` does its work once: the same request with the same key is
given the same answer for 24 hours (with `Idempotent-Replayed: true`), another request is refused.

The same API is at `/dmarctrust/api/v1`, for clients of DMARCTrust.
"""


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the whole API, the caller's own."""
    made: dict[str, Any] = json.loads(_made())
    return made


@cache
def _made() -> str:
    """Once: it takes seconds."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for app in _apps():
        said = by_title(json.loads(app.get_openapi_json_schema(title="Postseal", version="1")))
        for path, operations in said["paths"].items():
            paths[app.public_path(path)] = {
                method: operation_of(operation, method) for method, operation in operations.items()
            }
        for name, schema in said["components"]["schemas"].items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two functions mean different things by {name}")
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Postseal",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"apiKey": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": with_all_fields(used_schemas(schemas, paths)),
            "headers": HEADERS,
            "responses": refusals(),
            "securitySchemes": {
                "apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "ps_live_..."}
            },
        },
    }
    return json.dumps(whole)


def routes() -> list[tuple[str, str, str]]:
    """Every route: method, path template, operation id."""
    return [
        (method.upper(), path, operation["operationId"])
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
    ]


def rendered() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="functions.api.docs.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    asked = parser.parse_args(arguments)
    if not asked.check:
        DOCUMENT.write_text(rendered())
        return 0
    if DOCUMENT.exists() and DOCUMENT.read_text() == rendered():
        return 0
    sys.stderr.write("openapi.json is not what the routes say: run python -m functions.api.docs.build\n")
    return 1


def _apps() -> Iterator[Api]:
    """The resolver of every folder beside this one, by name: functions do not import each other."""
    for handler in sorted(HERE.parent.glob("*/handler.py")):
        yield import_module(f"functions.api.{handler.parent.name}.handler").app


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
