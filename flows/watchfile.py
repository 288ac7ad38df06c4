"""The watch file's tables and keys, as frozen models. design: one TOML file a watch.

A key that is not listed here is an error; ``settings.load_watch`` turns it into a message with line and suggestion.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Engine = Literal["google-news", "bing-news", "gdelt"]
Kind = Literal["reversed", "softened", "hardened", "new_concept", "new_actor"]


def _http(url: str) -> str:
    if not re.match(r"^https?://[^\s/]+", url, re.IGNORECASE):
        raise ValueError("must be an http:// or https:// address")
    return url


def _one_line(value: str) -> str:
    """What stands for a mail address. One that is none is told by every pass and by doctor, and stops neither."""
    if not value.isprintable():
        raise ValueError("is not a mail address; write name@example.org")
    return value.strip()


def _secret_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("must be the name of an environment variable that holds the address, since that is a secret")
    return value


def _webhook(value: str) -> str:
    """An address, or the name of an environment variable that holds it: many addresses are secrets themselves."""
    if "://" not in value:
        return _secret_name(value)
    if not re.fullmatch(r"https?://[^\s/?#@]+[^\s?#@]*", value, re.IGNORECASE):
        raise ValueError(
            "must be a plain http:// or https:// address; put one with a token, a query or a login into an environment "
            "variable and write its name here"
        )
    return value


Url = Annotated[str, AfterValidator(_http)]
Address = Annotated[str, AfterValidator(_one_line)]
SecretName = Annotated[str, AfterValidator(_secret_name)]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class WatchTable(Table):
    id: Slug
    title: Text = ""
    schedule: Text = "*/30 * * * *"
    """Cron, UTC."""
    language: Slug = "en"
    """The language that is coded; articles in others are recorded as not coded."""

    @field_validator("schedule")
    @classmethod
    def _cron(cls, value: str) -> str:
        if len(value.split()) != 5:
            raise ValueError('must be a cron line of five fields, such as "*/30 * * * *"')
        return value


class BaselineTable(Table):
    url: Url | None = None
    file: Text | None = None
    outlet: Text = "baseline"
    title: Text | None = None
    published_at: datetime | None = None

    @field_validator("published_at", mode="before")
    @classmethod
    def _midnight(cls, value: object) -> object:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        return datetime.combine(value, time(), UTC) if isinstance(value, date) else value

    @model_validator(mode="after")
    def _one_place(self) -> BaselineTable:
        if (self.url is None) == (self.file is None):
            raise ValueError("needs either url or file, and not both")
        return self


class FeedTable(Table):
    url: Url
    outlet: Text | None = None


class SearchTable(Table):
    engine: Engine
    query: Text
    language: Slug = "en"
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "US"


class ActorTable(Table):
    name: Text
    kind: Literal["person", "organization", "state"] = "person"
    affiliation: Text | None = None
    aliases: tuple[Text, ...] = ()


class ConceptTable(Table):
    id: Slug
    proposition: Text
    terms: tuple[Text, ...] = ()
    support: tuple[Text, ...] = ()
    oppose: tuple[Text, ...] = ()


class QuietHours(Table):
    start: time
    end: time
    timezone: Text = "UTC"

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError('is no time zone that this machine knows; write one such as "Europe/Brussels"')
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Mute(Table):
    """Says nothing about an actor, a concept, or an actor on a concept, until a date."""

    actor: Text | None = None
    concept: Slug | None = None
    until: date


class AlertsTable(Table):
    to: tuple[Address, ...] = ()
    kinds: tuple[Kind, ...] = ("reversed", "softened", "hardened", "new_concept", "new_actor")
    confirm_by: Annotated[int, Field(ge=1, le=20)] = 2
    digest: Literal["immediate", "hourly", "daily", "weekly"] = "immediate"
    minimum_confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    actors: tuple[Text, ...] = ()
    """Only these actors; empty: all."""
    concepts: tuple[Slug, ...] = ()
    exclude_actors: tuple[Text, ...] = ()
    exclude_concepts: tuple[Slug, ...] = ()
    quiet_hours: QuietHours | None = None
    cooldown_hours: Annotated[float, Field(ge=0)] = 0
    nothing_changed: bool = False
    """Send a digest that says so when nothing changed."""
    mute: tuple[Mute, ...] = ()
    unsubscribe: Text | None = None
    """mailto: or https: address for List-Unsubscribe."""
    webhook: Annotated[str, AfterValidator(_webhook)] | None = None
    """An address, or the name of an environment variable that holds it, as for apprise."""
    apprise: tuple[SecretName, ...] = ()
    """Names of environment variables that hold apprise URLs (the URLs are secrets), or NAME_FILE a file with one."""


class FetchTable(Table):
    allow_hosts: tuple[Text, ...] = ()
    """Hosts that may have a private or loopback address."""
    gap_seconds: Annotated[float, Field(ge=0)] = 1.0
    timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0
    max_bytes: Annotated[int, Field(ge=10_000)] = 5_000_000
    contact: Text | None = None
    """A URL or address for the user agent, so that an outlet can reach the operator."""
    max_articles: Annotated[int, Field(ge=1)] = 500
    """New pages a pass; the rest waits for the next one."""


class WatchFile(Table):
    watch: WatchTable
    baseline: BaselineTable
    feed: tuple[FeedTable, ...] = ()
    search: tuple[SearchTable, ...] = ()
    actor: tuple[ActorTable, ...] = ()
    concept: tuple[ConceptTable, ...] = ()
    alerts: AlertsTable = AlertsTable()
    fetch: FetchTable = FetchTable()

    @model_validator(mode="after")
    def _no_twins(self) -> WatchFile:
        for table, names in (
            ("concept", [c.id for c in self.concept]),
            ("actor", [a.name for a in self.actor]),
            ("feed", [f.url for f in self.feed]),
        ):
            twin = next((n for n in names if names.count(n) > 1), None)
            if twin is not None:
                raise ValueError(f'[[{table}]] "{twin}" is there twice; keep one of them')
        for kind, named, known in (
            ("concepts", self.alerts.concepts + self.alerts.exclude_concepts, {c.id for c in self.concept}),
        ):
            stray = next((n for n in named if known and n not in known), None)
            if stray is not None:
                raise ValueError(f'[alerts] {kind} names "{stray}", which is no [[concept]] of this watch')
        return self

    def baseline_path(self, beside: Path) -> Path | None:
        """The baseline's file, relative to the folder of the watch file; None where it is a URL."""
        return (beside / self.baseline.file).resolve() if self.baseline.file else None
