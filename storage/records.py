"""What goes into the ledger and comes out of it, where ``extractors.models`` has no noun for it.

Frozen, and with nothing but plain values. All datetimes are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from extractors.models import Actor, Change, Entry, Statement, Version

FetchOutcome = Literal["fetched", "unchanged", "gone", "failed", "skipped"]
Role = Literal["baseline", "coverage"]
AlertState = Literal["pending", "sent", "failed"]
Verdict = Literal["accept", "reject", "correct", "merge"]


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A feed or search as the watch file gives it. ``engine`` names the search engine, None for a plain feed."""

    feed_id: str
    url: str
    outlet: str | None = None
    engine: str | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed and how it has been doing since it was last given in the watch file."""

    watch_id: str
    feed_id: str
    url: str
    """Where to ask now: after permanent redirects."""
    outlet: str | None = None
    engine: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_item_at: datetime | None = None
    """Publication of the newest item ever seen in it."""
    failures_in_a_row: int = 0
    next_poll_at: datetime | None = None
    """None: at once."""
    retired: bool = False
    """The server said that it is gone for good (410)."""
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """One request for a feed (``feed_id``) or for an article's page (``article_id``): exactly one of the two."""

    url: str
    requested_at: datetime
    outcome: FetchOutcome
    feed_id: str | None = None
    article_id: str | None = None
    status: int | None = None
    final_url: str | None = None
    moved_to: str | None = None
    """Where permanent redirects led: the address to ask from now on."""
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    bytes: int | None = None
    error: str | None = None
    """Why it failed, is gone or was skipped (language, notice, irrelevant, robots ...)."""
    next_at: datetime | None = None
    """When to ask again. For a page None means never: it failed for good, or need not be looked at again."""
    new_entries: int | None = None
    last_item_at: datetime | None = None
    version_id: str | None = None
    """The version that the page gave."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry and the article that it leads to: ``url`` is canonical, ``article_id`` identifies it."""

    article_id: str
    url: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class PendingPage:
    """A page to fetch, or to look at again where ``has_text``."""

    watch_id: str
    article_id: str
    url: str
    feed_id: str
    entry: Entry
    attempts: int = 0
    """Requests so far."""
    has_text: bool = False
    etag: str | None = None
    last_modified: str | None = None
    last_fetch_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredPrint:
    """The fingerprint of a text, as duplicates.py makes it; whole numbers below 2**63."""

    digest: int
    size: int
    signature: tuple[int, ...] = ()
    passages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPrint:
    """The fingerprint of a version, and the group of copies that it was found to belong to."""

    version_id: str
    fingerprint: StoredPrint
    keys: tuple[int, ...]
    """Those of its fingerprint: versions that share one are candidates for copies."""
    copy_group: str


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to take into a watch."""

    version: Version
    role: Role = "coverage"
    skipped: str | None = None
    """Why it is not to be coded (an irrelevant article, say)."""


@dataclass(frozen=True, slots=True)
class CopyCandidate:
    """A stored version whose fingerprint has a key in common with the one asked about."""

    version_id: str
    fingerprint: StoredPrint
    copy_group: str


@dataclass(frozen=True, slots=True)
class VersionToCode:
    """A version that waits to be coded, with the group of copies that it belongs to."""

    version: Version
    copy_group: str
    role: Role


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """One recorded state of a change. ``previous`` is the status before it, None where the change is new."""

    change: Change
    previous: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class KnownChange:
    """A change as it stands now, with the analyst's verdict on it where there is one."""

    change: Change
    recorded_at: datetime
    run_id: str | None = None
    verdict: Verdict | None = None
    reviewed_by: str | None = None
    review_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change as a message tells it."""

    change_id: str
    told_as: Literal["tentative", "confirmed", "corrected", "restored"]
    actor: str
    concept: str
    kind: str
    from_agreement: int | None
    to_agreement: int | None
    said_at: date
    proposition: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """That a recipient's outbox holds a message about a change, sent or not, of whichever watch."""

    what: ToldChange
    told_at: datetime
    watch_id: str
    alert_id: str


@dataclass(frozen=True, slots=True)
class ToDetect:
    """What changes must be derived anew for. ``mark`` goes back into ``save_detection`` when that is done."""

    pairs: frozenset[tuple[str, str]] | None
    """(actor, concept); None: all of the watch (another coder was accepted)."""
    mark: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A message to one recipient. ``alert_id`` is its deterministic identity (a mail's Message-ID)."""

    alert_id: str
    watch_id: str
    channel: str
    """mail | webhook | apprise"""
    recipient: str
    topic: str
    """change | digest | correction | notice | test"""
    payload: str
    """What is sent, or what it is made of: storage does not look into it."""
    changes: tuple[ToldChange, ...] = ()
    """What it tells about; each (change, told_as) is told to a recipient once."""
    not_before: datetime | None = None
    """Quiet hours and digests; None: at once."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A message in the outbox and how its delivery stands."""

    item: OutboxItem
    state: AlertState
    attempts: int
    recorded_at: datetime
    next_try_at: datetime | None = None
    last_error: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One pass. ``status`` is "unfinished" until its end was recorded."""

    run_id: str
    watch_id: str
    started_at: datetime
    finished_at: datetime | None = None
    status: str = "unfinished"
    stats: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """The last warning about a topic ("blind", "silent"), or the recovery from it."""

    watch_id: str
    topic: str
    state: Literal["warned", "recovered"]
    detail: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """What an analyst puts in place of what the coder saw; ``fields`` names those that count.

    Fields: "actor", "concept", "agreement", "said_at", "condition". A listed field may be corrected to None.
    """

    fields: tuple[str, ...]
    actor: str | None = None
    concept: str | None = None
    agreement: int | None = None
    said_at: date | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """An analyst's verdict on a statement, a change or an actor, with name and reason."""

    review_id: str
    watch_id: str
    subject: Literal["statement", "change", "actor"]
    subject_id: str
    verdict: Verdict
    name: str
    reason: str
    recorded_at: datetime
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class StoredWatch:
    """A watch as it was last recorded."""

    watch_id: str
    title: str
    toml: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class CodedVersion:
    """The result of coding one version, ready to be saved."""

    version_id: str
    coder: str
    statements: tuple[Statement, ...]
    actors: tuple[Actor, ...]
    note: str
    recorded_at: datetime
