"""The actor behind a source span: aliases, titles, surnames, pronouns, metonyms, descriptions; or unresolved.

A wrong name is worse than none: wherever two readings are possible the answer is None.

Order of evidence: the watch's roster (aliases are data), names that the text itself introduces in full, what the
source says about itself (organisation, metonym, unnamed description), and for pronouns and "the official" the nearest
source before that fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors.models import Actor, Attribution, Resolution
from extractors.names import Name, fold, is_organization, lexicon, names_in, sound, states

_UNKNOWN = Resolution(None, "unresolved", 0.0)
_HE, _SHE = {"he", "him", "his", "himself"}, {"she", "her", "hers", "herself"}
_IT, _THEY = {"it", "its"}, {"they", "them", "their", "both"}
_RELATIVE = {"who", "which", "that", "whom", "whose"}
_REACH_PARAGRAPHS = 2
"""How far back a pronoun may look for its antecedent."""


@dataclass
class _Known:
    """What is known while reading one text: the roster, the names introduced so far, the sources resolved."""

    roster: Sequence[Actor]
    people: list[tuple[int, Actor, str]] = field(default_factory=list)
    """Where a person is first named in full, the actor, and the title it was named with."""
    past: list[tuple[int, Resolution, str]] = field(default_factory=list)
    """Sources resolved so far: offset, resolution, gender ("m", "f", "org", "?")."""
    gender: dict[str, str] = field(default_factory=dict)


def resolve_actors(
    text: str, attributions: Sequence[Attribution], roster: Sequence[Actor], title: str = ""
) -> list[Resolution]:
    """The actor behind each attribution's source, in the order given.

    ``roster``: the watch's actors, matched first. ``title``: the headline; names in it count as introduced. People and
    bodies that only the text introduces become new actors; an unnamed source becomes an actor whose name is its
    description in parentheses, which the caller must not merge across articles (``Resolution.basis`` starts with
    "description").
    """
    known = _Known(roster)
    _introduce(known, text)
    order = sorted(range(len(attributions)), key=lambda i: _start(attributions[i]))
    results: dict[int, Resolution] = {}
    for index in order:
        spans = attributions[index].source
        if not spans:
            results[index] = _UNKNOWN
            continue
        source = " ".join(text[s:e] for s, e in spans)
        result, gender = _resolve(known, text, source, spans[0][0], title)
        results[index] = result
        known.past.append((spans[0][0], result, gender))
    return [results[i] for i in range(len(attributions))]


def _start(attribution: Attribution) -> int:
    return (attribution.source or attribution.cue or attribution.content)[0][0]


def _introduce(known: _Known, text: str) -> None:
    """Note the people that the text names in full (two words or more)."""
    seen: set[str] = set()
    for name in names_in(text):
        if len(name.text.split()) < 2 or is_organization(name.text) or fold(name.text) in seen or _is_place(name.text):
            continue
        seen.add(fold(name.text))
        actor = _on_roster(known.roster, name.text) or Actor(name.text, "person", _affiliation(text, name))
        known.people.append((name.start, actor, name.title))
    for _, actor, title in known.people:
        words = set(title.split())
        if words & lexicon()["female"]:
            known.gender[actor.name] = "f"
        elif words & lexicon()["male"]:
            known.gender[actor.name] = "m"


def _is_place(name: str) -> bool:
    table = states()
    return fold(name) in table.names or fold(name) in table.capitals


def _affiliation(text: str, name: Name) -> str | None:
    """The state or body that the words around a name give it: "Varda's foreign minister, Ada Lund"."""
    before = text[max(0, name.start - 60) : name.start]
    before = re.split(r"[.!?;\n“”\"]", before)[-1]
    if not name.title and not re.search(r",\s*$", before):
        return None
    for word in reversed(re.findall(r"[\w.'’-]+(?: [A-Z][\w.'’-]+)?", before)):
        state = _state_of(word)
        if state:
            return state
    return None


def _state_of(word: str) -> str | None:
    table, key = states(), fold(word)
    return table.names.get(key) or table.adjectives.get(key) or table.capitals.get(key) or table.seats.get(key)


def _resolve(known: _Known, text: str, source: str, at: int, title: str) -> tuple[Resolution, str]:
    head = _head(source)
    key = fold(head)
    if key in _HE | _SHE | _IT | _THEY:
        return _pronoun(known, text, key, at)
    if key in _RELATIVE:
        return _relative(known, text, at)
    if key in {"i", "we", "me", "us", "you", "one", "some", "many", "others", "everyone", "nobody", "most"}:
        return _UNKNOWN, "?"
    if actor := _on_roster(known.roster, head):
        return Resolution(actor, "alias", 1.0), known.gender.get(actor.name, _kind(actor))
    names = names_in(head)
    if names:
        result = _named(known, text, head, names, at)
        if result is not None:
            return result, known.gender.get(result.actor.name, _kind(result.actor)) if result.actor else "?"
    return _described(known, head, at)


def _kind(actor: Actor) -> str:
    return "?" if actor.kind == "person" else "org"


def _head(source: str) -> str:
    """The noun phrase itself: without apposition, relative clause, and what follows a dash."""
    head = re.split(r",? (?:who|which|whose|speaking|citing|quoting|asked)\b|[—–(]| - ", source.strip())[0]
    parts = head.split(",")
    if len(parts) > 1:
        # "the E.U.'s chief diplomat, Kaja Kallas": the name may stand in the apposition
        named = [p for p in parts if any(len(n.text.split()) > 1 for n in names_in(p))]
        head = named[0] if named and not names_in(parts[0]) else parts[0]
        if (
            named
            and named[0] is not parts[0]
            and re.match(r"\s*(?:the |a )?[\w.’' -]*$", parts[0])
            and _role_of(parts[0])
        ):
            head = named[0]
    return re.sub(r"[’']s?$", "", head.strip(" ,:;\"“”'")).strip()


def _role_of(phrase: str) -> bool:
    """Whether a phrase ends in a role: "Ukraine's foreign minister"."""
    words = fold(phrase).split()
    return any(" ".join(words[-n:]) in lexicon()["roles"] for n in (1, 2, 3) if len(words) >= n)


def _on_roster(roster: Sequence[Actor], name: str) -> Actor | None:
    """The one actor of the roster that ``name`` is a name or alias of; None for none or several."""
    key = fold(name)
    if not key:
        return None
    exact = [a for a in roster if key in {fold(n) for n in (a.name, *a.aliases)}]
    if len(exact) == 1:
        return exact[0]
    if exact:
        return None
    skeleton = sound(name)
    if len(key.split()) > 1 and skeleton:
        alike = [a for a in roster if skeleton in {sound(n) for n in (a.name, *a.aliases) if len(n.split()) > 1}]
        return alike[0] if len(alike) == 1 else None
    surname = [a for a in roster if a.kind == "person" and skeleton and skeleton == sound(a.name).split()[-1]]
    return surname[0] if len(surname) == 1 else None


def _named(known: _Known, text: str, head: str, names: list[Name], at: int) -> Resolution | None:
    """A source with a capitalised name in it."""
    # the last name that is no place: "Kremlin spokesman Dmitry Peskov", "Lithuania's national security adviser"
    people = [n for n in names if not is_organization(n.text) and not _is_place(n.text)]
    if _unnamed(head) and not any(head.endswith(n.text) for n in people):
        return None  # "a senior State Department official": the name is not the speaker's
    for name in reversed(people):
        if not fold(head).endswith(fold(name.text)):
            continue
        return _person(known, name, head)
    if names and fold(head).endswith(fold(names[-1].text)):
        return _body(known, head, names[-1])
    return None


def _person(known: _Known, name: Name, head: str) -> Resolution | None:
    if actor := _on_roster(known.roster, name.text):
        return Resolution(actor, f"name: {name.text}", 1.0)
    if state := states().seats.get(fold(name.text)):
        return _metonym(known, name.text, state)
    words = name.text.split()
    if len(words) > 1:
        full = [a for _, a, _ in known.people if sound(a.name) == sound(name.text)]
        if full:
            return Resolution(full[0], "full name", 1.0)
        return Resolution(Actor(name.text, "person", None), "full name", 0.9)
    alike = {a.name: a for _, a, _ in known.people if sound(a.name).split()[-1:] == [sound(words[0])]}
    if len(alike) == 1:
        return Resolution(next(iter(alike.values())), f"surname: {words[0]}", 0.95)
    if alike:
        return Resolution(None, f"unresolved: {len(alike)} people are called {words[0]}", 0.0)
    first = {a.name: a for _, a, _ in known.people if sound(a.name).split()[:1] == [sound(words[0])]}
    if len(first) == 1:
        return Resolution(next(iter(first.values())), f"first name: {words[0]}", 0.8)
    if name.title:
        return Resolution(Actor(name.text, "person", None), "title and surname", 0.7)
    return None


def _body(known: _Known, head: str, name: Name) -> Resolution | None:
    """An organisation, a state, or a metonym for one."""
    if actor := _on_roster(known.roster, name.text):
        return Resolution(actor, f"name: {name.text}", 1.0)
    key, table = fold(name.text), states()
    if key in table.names:
        state = table.names[key]
        return Resolution(_on_roster(known.roster, state) or Actor(state, "state"), "state", 0.9)
    if seat_of := table.seats.get(key) or table.capitals.get(key):
        return _metonym(known, name.text, seat_of)
    return Resolution(Actor(name.text, "organization"), "organisation", 0.9)


def _metonym(known: _Known, word: str, state: str) -> Resolution:
    """A capital or a seat that speaks for its state: the state, or the body of that name on the roster."""
    actor = _on_roster(known.roster, word) or _on_roster(known.roster, state)
    return Resolution(actor or Actor(state, "state"), f"metonym: {word}", 0.85)


def _unnamed(head: str) -> bool:
    words = re.findall(r"[a-z]+", fold(head))
    return bool(words) and bool(
        set(words[-1:]) & lexicon()["people"] or set(words) & {"official", "officials", "sources"}
    )


def _described(known: _Known, head: str, at: int) -> tuple[Resolution, str]:
    """A source without a name: a role, an unnamed official, a body or document mentioned before."""
    key = fold(head)
    words = key.split()
    if not words:
        return _UNKNOWN, "?"
    definite = bool(re.match(r"(?i)the |this |that ", head))
    last = words[-1].strip("”\"'")
    if last in lexicon()["documents"]:
        return Resolution(None, "unresolved: a document", 0.0), "org"
    if definite and len(words) <= 2 and last in lexicon()["bodies"]:
        return _earlier_body(known, last)
    if last in lexicon()["people"] or _unnamed(head):
        if definite and len(words) <= 2:
            back = _earlier_description(known, last)
            if back is not None:
                return back, "?"
        if re.search(
            r"\b(officials?|sources?|diplomats?|aides?|advis[eo]rs?|persons?|people|executives?|insiders?)\b", key
        ):
            description = re.sub(r"(?i)^(the|a|an|one) ", "", " ".join(head.split()))
            return Resolution(Actor(f"({description})", "person", _first_state(head)), "description", 0.8), "?"
        return _UNKNOWN, "?"
    if definite and _role_of(head):
        return _by_role(known, head)
    return _UNKNOWN, "?"


def _first_state(phrase: str) -> str | None:
    return next(filter(None, (_state_of(w) for w in phrase.split())), None)


def _by_role(known: _Known, head: str) -> tuple[Resolution, str]:
    """ "The foreign minister": the one person of the text that was named with this role."""
    role = fold(head)
    fits = {a.name: a for _, a, title in known.people if title and (title == role or role.endswith(title))}
    if len(fits) == 1:
        actor = next(iter(fits.values()))
        return Resolution(actor, f"role: {head}", 0.8), known.gender.get(actor.name, "?")
    return Resolution(None, "unresolved: a role without a name", 0.0), "?"


def _earlier_body(known: _Known, word: str) -> tuple[Resolution, str]:
    fits = [r for _, r, _ in known.past if r.actor and r.actor.kind == "organization" and word in fold(r.actor.name)]
    if not fits:
        fits = [r for _, r, g in known.past[-2:] if r.actor and r.actor.kind == "organization"]
    if fits and fits[-1].actor:
        return Resolution(fits[-1].actor, f"the {word} -> {fits[-1].actor.name}", 0.75), "org"
    return _UNKNOWN, "org"


def _earlier_description(known: _Known, word: str) -> Resolution | None:
    for _, result, _ in reversed(known.past):
        if result.actor and result.basis.startswith("description") and word in fold(result.actor.name):
            return Resolution(result.actor, f"description, the {word}", 0.75)
    return None


def _pronoun(known: _Known, text: str, word: str, at: int) -> tuple[Resolution, str]:
    """The nearest source before that fits in gender and is not too far; two that fit equally well: none."""
    gender = "m" if word in _HE else "f" if word in _SHE else "org" if word in _IT else "they"
    if gender in ("org", "they"):
        near = [r for start, r, g in known.past if g == "org" and text.count("\n", start, at) <= 1]
        if near and near[-1].actor and gender == "org":
            return Resolution(near[-1].actor, f"pronoun -> {near[-1].actor.name}", 0.7), "org"
        return _UNKNOWN, "?"
    candidates = _candidates(known, text, at, gender)
    if not candidates:
        return _UNKNOWN, gender
    actor = candidates[0]
    known.gender.setdefault(actor.name, gender)
    return Resolution(actor, f"pronoun -> {actor.name}", 0.85 if len(candidates) == 1 else 0.75), gender


def _candidates(known: _Known, text: str, at: int, gender: str) -> list[Actor]:
    """People that a pronoun at ``at`` may mean, best first: the last source before it, then the last one named."""
    found: dict[str, Actor] = {}
    for start, result, _ in reversed(known.past):
        if text.count("\n", start, at) > _REACH_PARAGRAPHS:
            break
        actor = result.actor
        if actor and actor.kind == "person" and known.gender.get(actor.name, gender) == gender:
            found.setdefault(actor.name, actor)
    sentence = text.rfind("\n", 0, at) + 1
    for name in names_in(text, sentence, at):
        resolved = (
            _person(known, name, name.text) if not is_organization(name.text) and not _is_place(name.text) else None
        )
        actor = resolved.actor if resolved else None
        if actor and actor.kind == "person" and known.gender.get(actor.name, gender) == gender:
            # the subject of the sentence before the pronoun's: nearer than a source of the paragraph before
            last = next((r.actor.name for s, r, _ in reversed(known.past) if r.actor and s >= sentence), None)
            if last is None and not found.get(actor.name):
                return [actor, *found.values()]
            found.setdefault(actor.name, actor)
    return list(found.values())


def _relative(known: _Known, text: str, at: int) -> tuple[Resolution, str]:
    """ "Ada Lund, who ...": the name that ends right before the pronoun."""
    before = [n for n in names_in(text, max(0, at - 120), at) if not _is_place(n.text)]
    if before and re.fullmatch(r"[\s,]*(?:[^,.;\n]{0,60},)?\s*", text[before[-1].end : at]):
        name = before[-1]
        result = _body(known, name.text, name) if is_organization(name.text) else _person(known, name, name.text)
        if result is not None and result.actor:
            return Resolution(result.actor, f"relative -> {result.actor.name}", 0.8), _kind(result.actor)
    return _UNKNOWN, "?"
