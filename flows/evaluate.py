"""``volteface evaluate``: how good is the coding, on gold that the user names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractors.attribution_scoring import score_attributions
from extractors.attributions import extract_attributions
from extractors.errors import VoltefaceError
from flows.extract import read_jsonl


def attribution_rows(gold: Path) -> list[dict[str, Any]]:
    """Score extraction on a JSON Lines file of ``{"id", "text", "attributions": [{"source", "cue", "content"}]}``."""
    return [
        {
            "measure": name,
            "precision": score.precision,
            "recall": score.recall,
            "f1": score.f1,
            "gold": score.gold,
            "predicted": score.predicted,
        }
        for name, score in score_attributions(_documents(gold)).items()
    ]


def _documents(gold: Path) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
    for number, row in read_jsonl(gold):
        text, marked = row.get("text"), row.get("attributions")
        if not isinstance(text, str) or not isinstance(marked, list):
            problem = 'the line has no "text" or no "attributions"'
            raise VoltefaceError(f"{gold}:{number}", problem, "See volteface evaluate attributions --help")
        found = extract_attributions(text)
        yield text, marked, [{"source": a.source, "cue": a.cue, "content": a.content} for a in found]


def agreement_rows(gold: Path) -> list[dict[str, Any]]:
    """Score agreement on a story file of the gold's form, its codebook beside it; with two baselines."""
    from extractors.gold import read_story
    from extractors.scoring import keywords, majority, score_agreement, table

    try:
        story = read_story(gold)
    except (OSError, ValueError, KeyError) as error:
        raise VoltefaceError(
            str(gold), f"is no gold story: {error}", "Its codebook (.toml) must lie beside it"
        ) from None
    scores = {
        "Volteface": score_agreement([story]),
        "keywords": score_agreement([story], keywords),
        "majority": score_agreement([story], majority([story])),
    }
    return [dict(row) for row in table(scores)]
