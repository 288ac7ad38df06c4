"""One change in words: the two positions, the statements that carry them, and what would confirm or revert it."""

from __future__ import annotations

from typing import Any

from flows.output import plain, signed


def write_explanation(found: dict[str, Any]) -> str:
    """``extractors.changes.explain``'s result as text for a terminal."""
    found = plain(found)
    lines = []
    for key, value in found.items():
        if isinstance(value, list):
            lines.append(f"{key}:")
            for item in value:
                lines += _block(item)
        elif isinstance(value, dict):
            lines.append(f"{key}:")
            lines += [f"  {k}: {_short(k, v)}" for k, v in value.items() if v not in (None, "", [])]
        elif value not in (None, ""):
            lines.append(f"{key}: {_short(key, value)}")
    return "\n".join(lines) + "\n"


def _block(item: Any) -> list[str]:
    if not isinstance(item, dict):
        return [f"  - {item}"]
    lines = [f"    {k}: {_short(k, v)}" for k, v in item.items() if v not in (None, "", [])]
    return [lines[0].replace("    ", "  - ", 1), *lines[1:]] if lines else []


def _short(key: str, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and ("agreement" in key or key in ("from", "to")):
        return signed(value)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(value)
