"""``volteface extract``: attributions of any text, offsets into the text as it was given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from extractors.coding import read
from extractors.errors import VoltefaceError
from extractors.language import detect_language
from extractors.models import Actor


def extract_text(text_id: str, text: str, roster: Sequence[Actor] = ()) -> dict[str, Any]:
    """One text -> ``{"id", "attributions": [...]}`` with spans as [start, end) offsets into ``text``.

    A text in another language than English gets no attributions and a "note" that says so.
    """
    language = detect_language(text)
    if language not in (None, "en"):
        return {"id": text_id, "attributions": [], "note": f"not coded: the text is in {language}"}
    found = [
        {
            "source": [list(span) for span in attribution.source],
            "cue": [list(span) for span in attribution.cue],
            "content": [list(span) for span in attribution.content],
            "quote_type": attribution.quote_type,
            "actor": resolution.actor.name if resolution.actor else None,
        }
        for attribution, resolution in read(text, roster)
    ]
    return {"id": text_id, "attributions": found}


def texts_of_files(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """(id, text) of each file; the id is the file's name. Raises VoltefaceError for one that cannot be read."""
    for path in paths:
        try:
            yield path.name, path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise VoltefaceError(str(path), f"is not UTF-8 text (byte {error.start})", "Convert it to UTF-8") from None
        except OSError as error:
            raise VoltefaceError(str(path), f"cannot be read: {error.strerror}", "Name a text file") from None


def texts_of_jsonl(path: Path) -> Iterator[tuple[str, str]]:
    """(id, text) of each line of a JSON Lines file. Raises VoltefaceError that names the line."""
    for number, row in read_jsonl(path):
        text = row.get("text")
        if not isinstance(text, str):
            raise VoltefaceError(f"{path}:{number}", 'the line has no "text"', 'Write {"id": ..., "text": ...}')
        yield str(row.get("id", number)), text


def read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of each line that is not blank. Raises VoltefaceError that names the line."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except (json.JSONDecodeError, RecursionError) as error:
                    raise VoltefaceError(
                        f"{path}:{number}", f"the line is no JSON: {error}", "One object a line"
                    ) from None
                if not isinstance(row, dict):
                    raise VoltefaceError(f"{path}:{number}", "the line is no JSON object", "One object a line")
                yield number, row
    except UnicodeDecodeError as error:
        raise VoltefaceError(str(path), f"is not UTF-8: {error}", "Convert it to UTF-8") from None
    except OSError as error:
        raise VoltefaceError(str(path), f"cannot be read: {error.strerror}", "Name a JSON Lines file") from None
