from pathlib import Path

import pytest

from extractors.errors import SettingsError
from extractors.gold import parse_marked, read_story
from extractors.models import Coding
from extractors.scoring import kappa, macro_f1, score_agreement, side

CODEBOOK = '[[concept]]\nid = "toll"\nproposition = "The toll should go"\nterms = ["toll"]\n'


def story(tmp_path: Path, items: str) -> Path:
    (tmp_path / "s.toml").write_text(CODEBOOK)
    (tmp_path / "s.txt").write_text(items)
    return tmp_path / "s.txt"


def test_marked_text_gives_spans_and_quote_type() -> None:
    text, attribution = parse_marked('[t "No,"] [s Ode] [c said]. [t "Never."]')
    assert [text[a:b] for a, b in attribution.content] == ['"No,"', '"Never."']
    assert attribution.quote_type == "direct"
    assert parse_marked('[s Ode] [c said] [t it was "absurd"].')[1].quote_type == "mixed"
    assert parse_marked("[s Ode] [c said] [t it was absurd].")[1].quote_type == "indirect"


@pytest.mark.parametrize(
    "items", ["[s Ode] [c said] [t so].\n= tax 2\n", "[t so].\n= toll 3\n", "no brackets\n= none\n", "[t left over].\n"]
)
def test_bad_gold_is_refused_with_its_line(tmp_path: Path, items: str) -> None:
    with pytest.raises(SettingsError, match=r"s\.txt:\d"):
        read_story(story(tmp_path, items))


def test_scores_tell_abstention_from_the_answer_neither(tmp_path: Path) -> None:
    items = "".join(f"[t The toll {n}].\n= toll {label}\n\n" for n, label in enumerate(["2", "-2", "null", "2"]))
    gold = read_story(story(tmp_path, items))
    answers = iter([Coding(2, confidence=1), Coding(2, confidence=1), Coding(None, confidence=0.5), Coding(None)])
    scores = score_agreement([gold], lambda item, concept: next(answers))
    assert scores.pairs == 4
    assert scores.answering == 0.75
    assert scores.sign_errors == pytest.approx(1 / 3)
    assert scores.exact == pytest.approx(2 / 3)


def test_macro_f1_by_hand() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b")]
    assert macro_f1(pairs, ("a", "b")) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert macro_f1([], ("a", "b")) == 0.0


def test_kappa_by_hand() -> None:
    assert kappa(list("aabb"), list("aabb")) == 1.0
    assert kappa(list("aabb"), list("abab")) == 0.0


@pytest.mark.parametrize(("agreement", "name"), [(2, "support"), (-1, "oppose"), (0, "neither"), (None, "neither")])
def test_side(agreement: int | None, name: str) -> None:
    assert side(agreement) == name
