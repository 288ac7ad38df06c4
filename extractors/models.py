"""The nouns of the pipeline, frozen: what one step hands to the next.

All offsets are character offsets, half open, into the text that the object belongs to. All datetimes are
aware and in UTC. ``None`` always means "not known" or "not stated", never a default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Span = tuple[int, int]
QuoteType = Literal["direct", "indirect", "mixed"]
ActorKind = Literal["person", "organization", "state"]
ChangeKind = Literal["reversed", "softened", "hardened", "new_concept", "new_actor", "reaffirmed"]
ChangeStatus = Literal["tentative", "confirmed", "reverted"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed or news search."""

    key: str
    """What the feed identifies the item by (guid, id), else its link."""
    url: str
    title: str
    summary: str = ""
    published_at: datetime | None = None
    outlet: str | None = None
    """The outlet that the entry itself names (news searches do), else None."""


@dataclass(frozen=True, slots=True)
class ArticleText:
    """What an HTML page says, without what surrounds it."""

    title: str
    text: str
    """Paragraphs separated by one newline; never the title, captions, links or notices."""
    author: str | None = None
    outlet: str | None = None
    language: str | None = None
    """ISO 639-1, recognised from the text itself, None for too little text."""
    published_at: datetime | None = None
    canonical_url: str | None = None
    notice: Literal["consent", "paywall", "empty", "error"] | None = None
    """Set when the page is not an article but a notice; such a page is recorded and never coded."""


@dataclass(frozen=True, slots=True)
class Version:
    """One fetched text of one article."""

    id: str
    article_id: str
    url: str
    outlet: str
    title: str
    text: str
    published_at: datetime | None
    recorded_at: datetime
    language: str | None = None
    author: str | None = None
    page_sha256: str | None = None
    """The archived raw page, None where the text was given (replay)."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who / said / what, as spans of one text (PARC 3.0 and PolNeAR: source, cue, content).

    A span that is interrupted has several pieces, in the order of the text. ``source`` is empty where the
    text names none ("is expected to ...").
    """

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    quote_type: QuoteType = "indirect"
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, organisation or state under one canonical name."""

    name: str
    kind: ActorKind = "person"
    affiliation: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """The actor behind one source span; ``actor`` is None where it stays unresolved."""

    actor: Actor | None
    basis: str
    """How it was resolved, for people: "full name", "surname", "pronoun -> Petra Vance", "metonym", ..."""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Concept:
    """A proposition that one can support or reject, from the watch's codebook."""

    id: str
    proposition: str
    terms: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    oppose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConceptMatch:
    """A concept that a content is about, and what says so."""

    concept: Concept
    score: float
    basis: str


@dataclass(frozen=True, slots=True)
class Coding:
    """How a content stands to a concept.

    ``agreement``: +2 demands or supports, +1 conditional or qualified support, 0 takes no side,
    -1 qualified rejection, -2 rejects, None not stated.
    """

    agreement: int | None
    basis: tuple[str, ...] = ()
    """What the coder saw, in words with the text's own words in quotation marks."""
    condition: str | None = None
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Statement:
    """Actor x concept x agreement, with its attribution, its version and its three dates.

    ``actor`` and ``concept`` are None where the source stays unresolved or the content is about nothing in
    the codebook; such statements are kept and never move a position.
    """

    id: str
    watch_id: str
    version_id: str
    actor: str | None
    concept: str | None
    agreement: int | None
    words: str
    """The content, its pieces joined by " ... "."""
    source_text: str
    attribution: Attribution
    said_at: date | None
    """The day of the utterance, from the text and the date of publication; None where neither tells."""
    published_at: datetime | None
    recorded_at: datetime
    outlet: str
    url: str
    coder: str
    """Version of the extractor and coder that made it."""
    condition: str | None = None
    basis: tuple[str, ...] = ()
    confidence: float = 0.0
    said_basis: str = ""
    """What said_at rests on: "published", "on Tuesday", "last month", ..."""
    copy_group: str = ""
    """The same for versions that are copies of one another (duplicates.py)."""


@dataclass(frozen=True, slots=True)
class Position:
    """What an actor's statements on a concept add up to on a day. Derived, never stored as truth."""

    actor: str
    concept: str
    agreement: int
    """-2..+2, rounded from ``score``."""
    score: float
    confidence: float
    """0..1."""
    since: date
    """The day of the earliest statement of the present run of statements on this side."""
    reports: int
    """Independent reports behind it, copies folded."""
    statements: tuple[str, ...]
    """Ids, newest first."""
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A position that differs from the one before it."""

    id: str
    """The same for the same change, whenever and in whatever order it is derived."""
    actor: str
    concept: str
    kind: ChangeKind
    from_agreement: int | None
    to_agreement: int | None
    status: ChangeStatus
    said_at: date
    independent_reports: int
    evidence: tuple[str, ...]
    """Ids of the statements that carry the new position, one per independent report first, then copies."""
    baseline_agreement: int | None = None
    before: tuple[str, ...] = ()
    """Ids of the statements that carried the former position."""
    confidence: float = 0.0
    reason: str = ""
    """In words: why this kind and this status, and what would confirm or revert it."""
    from_condition: str | None = None
    to_condition: str | None = None


@dataclass(frozen=True, slots=True)
class Codebook:
    """What a watch knows beforehand: its concepts and its actors."""

    concepts: Sequence[Concept] = field(default_factory=tuple)
    actors: Sequence[Actor] = field(default_factory=tuple)
