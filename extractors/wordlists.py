"""Closed lists of English words from data/english.toml."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def _grammar() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "english.toml").read_text(encoding="utf-8"))


def word_set(name: str) -> frozenset[str]:
    """Return the words of the list `name`."""
    return frozenset(_grammar()[name].split())


@lru_cache(maxsize=1)
def auxiliaries() -> frozenset[str]:
    """Return the auxiliary verbs, without the adverbs that stand between them and the verb."""
    return word_set("auxiliaries") - word_set("adverbs")


@lru_cache(maxsize=1)
def finite_verbs() -> frozenset[str]:
    """Return the verbs that are known for finite without a look at their ending: auxiliaries and irregular forms."""
    return auxiliaries() | {form for forms in table("irregular").values() for form in forms.split()}


def table(name: str) -> dict[str, str]:
    """Return the table `name`: keys with the words listed under them."""
    found: dict[str, str] = _grammar()[name]
    return found
