"""The tables of a result.

Lines are in the order of their sources, so that those of one source are a range of ids. Sums are taken in
halves: a reporter may write counts so large that the sum of a few does not fit what SQLite counts with.
"""

# ruff: noqa: S608 (queries are put together of texts in this package; all values are bound)
from __future__ import annotations

from typing import Final

from shared.core.detail.chunks import LARGEST_COUNT

TABLES: Final = """
create table source (key integer primary key, number integer, standing text, domain text, name text,
    category text, rank integer, evidence text, value text);
create table address (id integer primary key, ip text, sort text, host text, server text, organization text,
    country text);
create table verdict (id integer primary key, from_domain text, policy_applied text, reason text,
    override_comment text, dkim_aligned text, dkim_result text, dkim_domain text, spf_aligned text,
    spf_result text, spf_domain text, spf integer, dkim integer, dmarc integer, affected integer,
    forwarded integer);
create table raw (source integer, address integer, verdict integer, messages integer);
create table day (day text primary key, counts text);
"""

_HALF: Final = 20
_HIGH: Final = f"(sum(({{0}}) >> {_HALF}) + (sum(({{0}}) & {(1 << _HALF) - 1}) >> {_HALF}))"
_LOW: Final = f"(sum(({{0}}) & {(1 << _HALF) - 1}) & {(1 << _HALF) - 1})"


def total(number: str) -> str:
    """The sum of an expression over the rows of a group, ``LARGEST_COUNT`` at most."""
    high, low = _HIGH.format(number), _LOW.format(number)
    most = LARGEST_COUNT >> _HALF
    return f"(case when {high} > {most} then {LARGEST_COUNT} else ({high} << {_HALF}) | {low} end)"


FIGURES: Final = ", ".join(
    f"{total(f'messages * {flag}' if flag else 'messages')} as {name}"
    for name, flag in (
        ("total", ""),
        ("spf_pass", "spf"),
        ("dkim_pass", "dkim"),
        ("dmarc_pass", "dmarc"),
        ("affected_sum", "affected"),
        ("forwarded_sum", "forwarded"),
    )
)
"""The columns of ``Figures``, in order, of lines joined with their verdicts."""

TOGETHER: Final = f"""
create table line (id integer primary key, source integer, address integer, verdict integer,
    messages integer);
insert into line (source, address, verdict, messages)
    select source, address, verdict, {total("messages")} from raw
    group by source, address, verdict order by source, address, verdict;
drop table raw;
create table summary (source integer primary key, first integer, last integer, addresses integer,
    total integer, spf_pass integer, dkim_pass integer, dmarc_pass integer, affected integer,
    forwarded integer);
insert into summary
    select line.source, min(line.id), max(line.id), count(distinct line.address), {FIGURES}
    from line join verdict on verdict.id = line.verdict group by line.source;
"""
