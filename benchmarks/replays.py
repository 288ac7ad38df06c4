"""Whole stories through the shipped line, against a careful analyst: `python -m benchmarks.replays`.

Prints for the dev and the test story which changes were found, which were false and what copies or foreign pages raised.
"""

from __future__ import annotations

from tests.gold.replays.score import main

if __name__ == "__main__":
    main(["dev"])
    main(["test"])
