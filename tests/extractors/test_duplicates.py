"""Copies: whole, edited, trimmed, as a passage; and what only looks like one."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.duplicates import fingerprint, groups_of, is_copy, join, same_utterance, similarity

WIRE = """PORT SELVIG (Tern Agency) - Fishing Minister Ada Lund said on Monday that Norland would close its northern banks to
trawlers for two years, a step that boat owners had fought since the spring.
Stocks of cod had fallen by half since the last count, Lund told a committee of parliament, and no compensation could bring
them back. Ships of less than twelve metres may go on fishing, she said, as long as they report what they land.
The owners' association spoke of a black day. Its chairman, Joren Dahl, announced a complaint to the court of commerce and said
that three hundred crews would lie idle from the first of March.
The banks supply a third of the country's catch. They were last closed eleven years ago, for a single season."""

RIVAL = """Norland's trawlers must stay away from the north for two years. Ada Lund, who is in charge of fishing, told the
members of a parliamentary committee about it at the start of the week and met with the anger that she had expected.
There is only half as much cod as at the last census, the minister explained. Small boats are spared if they keep a log.
For the owners, Joren Dahl called it a black day and promised to sue. He counted three hundred crews without work by March.
It is the first closure in more than a decade; every third fish in the country comes from there."""

QUOTE = '"We have counted the cod, and we have counted it twice, and each time there was only half of what we need to go on"'


def _other(seed: int, words: int = 300) -> str:
    rng = random.Random(seed)
    return " ".join("".join(rng.choices("abcdefghij", k=rng.randint(3, 8))) for _ in range(words))


def _edited(text: str) -> str:
    text = text.replace("PORT SELVIG (Tern Agency) - ", "").replace("said on Monday", "announced on Monday")
    return "Our reporter in the harbour writes:\n" + text.replace("a black day", "a dark day").replace(
        "Ships of", "Boats of"
    )


COPIES = {
    "the same": (WIRE, WIRE),
    "case, marks and spaces": (WIRE, WIRE.upper().replace(", ", " , ").replace("\n", "\n\n")),
    "local edits": (WIRE, _edited(WIRE)),
    "another headline and end": (WIRE, "Black day for trawlers\n" + WIRE + "\nRead more about cod in our magazine."),
    "trimmed": (WIRE, "\n".join(WIRE.splitlines()[:4])),
    "paragraphs in another order": (WIRE, "\n".join(reversed(WIRE.splitlines()))),
    "a passage in a long page": (WIRE, _other(1) + "\n" + WIRE + "\n" + _other(2)),
    "two words": ("Ferry cancelled", "ferry cancelled."),
    "another script": (
        "漁業大臣は月曜日、北の漁場を二年間閉鎖すると述べた。資源は半分に減少した。" * 2,
        "漁業大臣は月曜日、北の漁場を二年間閉鎖すると述べた。資源は半分に減少したという。" * 2,
    ),
}


@pytest.mark.parametrize("pair", COPIES.values(), ids=COPIES.keys())
def test_copies(pair):
    a, b = map(fingerprint, pair)
    assert is_copy(a, b)
    assert is_copy(b, a)
    assert set(a.keys) & set(b.keys), "a look-up would not find it"


NOT_COPIES = {
    "the same news in own words": (WIRE, RIVAL),
    "the same speech quoted at length": (
        WIRE + "\n" + QUOTE + ", she said. " + QUOTE.replace("cod", "haddock") + ", she added.",
        RIVAL + "\n" + QUOTE + ", Lund said. " + QUOTE.replace("cod", "haddock") + ", according to her.",
    ),
    "other news": (WIRE, _other(3)),
    "short lines": ("Lund: banks to be closed", "Lund: banks to be opened"),
    "nothing": ("", WIRE),
}


@pytest.mark.parametrize("pair", NOT_COPIES.values(), ids=NOT_COPIES.keys())
def test_no_copies(pair):
    a, b = map(fingerprint, pair)
    assert not is_copy(a, b)
    assert similarity(a, b) == similarity(b, a) < 0.5


def test_a_fingerprint_is_small_and_fits_signed_columns():
    found = fingerprint(_other(4, 5000))
    assert len(found.keys) < 130
    assert all(0 <= n < 2**63 for n in (*found.keys, *found.signature, *found.passages))


def test_a_fingerprint_is_the_same_in_another_process():
    code = f"from extractors.duplicates import fingerprint; print(fingerprint({WIRE!r}).keys)"
    env = {"PYTHONHASHSEED": "77"}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env).stdout
    assert out.strip() == str(fingerprint(WIRE).keys)


def test_a_bridge_joins_two_groups():
    middle = "\n".join(WIRE.splitlines()[:7])
    front, back = "\n".join(WIRE.splitlines()[:4]), "\n".join(WIRE.splitlines()[4:7])
    stored = {"front": (fingerprint(front), "front"), "back": (fingerprint(back), "back")}
    assert not is_copy(*(f for f, _ in stored.values()))
    assert join("middle", fingerprint(middle), {}).group == "middle"
    joined = join("middle", fingerprint(middle), stored)
    assert {joined.group, *joined.merged} == {"front", "back"}


@given(st.permutations(["wire", "edited", "rival", "trimmed", "other", "page"]))
def test_every_order_of_arrival_ends_in_the_same_groups(order):
    texts = {
        "wire": WIRE,
        "edited": _edited(WIRE),
        "rival": RIVAL,
        "trimmed": "\n".join(WIRE.splitlines()[:4]),
        "other": _other(5),
        "page": _other(6) + WIRE,
    }
    groups = groups_of((name, fingerprint(texts[name])) for name in order)
    together = {frozenset(n for n in groups if groups[n] == g) for g in groups.values()}
    assert together == {frozenset({"wire", "edited", "trimmed", "page"}), frozenset({"rival"}), frozenset({"other"})}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("We are ready to talk right now.", "we are ready to talk right away"),
        ("This is a normal search for compromise", "a normal search for concession"),
        (
            "the forecast is that the ice will be gone by spring",
            "the prediction is that the ice will be gone by spring",
        ),
        ("We demand guarantees of fifteen years", "We demand guarantees of 15 years"),
        ("Nobody in this house will vote for longer hours", "Nobody in this house would ever vote for longer hours"),
        ("We need more nurses and not more managers", "We need more nurses, not more managers, and we need them now"),
        (
            "no right, and no wish either, to sell a forest that is ours",
            "no right, and no wish either, to sell a forest",
        ),
    ],
)
def test_the_same_utterance_in_other_words(a, b):
    assert same_utterance(a, b)
    assert same_utterance(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("We will never accept the deal", "We will never reject the deal"),
        ("We will accept the deal in full", "We will not accept the deal in full"),
        ("The levy stays until 2030", "The levy stays until 2035"),
        ("would lift the tariffs", "would keep the tariffs"),
        ("We support the plan to raise pay", "We support the plan to cut pay"),
        ("I do not think that we should lift the levy this year", "we should lift the levy this year"),
        ("Every port stays open for ships that pay their dues", "Ports will be closed to ships that do not pay"),
        ("", "We will lift the levy"),
    ],
)
def test_other_utterances(a, b):
    assert not same_utterance(a, b)
    assert not same_utterance(b, a)


@given(st.text(alphabet="abc not 12", max_size=40), st.text(alphabet="abc not 12", max_size=40))
def test_sameness_is_mutual(a, b):
    assert same_utterance(a, a)
    assert same_utterance(a, b) == same_utterance(b, a)
