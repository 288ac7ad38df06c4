"""One version of an article -> its statements: the steps of extraction and coding, in order.

The only place that composes them, so that ``run``, ``replay``, ``extract`` and ``recode`` cannot drift apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.actors import resolve_actors
from extractors.agreement import ask_concepts, code_agreement
from extractors.attributions import extract_attributions
from extractors.concepts import match_concepts, near_concepts
from extractors.dates import said_on
from extractors.headlines import corroborated, read_headline
from extractors.language import detect_language
from extractors.models import Actor, Attribution, Codebook, Resolution, Statement, Version
from extractors.narration import told_positions
from extractors.voices import voices

CODER = "8"
"""Raised whenever coding may come out differently: each statement names the coder that made it."""


SPOKEN_FOR = 0.85
"""Confidence that whoever speaks for a body states its position."""
TOLD = 0.4
"""Confidence from which the reporter's own telling of a position counts; what else he tells is no statement."""


@dataclass(frozen=True, slots=True)
class Coded:
    """What coding one version gave: ``note`` says why there is nothing, where there is nothing."""

    statements: tuple[Statement, ...]
    actors: tuple[Actor, ...]
    note: str = ""


def read(text: str, roster: Sequence[Actor], title: str = "") -> list[tuple[Attribution, Resolution]]:
    """The attributions of ``text`` with the actor behind each. Offsets index ``text``."""
    attributions = extract_attributions(text)
    return list(zip(attributions, resolve_actors(text, attributions, roster, title), strict=True))


def code_version(
    version: Version,
    codebook: Codebook,
    watch_id: str,
    recorded_at: datetime,
    copy_group: str = "",
    language: str = "en",
) -> Coded:
    """Code ``version`` by ``codebook``.

    A text in a language other than ``language`` is recorded as not coded, never miscoded. Attributions whose source
    or topic stays unresolved become statements without actor or concept: kept, and without any weight.
    """
    found = version.language or detect_language(version.text)
    if found is None:
        return Coded((), (), "too little text to tell its language")
    if found != language:
        return Coded((), (), f"in {found}, which this watch does not code")
    statements: list[Statement] = []
    actors: dict[str, Actor] = {}
    attributed = read(version.text, codebook.actors, version.title)
    bodies = voices(version.text, [a for a, _ in attributed], [r for _, r in attributed], codebook.actors)
    for (attribution, resolution), body in zip(attributed, bodies, strict=True):
        if body:
            resolution = Resolution(body, f"{resolution.basis}, speaks for {body.name}", SPOKEN_FOR)
        elif resolution.actor is not None and resolution.basis.startswith("description"):
            # "a senior official" of this article is nobody that another article knows
            name = f"{resolution.actor.name} [{version.article_id[:8]}]"
            resolution = replace(resolution, actor=replace(resolution.actor, name=name))
        if resolution.actor is not None:
            actors.setdefault(resolution.actor.name, resolution.actor)
        statements += _statements(version, attribution, resolution, codebook, watch_id, recorded_at, copy_group)
    told = told_positions(version.text, [a for a, _ in attributed])
    # resolved once more with them, and not at once: who only is told of must not draw the pronouns of those who speak
    behind = resolve_actors(version.text, [*(a for a, _ in attributed), *told], codebook.actors, version.title)
    for attribution, resolution in zip(told, behind[len(attributed) :], strict=True):
        if resolution.actor in codebook.actors:
            coded = _statements(version, attribution, resolution, codebook, watch_id, recorded_at, copy_group)
            clear = [s for s in coded if s.agreement and s.confidence >= TOLD]
            actors |= {s.actor: resolution.actor for s in clear if s.actor and resolution.actor}
            statements += clear
    statements = corroborated(statements, read_headline(version.title, codebook))
    note = "" if statements else "no attribution found"
    return Coded(tuple(statements), tuple(actors.values()), note)


def _statements(
    version: Version,
    attribution: Attribution,
    resolution: Resolution,
    codebook: Codebook,
    watch_id: str,
    recorded_at: datetime,
    copy_group: str,
) -> list[Statement]:
    """One statement for each concept that the attribution is about; one without a concept where it is about none."""
    actor = resolution.actor
    said_at, said_basis = said_on(version.text, attribution, version.published_at)
    statement = Statement(
        id=_id(watch_id, version.id, attribution, ""),
        watch_id=watch_id,
        version_id=version.id,
        actor=actor.name if actor else None,
        concept=None,
        agreement=None,
        words=" ... ".join(version.text[s:e] for s, e in attribution.content),
        source_text=" ".join(version.text[s:e] for s, e in attribution.source),
        attribution=attribution,
        said_at=said_at,
        said_basis=said_basis,
        published_at=version.published_at,
        recorded_at=recorded_at,
        outlet=version.outlet,
        url=version.url,
        coder=CODER,
        copy_group=copy_group or version.id,
        basis=(resolution.basis,),
        confidence=0.0,
    )
    # "Ostmark would never accept it" is a position of those who speak for Ostmark only
    stands_for = (actor.affiliation or "", *actor.aliases) if actor else ()
    matches = match_concepts(version.text, attribution, codebook.concepts)
    if actor and not matches:
        matches = ask_concepts(version.text, attribution, near_concepts(version.text, attribution, codebook.concepts))
    found = []
    for match in matches:
        coding = code_agreement(version.text, attribution, match.concept, stands_for)
        found.append(
            replace(
                statement,
                id=_id(watch_id, version.id, attribution, match.concept.id),
                concept=match.concept.id,
                agreement=coding.agreement,
                condition=coding.condition,
                basis=(match.basis, *coding.basis, resolution.basis),
                confidence=round(coding.confidence * min(1.0, match.score) * resolution.confidence, 4),
            )
        )
    return found or [statement]


def _id(watch_id: str, version_id: str, attribution: Attribution, concept: str) -> str:
    """The same for the same words in the same version, so that coding twice stores once."""
    spans = ",".join(f"{s}-{e}" for s, e in attribution.content)
    return hashlib.sha256(f"{watch_id}|{version_id}|{CODER}|{spans}|{concept}".encode()).hexdigest()[:24]


def version_id(article_id: str, title: str, text: str) -> str:
    """The identity of a text: the same text of the same article is the same version."""
    return hashlib.sha256(f"{article_id}\n{title}\n{text}".encode("utf-8", "replace")).hexdigest()[:24]
