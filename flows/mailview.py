"""One change as the words of a mail, the same for its text and its HTML. Pure."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any
from urllib.parse import urlsplit

from flows.items import Copy, Item, Report, headline
from flows.wording import day, one_line, plural, position_words, web_address

REPORTS_SHOWN = 6
"""Reports with their words; the rest is listed by name."""
_STATUS = {
    "tentative": "Not confirmed yet",
    "confirmed": "Confirmed",
    "corrected": "Correction",
    "restored": "Holds after all",
}


def view(item: Item, zone: tzinfo, baseline: str) -> dict[str, Any]:
    """What the templates show of ``item``; ``baseline`` names the baseline ("NBC News, 3 December 2025")."""
    change = item.change
    return {
        "headline": headline(item),
        "status": _STATUS[item.told_as],
        "flag": "not confirmed yet" if item.told_as == "tentative" else "",
        "actor": item.actor,
        "proposition": item.proposition,
        "correction": _correction(item, zone),
        "move": _move(item),
        "scale": _scale(item),
        "positions": _positions(item, baseline),
        "said": _said(item),
        "reports": [_report(report, zone) for report in item.reports[:REPORTS_SHOWN]],
        "more": [{"outlet": r.outlet, "url": web_address(r.url)} for r in item.reports[REPORTS_SHOWN:]],
        "reports_line": _reports_line(item),
        "former": [_report(report, zone) for report in item.former],
        "sure": _sure(item),
        "reason": "" if item.told_as == "corrected" else one_line(change.reason, 500),
        "confirmed_since": _confirmed_since(item, zone),
        "query": item.query,
        "mute": item.mute,
    }


def number(agreement: int | None) -> str:
    """-2..+2 with its sign, "?" where no position is known."""
    return "?" if agreement is None else f"{agreement:+d}" if agreement else "0"


def confidence_word(confidence: float) -> str:
    """ "high" from 0.8, "fair" from 0.6, else "Low"."""
    return "High" if confidence >= 0.8 else "Fair" if confidence >= 0.6 else "Low"


def _sure(item: Item) -> tuple[str, str]:
    """The row on confidence, or what speaks against a change that is taken back."""
    if item.told_as == "corrected":
        return "Why", one_line(item.change.reason, 500) or "The reports since then do not carry it."
    return "Confidence", f"{confidence_word(item.change.confidence)} ({item.change.confidence:.2f})"


def _correction(item: Item, zone: tzinfo) -> str:
    """What was written and that it did not hold, "" where nothing is corrected."""
    if item.earlier is None or item.told_as not in ("corrected", "restored"):
        return ""
    when = day(item.earlier.told_at, zone)
    if item.told_as == "restored":
        return f"On {when} we took this back. New reports carry it after all."
    change = item.change
    listed = "listed, as not confirmed," if item.earlier.what.told_as == "tentative" else "wrote"
    before, after = position_words(change.from_agreement), position_words(change.to_agreement)
    what = f"that {item.actor} went from “{before}” to “{after}”"
    if change.from_agreement is None:
        what = f"that {item.actor} took the position “{after}”"
    return f"On {when} we {listed} {what} on {item.concept}. That did not hold; what was reported then is below."


def _move(item: Item) -> str:
    """ "+2 supports → -1 rejects, with reservations"."""
    change = item.change
    before, after = (f"{number(a)} {position_words(a)}" for a in (change.from_agreement, change.to_agreement))
    if item.told_as == "corrected":
        return f"no longer reported: {after}" if change.from_agreement is None else f"still {before}"
    return f"{after}; no earlier position" if change.from_agreement is None else f"{before} → {after}"


def _scale(item: Item) -> list[dict[str, Any]]:
    """The five steps, marked where the actor stood and stands; for corrections, where it was wrongly seen."""
    change, withdrawn = item.change, item.told_as == "corrected"
    marks = {change.to_agreement: "withdrawn" if withdrawn else "now"}
    if change.from_agreement is not None and change.from_agreement != change.to_agreement:
        marks[change.from_agreement] = "now" if withdrawn else "before"
    return [{"number": number(n).replace("-", "−"), "mark": marks.get(n, "")} for n in range(-2, 3)]


def _positions(item: Item, baseline: str) -> list[tuple[str, str, str]]:
    """Rows of (label, number, words): the baseline, the former and the new position."""
    change, withdrawn = item.change, item.told_as == "corrected"
    former = ("Still" if withdrawn else "Before", number(change.from_agreement))
    before = _stance(change.from_agreement, change.from_condition)
    rows: list[tuple[str, str, str]] = []
    if change.baseline_agreement is None:
        rows.append(("Baseline", "–", f"no position in it ({baseline})"))
        if change.from_agreement is not None:
            rows.append((*former, before))
    elif change.baseline_agreement == change.from_agreement:
        rows.append((*former, f"{before}, as in the baseline ({baseline})"))
    else:
        words = f"{_stance(change.baseline_agreement, None)} ({baseline})"
        rows += [("Baseline", number(change.baseline_agreement), words), (*former, before)]
    label = "Withdrawn" if withdrawn else "Now"
    return [*rows, (label, number(change.to_agreement), _stance(change.to_agreement, change.to_condition))]


def _stance(agreement: int | None, condition: str | None) -> str:
    words = position_words(agreement)
    return f"{words}: {one_line(condition, 200)}" if condition else words


def _said(item: Item) -> str:
    bases = {
        report.said_basis for report in item.reports if report.said_at == item.change.said_at and report.said_basis
    }
    told = [basis for basis in sorted(bases) if basis != "published"]
    return day(item.change.said_at) + (f" (“{one_line(told[0], 60)}”)" if told else "")


def _reports_line(item: Item) -> str:
    """ "4 independent reports; 2 copies are not counted"."""
    count = item.change.independent_reports
    line = "1 report" if count == 1 else f"{count} independent reports"
    if not item.copies:
        return line
    return f"{line}; {plural(item.copies, 'copy') if item.copies == 1 else f'{item.copies} copies'} not counted"


def _confirmed_since(item: Item, zone: tzinfo) -> str:
    """That an earlier digest listed it, "" where it is all new."""
    if item.told_as != "confirmed" or item.earlier is None or item.earlier.what.told_as != "tentative":
        return ""
    return f"Listed as not confirmed on {day(item.earlier.told_at, zone)}; now it is."


def _report(report: Report, zone: tzinfo) -> dict[str, Any]:
    url = web_address(report.url)
    return {
        "outlet": report.outlet,
        "day": day(report.published_at, zone),
        "words": report.words,
        "url": url,
        "host": one_line(urlsplit(url).hostname or "", 60).removeprefix("www.") if url else "",
        "copies": [_copy(copy) for copy in report.copies],
    }


def _copy(copy: Copy) -> dict[str, Any]:
    return {"outlet": copy.outlet, "url": web_address(copy.url)}
