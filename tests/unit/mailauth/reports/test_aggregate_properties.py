"""Whatever a reporter's program writes, and however, it is read back as it was meant.

Reports are made at random and rendered in the manners seen of reporters. A second reader, as plain as
can be, on defusedxml's tree, says what the same bytes mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

import defusedxml.ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.mailauth.reports.reading import Unreadable
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Override,
    Row,
    SpfAuth,
)

from .aggregate_xml import METADATA, POLICY, read

labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=8)
domains = st.builds("{}.{}.example".format, labels, labels)
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=20
)
comments = texts.filter(
    lambda text: text not in "\ufffe\uffff" and "\ufffe" not in text and "\uffff" not in text
)
verdicts = st.sampled_from(["pass", "fail"])
addresses = st.ip_addresses().map(str).filter(lambda text: not text.startswith("::ffff"))

rows = st.builds(
    Row,
    addresses,
    st.integers(1, 10**9),
    st.builds(
        Evaluated,
        st.sampled_from(["none", "quarantine", "reject", "pass"]),
        verdicts,
        verdicts,
        st.lists(
            st.builds(
                Override, st.sampled_from(["forwarded", "other", "local_policy"]), st.none() | comments
            ),
            max_size=2,
        ).map(tuple),
    ),
    st.builds(Identifiers, domains, st.none() | st.just("") | domains, st.none() | domains),
    st.builds(
        AuthResults,
        st.lists(
            st.builds(
                DkimAuth,
                domains,
                st.none() | labels,
                st.sampled_from(["pass", "neutral"]),
                st.none() | comments,
            ),
            max_size=3,
        ).map(tuple),
        st.lists(
            st.builds(SpfAuth, domains, st.none() | st.just("mfrom"), st.sampled_from(["pass", "softfail"])),
            max_size=2,
        ).map(tuple),
    ),
)


@dataclass(frozen=True)
class Manner:
    """How a program writes its XML."""

    gap: str
    pad: str
    empty_tags: bool
    comment: str
    attribute: str
    prefix: str
    cdata: bool

    def leaf(self, name: str, text: str | None) -> str:
        if text is None:
            return ""
        tag = self.prefix + name
        if not text and self.empty_tags:
            return f"<{tag}/>{self.gap}"
        inner = f"<![CDATA[{text}]]>" if self.cdata and "]]" not in text else escape(text)
        return f"<{tag}{self.attribute}>{self.pad}{inner}{self.pad}</{tag}>{self.gap}"

    def node(self, name: str, *children: str) -> str:
        tag = self.prefix + name
        return f"<{tag}>{self.gap}{self.comment}{''.join(children)}</{tag}>{self.gap}"

    def record(self, row: Row) -> str:
        said, who, how = row.evaluated, row.identifiers, row.auth
        leaf, node = self.leaf, self.node
        reasons = [node("reason", leaf("type", o.type), leaf("comment", o.comment)) for o in said.overrides]
        dkim = [
            node(
                "dkim",
                leaf("domain", d.domain),
                leaf("selector", d.selector),
                leaf("result", d.result),
                leaf("human_result", d.human_result),
            )
            for d in how.dkim
        ]
        spf = [
            node("spf", leaf("domain", s.domain), leaf("scope", s.scope), leaf("result", s.result))
            for s in how.spf
        ]
        evaluated = node(
            "policy_evaluated",
            leaf("disposition", said.disposition),
            leaf("dkim", said.dkim),
            leaf("spf", said.spf),
            *reasons,
        )
        return node(
            "record",
            node("row", leaf("source_ip", row.source_ip), leaf("count", str(row.count)), evaluated),
            node(
                "identifiers",
                leaf("envelope_to", who.envelope_to),
                leaf("envelope_from", who.envelope_from),
                leaf("header_from", who.header_from),
            ),
            node("auth_results", *dkim, *spf),
        )

    def report(self, rows: list[Row]) -> str:
        records = "".join(map(self.record, rows))
        head = (METADATA + self.gap + POLICY).replace("</", "\0").replace("<", "<" + self.prefix)
        head = head.replace("\0", "</" + self.prefix)
        space = f' xmlns:{self.prefix[:-1]}="urn:x"' if self.prefix else ""
        tag = self.prefix + "feedback"
        return f"<{tag}{space}>{self.gap}{head}{self.gap}{records}</{tag}>"


# Most programs write plainly; weighted so that records of one manner come in numbers.
manners = st.builds(
    Manner,
    gap=st.sampled_from(["", "\n", "\n    ", "\r\n\t"]),
    pad=st.sampled_from(["", "", "", " ", "\n "]),
    empty_tags=st.booleans(),
    comment=st.sampled_from(["", "", "", "<!-- c -->"]),
    attribute=st.sampled_from(["", "", "", ' lang="en"']),
    prefix=st.sampled_from(["", "", "", "d:"]),
    cdata=st.sampled_from([False, False, False, True]),
)


@settings(max_examples=60)
@given(
    st.lists(rows, max_size=5), manners, st.sampled_from(["utf-8", "utf-8", "utf-16"]), st.integers(1, 5000)
)
def test_what_was_written_is_read(written: list[Row], manner: Manner, encoding: str, size: int) -> None:
    data = manner.report([*written, *written]).encode(encoding)
    result = read(data[at : at + size] for at in range(0, len(data), size))
    assert result.rows == [*written, *written]
    assert result.report.messages == 2 * sum(row.count for row in written)
    assert result.report.dmarc_pass == 2 * sum(row.count for row in written if row.evaluated.dmarc_pass)


def plainly(data: bytes) -> list[tuple[str, ...]]:
    """The rows as texts, by the plainest reader there is."""
    root = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    return [tuple(texts_of(record)) for record in root.iter() if local(record) == "record"]


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def texts_of(record: Element) -> list[str]:
    return [(element.text or "").strip() for element in record.iter() if len(element) == 0]


def as_texts(row: Row) -> set[str]:
    said, who, how = row.evaluated, row.identifiers, row.auth
    found = [row.source_ip, str(row.count), said.disposition, said.dkim, said.spf]
    found += [part for override in said.overrides for part in (override.type, override.comment)]
    found += [who.header_from, who.envelope_from, who.envelope_to]
    found += [part for d in how.dkim for part in (d.domain, d.selector, d.result, d.human_result)]
    found += [part for s in how.spf for part in (s.domain, s.scope, s.result, s.human_result)]
    return {text for text in found if text is not None}


MUTATIONS = [
    "<",
    ">",
    "/",
    "&",
    "]]>",
    "<!-- ",
    "-->",
    "<record>",
    "</record>",
    "'",
    '"',
    "\x00",
    " ",
    "</row>",
    "a",
]


@settings(max_examples=150)
@given(
    st.lists(rows, min_size=1, max_size=3),
    manners,
    st.sampled_from(MUTATIONS),
    st.floats(0, 1),
    st.booleans(),
)
def test_one_mutation_is_read_as_the_plain_reader_reads_it(
    written: list[Row], manner: Manner, mutation: str, where: float, replace: bool
) -> None:
    """Where the plain reader finds well-formed XML, both find the same records, shapes or not."""
    text = manner.report([*written, *written, *written])
    at = int(where * len(text))
    mutated = (text[:at] + mutation + text[at + len(mutation) * replace :]).encode()
    try:
        expected = plainly(mutated)
    except (ParseError, ValueError):
        return
    try:
        result = read(mutated)
    except Unreadable:
        return
    assert result.report.rows + result.report.bad_rows <= len(expected)
    if not result.report.bad_rows and not result.codes:
        assert [as_texts(row) <= set(texts) for row, texts in zip(result.rows, expected, strict=True)]


@settings(max_examples=80)
@given(st.lists(rows, min_size=2, max_size=4), st.data())
def test_shapes_change_nothing(written: list[Row], data: st.DataObject) -> None:
    """A report that is read by its shapes says what it says when comments keep it from being so."""
    manner = Manner("\n", "", True, "", "", "", False)
    text = manner.report(written * 2)
    old = data.draw(st.sampled_from(["<count>", "</dkim>", "<domain>", "<row>", "none", "example", "</spf>"]))
    new = data.draw(
        st.sampled_from(["", "x", "<x>y</x>", "<x/>", " ", "&amp;", "<dkim/>", "]", "é", "&lt;row&gt;"])
    )
    changed = text.replace(old, old + new)
    with_comments = changed.replace("<record>", "<record><!-- c -->")
    by_shape, by_tree = read(changed), read(with_comments)
    assert by_shape.rows == by_tree.rows
    assert set(by_shape.codes) == set(by_tree.codes)
    assert by_shape.report.bad_rows == by_tree.report.bad_rows
