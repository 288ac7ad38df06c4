"""Bodies that a source names by a noun: "the ministry", "the Russian foreign ministry", "Holmstad city council"."""

from __future__ import annotations

import re
from bisect import bisect_left

from extractors.cast import Body, Cast
from extractors.introductions import adjective
from extractors.lexicon import classes, fold, lexicon, sound, states
from extractors.models import Actor


def body_of(cast: Cast, phrase: str, at: int) -> Body | None:
    """The body behind a noun phrase without a name for its head; None where it is unclear or none."""
    if place := re.fullmatch(
        r"(?i)(?:the )?(?:town|city|village|county|municipality|province|canton|district|state) of ([A-Z][\w’' -]+)",
        phrase,
    ):
        return cast.bodies.setdefault(
            fold(place[1]), Body(cast.roster.exact(place[1]) or Actor(place[1], "organization"))
        )
    if of := re.fullmatch(r"(?i)(?:the )?((?:[a-z-]+ ){0,2}[a-z-]+) (?:of|in) (?:the )?([A-Z][\w.’' -]+)", phrase):
        # "the government of Ghana", "the foreign ministry in Minsk"
        state = states().of(of[2]) or states().capitals.get(fold(of[2]))
        phrase = f"{state or of[2]} {of[1]}"
    elif re.search(r" (?:of|in|for|at|from|to|by|on|with|about|against|between) ", phrase):
        return None
    words = phrase.split()
    noun = fold(words[-1]) if words else ""
    if noun not in lexicon()["bodies"] and noun not in classes() and noun not in cast.body_nouns:
        return None
    core = [w for w in words if fold(w) not in ("the", "an", "a", "its")]
    proper = [w for w in core[:-1] if w[0].isupper()]
    opener = core == words and proper == core[:1] and not re.search(r"['’]", core[0]) and not states().of(core[0])
    if opener and not cast.by_word.get(sound(core[0])) and fold(core[0]) not in cast.bodies:
        return None  # "Federal court": a capital that only opens the sentence
    if proper:
        return _owned_body(cast, core, noun)
    if re.match(r"(?i)(?:an?|one|another|some|several|other)\b", phrase):
        return None
    return _earlier(cast, [fold(w) for w in core], at)


def _owned_body(cast: Cast, core: list[str], noun: str) -> Body | None:
    joined = " ".join(re.sub(r"['’]s?$", "", w) for w in core)
    state = next(
        (
            states().of(" ".join(core[i : i + n]))
            for n in (2, 1)
            for i in range(len(core) - n + 1)
            if core[i][0].isupper() and states().of(" ".join(core[i : i + n]))
        ),
        None,
    )
    if state and noun in ("government", "administration", "leadership", "side", "authorities") and len(core) <= 3:
        actor = cast.roster.exact(state) or Actor(state, "state")
        return cast.bodies.setdefault(fold(actor.name), Body(actor))
    if state and noun not in lexicon()["state_nouns"]:
        return None  # "the British journal"
    if state:
        rest = [w for w in core if states().of(w) is None]
        spelt = " ".join(w[0].upper() + w[1:] for w in rest)
        known = f"{adjective(state)} {spelt}"
        actor = cast.roster.exact(known) or Actor(known, "organization", state)
        return cast.bodies.setdefault(fold(actor.name), Body(actor))
    owner = cast.owner(" ".join(w for w in core[:-1] if w[0].isupper()))
    if owner:
        if noun not in ("campaign", "administration", "office", "government"):
            return None
        joined = f"{owner.actor.name} {noun}"
    elif any(w in ("new", "old", "own", "first", "former", "two", "last") for w in core):
        return None
    if known_body := cast.bodies.get(fold(joined)):
        return known_body
    actor = cast.roster.exact(joined) or Actor(joined, "organization")
    return cast.bodies.setdefault(fold(actor.name), Body(actor))


def _earlier(cast: Cast, words: list[str], at: int) -> Body | None:
    """ "The foreign ministry", "the union": the one body named before that can be called so."""
    noun, extra = words[-1], words[:-1]
    can = classes().get(noun, frozenset({noun.title()}))
    i = bisect_left(cast.starts, at)
    found: dict[str, tuple[int, Body]] = {}
    for mention in cast.mentions[max(0, i - 400) : i]:
        body = mention.who
        if not isinstance(body, Body) or body.actor.kind == "state":
            continue
        spelt = body.actor.name.split()
        aliases = {fold(a.split()[-1]) for a in body.actor.aliases}  # "the bottlers' association"
        called = noun in body.nouns or noun in aliases or spelt[-1] in can or any(w in can for w in spelt[:-1])
        if called and all(any(fold(w) == x for w in spelt) for x in extra):
            found[body.actor.name] = (mention.start, body)
    if len(found) == 1:
        return next(iter(found.values()))[1]
    if not found and not extra and noun in lexicon()["any_body"]:
        return _only_one_near(cast, i, at)
    if len(found) > 1:
        # several of the kind: the one of this or the last paragraph, if it is the only one there
        start = cast.text.rfind("\n", 0, max(0, cast.text.rfind("\n", 0, at)))
        near = [body for begin, body in found.values() if begin > start]
        strict = [b for b in near if noun in b.nouns or fold(b.actor.name.split()[-1]) == noun]
        if len(near) == 1 and strict:
            return near[0]
    return None


def _only_one_near(cast: Cast, before: int, at: int) -> Body | None:
    """ "The company", of a body whose name does not tell what it is: the only one of this paragraph and the last."""
    start = cast.text.rfind("\n", 0, max(0, cast.text.rfind("\n", 0, at)))
    near = [m.who for m in cast.mentions[max(0, before - 100) : before] if m.start > start]
    bodies = {b.actor.name: b for b in near if isinstance(b, Body) and b.actor.kind != "state"}
    return next(iter(bodies.values())) if len(bodies) == 1 else None
