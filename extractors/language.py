"""Which language is a text in?  (py3langid, Lui and Baldwin 2012)"""

from __future__ import annotations

import re

# Below this many letters a guess is worth little: one name in a headline decides it.
ENOUGH_LETTERS = 60


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of the language ``text`` is in, or None where it holds too few letters to tell."""
    letters = len(re.findall(r"[^\W\d_]", text[:20_000]))
    if letters < ENOUGH_LETTERS:
        return None
    import py3langid  # its model is read with it: only where there is a text

    return str(py3langid.classify(text[:20_000])[0])
