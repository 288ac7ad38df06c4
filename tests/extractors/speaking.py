"""Statements in a line, for the tests of what is derived from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from extractors.models import Attribution, QuoteType, Statement

START = date(2030, 5, 1)


def on(day: int) -> date:
    return START + timedelta(days=day)


def said(
    agreement: int | None,
    day: int | None = 0,
    outlet: str = "Gazette",
    *,
    words: str | None = None,
    quote: QuoteType = "indirect",
    printed: int | None = None,
    condition: str | None = None,
    confidence: float = 0.8,
    version: str | None = None,
    group: str = "",
    basis: tuple[str, ...] = (),
    said_basis: str = "published",
    actor: str | None = "Ada Lund",
    ident: str | None = None,
) -> Statement:
    """A statement that Ada Lund makes on `day` (counted from START), printed on `printed` or the same day."""
    out = printed if printed is not None else day
    published = None if out is None else datetime.combine(on(out), datetime.min.time(), UTC) + timedelta(hours=12)
    version = version or f"{outlet}-{day}-{printed}"
    words = words or f"{version} {agreement}"
    return Statement(
        id=ident or f"{version}/{agreement}/{words}/{confidence}",
        watch_id="steel",
        version_id=version,
        actor=actor,
        concept="tariffs",
        agreement=agreement,
        words=words,
        source_text="Lund",
        attribution=Attribution((), (), ((0, len(words)),), quote),
        said_at=None if day is None else on(day),
        published_at=published,
        recorded_at=datetime(2031, 1, 1, tzinfo=UTC),
        outlet=outlet,
        url=f"https://{outlet.lower()}.example/{version}",
        coder="test",
        condition=condition,
        basis=basis,
        confidence=confidence,
        said_basis=said_basis,
        copy_group=group or version,
    )
