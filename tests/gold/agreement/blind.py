"""Strip the labels for a second, blind labelling, and compare it with the first.

    python -m tests.gold.agreement.blind strip 7 > blind.txt      (shuffled with seed 7, no labels, no notes)
    python -m tests.gold.agreement.blind compare second.txt

A line of the second labelling is `story:line concept label`, in any order.
"""

from __future__ import annotations

import random
import sys
import tomllib
from pathlib import Path

from extractors.gold import GoldStory, read_story
from extractors.scoring import kappa, side

HERE = Path(__file__).parent


def stories(part: str | None = None) -> list[GoldStory]:
    """Return the stories of one part ("dev", "test", "practice", "fresh"), or of dev and test."""
    parts = tomllib.loads((HERE / "parts.toml").read_text(encoding="utf-8"))
    return [read_story(HERE / f"{name}.txt") for key in ([part] if part else ["dev", "test"]) for name in parts[key]]


def strip(seed: int) -> list[str]:
    """Return every pair without its label, in random order."""
    lines = []
    for story in stories():
        for item in story.items:
            for concept, _ in item.labels:
                proposition = story.concept(concept).proposition
                lines.append(f"{story.name}:{item.line} {concept} [{proposition}] {item.text}")
    random.Random(seed).shuffle(lines)
    return lines


def read_labels(path: Path) -> dict[tuple[str, str], int | None]:
    """Read a labelling: `story:line concept label` a line."""
    rows = [r.split() for r in path.read_text(encoding="utf-8").splitlines() if r.strip() and not r.startswith("#")]
    return {(where, concept): None if label == "null" else int(label) for where, concept, label in rows}


def compare(one_file: Path, two_file: Path) -> dict[str, float]:
    """Return the agreement of two labellings: raw and Cohen's kappa, in the three classes and in the six labels."""
    first, again = read_labels(one_file), read_labels(two_file)
    keys = sorted(first.keys() & again.keys())
    one, two = [first[k] for k in keys], [again[k] for k in keys]
    sides = [(side(a), side(b)) for a, b in zip(one, two, strict=True)]
    return {
        "pairs": len(keys),
        "raw_classes": sum(a == b for a, b in sides) / len(keys),
        "kappa_classes": kappa([a for a, _ in sides], [b for _, b in sides]),
        "raw_labels": sum(a == b for a, b in zip(one, two, strict=True)) / len(keys),
        "kappa_labels": kappa(one, two),
    }


if __name__ == "__main__":
    if sys.argv[1] == "strip":
        print("\n".join(strip(int(sys.argv[2]))))
    else:
        for name, value in compare(HERE / "first.txt", Path(sys.argv[2])).items():
            print(f"{name:14} {value:.3f}")
