"""Strip the labels for a second, blind labelling, and compare it with the first.

    python -m tests.gold.agreement.blind strip 7 > blind.txt      (shuffled with seed 7, no labels, no notes)
    python -m tests.gold.agreement.blind compare tests/gold/agreement/second.txt
    python -m tests.gold.agreement.blind strip 7 fresh > blind.txt
    python -m tests.gold.agreement.blind compare tests/gold/agreement/second-fresh.txt fresh

Without a part, dev and test are stripped and compared with `first.txt`; a part is compared with the labels of its story files.
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


def strip(seed: int, part: str | None = None) -> list[str]:
    """Return every pair of one part (or of dev and test) without its label, in random order."""
    lines = []
    for story in stories(part):
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


def compare(path: Path, part: str | None = None) -> dict[str, float]:
    """Return how a second labelling agrees with the first: raw and Cohen's kappa, in the three classes and in the six labels.

    The first is `first.txt`, or for a part the labels of its stories.
    """
    first, again = _of_stories(part) if part else read_labels(HERE / "first.txt"), read_labels(path)
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


def _of_stories(part: str) -> dict[tuple[str, str], int | None]:
    return {
        (f"{s.name}:{i.line}", concept): label for s in stories(part) for i in s.items for concept, label in i.labels
    }


if __name__ == "__main__":
    if sys.argv[1] == "strip":
        print("\n".join(strip(int(sys.argv[2]), *sys.argv[3:])))
    else:
        for name, value in compare(Path(sys.argv[2]), *sys.argv[3:]).items():
            print(f"{name:14} {value:.3f}")
