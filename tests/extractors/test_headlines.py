"""Headlines: a second reading of what the body says, and never a statement by themselves."""

import pytest

from extractors.headlines import Told, corroborated, read_headline
from extractors.models import Actor, Codebook, Concept
from tests.extractors.speaking import said

LUND = Actor("Ada Lund", "person", "Ostmark", ("the Ostmark trade minister",))
TARIFFS = Concept("tariffs", "Ostmark should put tariffs on steel", ("tariffs on steel", "steel tariffs"))
BOOK = Codebook((TARIFFS,), (LUND, Actor("Osric Vane", "person")))
FOR_IT = Told("Ada Lund", "tariffs", 2, 0.9, "tariffs on steel to be in force by May")


@pytest.mark.parametrize(
    ("title", "side"),
    [
        ("Lund rules out steel tariffs", -1),
        ("Ostmark trade minister demands tariffs on steel", 1),
        ("Steel tariffs would be madness, says Lund", -1),
    ],
)
def test_a_side_in_a_headline(title: str, side: int) -> None:
    (told,) = read_headline(title, BOOK)
    assert (told.actor, told.concept) == ("Ada Lund", "tariffs")
    assert told.agreement * side > 0


@pytest.mark.parametrize(
    "title", ["", "A wet spring in Ostmark", "Lund visits a steelworks", "Doubts over steel tariffs"]
)
def test_most_headlines_tell_none(title: str) -> None:
    assert read_headline(title, BOOK) == []


def test_the_bodys_statement_on_that_side_is_surer() -> None:
    (one,) = corroborated([said(2, confidence=0.4)], [FOR_IT])
    assert one.agreement == 2
    assert one.confidence == pytest.approx(0.94)
    assert "the headline says so" in one.basis[-1]


def test_what_nobody_could_read_gets_the_headlines_side_at_half_its_confidence() -> None:
    unread = said(None, words="the tariffs on steel would come in May", confidence=0.0)
    (one,) = corroborated([unread], [FOR_IT])
    assert (one.agreement, one.confidence) == (2, 0.45)
    assert one.words == unread.words


def test_other_news_of_the_same_actor_stays_unread() -> None:
    unread = said(None, words="she had slept badly", confidence=0.0)
    assert corroborated([unread], [FOR_IT]) == [unread]


def test_a_headline_that_contradicts_the_body_loses() -> None:
    body = [said(-2, confidence=0.8), said(2, confidence=0.3)]
    assert corroborated(body, [FOR_IT]) == body


def test_a_headline_makes_no_statement() -> None:
    others = [said(2, actor="Osric Vane")]
    assert corroborated(others, [FOR_IT]) == others
    assert corroborated([], [FOR_IT]) == []
