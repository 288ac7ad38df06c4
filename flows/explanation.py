"""One change in words: the two positions, the statements that carry them, and what would confirm or revert it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flows.output import plain, signed

Row = dict[str, Any]


def write_explanation(found: Row) -> str:
    """``extractors.changes.explain``'s result as text for a terminal."""
    found = plain(found)
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Row) -> Iterator[str]:
    turn = f"{_side(found['from'])} -> {_side(found['to'])}"
    yield f"{found['actor']} on {found['concept']}: {found['kind']}, {turn}"
    yield (
        f"  {found['status']}, said {found['said_at']}, independent reports: {found['independent_reports']}, "
        f"confidence {found['confidence']:.2f}, id {found['id']}"
    )
    yield f"  {found['reason']}"
    for title, side in (("Before", found["from"]), ("Now", found["to"])):
        yield f"{title}: {_side(side)}" + (f", {side['condition']}" if side["condition"] else "")
        for number, report in enumerate(side["reports"], 1):
            yield from _report(number, report)


def _side(side: Row) -> str:
    return "nothing" if side["agreement"] is None else signed(side["agreement"])


def _report(number: int, report: Row) -> Iterator[str]:
    printed = str(report["published_at"] or "no date")[:10]
    yield f"  {number}. {report['outlet']}, {printed}  ({signed(report['agreement'])})"
    yield f'     "{report["words"].strip(chr(34) + "“”")}"'
    said = f", said {report['said_at']} ({report['said_basis']})" if report["said_at"] else ""
    yield f"     by {report['source'] or 'nobody named'}{said}, {report['quote_type']}"
    if report["condition"]:
        yield f"     condition: {report['condition']}"
    yield f"     the coder saw: {'; '.join(report['basis'])}  (confidence {report['confidence']:.2f})"
    yield f"     {report['url']}"
    if report["copies"]:
        yield f"     printed again: {'; '.join(dict.fromkeys(_copy(c) for c in report['copies']))}"


def _copy(copy: Row) -> str:
    return f"{copy['outlet']} {copy['url']}"
