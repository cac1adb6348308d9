"""The OpenAPI document as a page to read: plain HTML, without a script and without another host."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

_REF: Final = "#/components/schemas/"
_DEEPEST: Final = 4

STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0a6e5c }
@media (prefers-color-scheme: dark) { :root { --accent: #4fd1b5 } }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1, h2 { line-height: 1.2 } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line) }
code, pre, .method { font: .875em/1.5 ui-monospace, monospace }
code { background: var(--soft); padding: .1em .3em; border-radius: .2em }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: .3em }
pre code { background: none; padding: 0 }
a { color: var(--accent) } nav ul { columns: 18rem; padding-left: 1.2rem }
details { border: 1px solid var(--line); border-radius: .3em; margin: .5rem 0; padding: .4rem .8rem }
summary { cursor: pointer } .method { font-weight: 700; color: var(--accent) }
table { border-collapse: collapse; width: 100%; font-size: .93em }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0 }
td { border-top: 1px solid var(--line) }
"""


def render(document: Mapping[str, Any]) -> str:
    components = document["components"]
    groups = _by_tag(document["paths"])
    contents = "".join(f'<li><a href="#{_anchor(tag)}">{escape(tag)}</a></li>' for tag in groups)
    sections = "".join(
        f'<h2 id="{_anchor(tag)}">{escape(tag)}</h2>'
        + "".join(_operation(method, path, operation, components) for method, path, operation in operations)
        for tag, operations in groups.items()
    )
    title = escape(document["info"]["title"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} API</title><style>{STYLE}</style></head><body>"
        f"<h1>{title} API</h1>{_prose(document['info']['description'])}"
        '<p>For programs: <a href="openapi.json">openapi.json</a></p>'
        f"<nav><ul>{contents}</ul></nav>{sections}</body></html>"
    )


def _by_tag(paths: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Any]]]:
    groups: dict[str, list[tuple[str, str, Any]]] = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return groups


def _operation(method: str, path: str, operation: Mapping[str, Any], components: Mapping[str, Any]) -> str:
    schemas = components["schemas"]
    parts = [
        f'<summary><span class="method">{method}</span> <code>{escape(path)}</code> '
        f"{escape(operation['summary'])}</summary>",
        _prose(operation.get("description", "")),
        _parameters(operation.get("parameters", []), schemas),
        _body(operation.get("requestBody"), schemas),
        _responses(operation["responses"], components),
    ]
    return f'<details id="{escape(operation["operationId"])}">{"".join(parts)}</details>'


def _parameters(parameters: list[Mapping[str, Any]], schemas: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{escape(_type(each['schema'], schemas))}</td>"
        f"<td>{_inline(each.get('description', ''))}</td></tr>"
        for each in parameters
    )
    head = "<tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def _body(body: Mapping[str, Any] | None, schemas: Mapping[str, Any]) -> str:
    if body is None:
        return ""
    content = body["content"]
    shown = _sample(content["application/json"]["schema"], schemas) if _is_json(content) else None
    names = ", ".join(f"<code>{escape(name)}</code>" for name in content)
    return f"<p>Body: {names}</p>" + (_code(shown) if shown is not None else "")


def _responses(responses: Mapping[str, Any], components: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{status}</code></td><td>{_inline(_described(response, components))}</td></tr>"
        for status, response in responses.items()
    )
    good: Mapping[str, Any] = next((each for status, each in responses.items() if status.startswith("2")), {})
    content = good.get("content", {})
    schemas = components["schemas"]
    shown = _sample(content["application/json"]["schema"], schemas) if _is_json(content) else None
    return f"<table>{rows}</table>" + (_code(shown) if shown is not None else "")


def _described(response: Mapping[str, Any], components: Mapping[str, Any]) -> str:
    name = str(response.get("$ref", "")).rpartition("/")[2]
    return str((components["responses"][name] if name else response)["description"])


def _is_json(content: Mapping[str, Any]) -> bool:
    schema = content.get("application/json", {}).get("schema", {})
    return bool(schema) and schema.get("format") != "binary"


def _sample(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """What a value of the schema looks like: its example, or the names of its types."""
    schema = _resolved(schema, schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if "properties" in schema and depth < _DEEPEST:
        return {name: _sample(each, schemas, depth + 1) for name, each in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_sample(schema.get("items", {}), schemas, depth + 1)]
    return _type(schema, schemas)


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind a reference, and the first that may be of several."""
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].removeprefix(_REF)], schemas)
    options = [each for each in _options(schema) if each != {"type": "null"}]
    structured = [each for each in options if "$ref" in each or each.get("type") == "array"]
    return _resolved(structured[0], schemas) if structured else schema


def _type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _type(schemas[schema["$ref"].removeprefix(_REF)], schemas)
    if _options(schema):
        return " | ".join(_type(each, schemas) for each in _options(schema))
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    return str(schema.get("format") or schema.get("const") or schema.get("type") or "any")


def _options(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(schema.get("anyOf") or schema.get("oneOf") or [])


def _code(value: Any) -> str:
    return f"<pre><code>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</code></pre>"


def _prose(text: str) -> str:
    return "".join(f"<p>{part}</p>" for part in _paragraphs(text))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        if paragraph:
            yield _inline(paragraph)


def _inline(text: str) -> str:
    """The little of Markdown that our own descriptions use: code and bold."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", marked)


def _anchor(tag: str) -> str:
    return re.sub(r"\W+", "-", tag.lower())
