"""Environment and watch file, checked at the edge and frozen.

Secrets (SMTP password, webhook key) come from the environment or from a file that it names; they are never part
of the watch and never appear in a repr.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from extractors.errors import SettingsError
from extractors.models import Actor, Codebook, Concept
from flows.watchfile import WatchFile


@dataclass(frozen=True)
class Watch:
    """A watch file that was read: its tables, its path and its text."""

    path: Path
    toml: str
    file: WatchFile

    @property
    def id(self) -> str:
        return self.file.watch.id

    @property
    def title(self) -> str:
        return self.file.watch.title or self.id

    @property
    def baseline_path(self) -> Path | None:
        return self.file.baseline_path(self.path.parent)

    @cached_property
    def codebook(self) -> Codebook:
        """The watch's concepts and actors as the extractors want them."""
        return Codebook(
            concepts=tuple(Concept(c.id, c.proposition, c.terms, c.support, c.oppose) for c in self.file.concept),
            actors=tuple(Actor(a.name, a.kind, a.affiliation, a.aliases) for a in self.file.actor),
        )


@dataclass(frozen=True)
class Smtp:
    """Where mail goes. ``password`` is kept out of the repr."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_seconds: float = 30.0


@dataclass(frozen=True)
class Environment:
    """What the process was given: the home folder and, if configured, the mail server."""

    home: Path
    smtp: Smtp | None
    webhook_key: str | None = field(default=None, repr=False)


def load_environment(env: Mapping[str, str] | None = None) -> Environment:
    """Read VOLTEFACE_* from ``env`` (default: the process's). Raises SettingsError for what cannot be used."""
    env = os.environ if env is None else env
    home = Path(env.get("VOLTEFACE_HOME") or ".volteface")
    return Environment(home=home.absolute(), smtp=_smtp(env), webhook_key=secret(env, "VOLTEFACE_WEBHOOK_KEY"))


def _smtp(env: Mapping[str, str]) -> Smtp | None:
    host = env.get("VOLTEFACE_SMTP_HOST")
    if not host:
        return None
    security = env.get("VOLTEFACE_SMTP_SECURITY", "starttls")
    if security not in ("none", "starttls", "tls"):
        raise SettingsError("VOLTEFACE_SMTP_SECURITY", f'"{security}" is not a choice', "Use none, starttls or tls")
    default_port = {"none": "25", "starttls": "587", "tls": "465"}[security]
    port = env.get("VOLTEFACE_SMTP_PORT", default_port)
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError("VOLTEFACE_SMTP_PORT", f'"{port}" is not a port number', "Use a number such as 587")
    seconds = env.get("VOLTEFACE_SMTP_TIMEOUT", "30")
    if not re.fullmatch(r"\d+(\.\d+)?", seconds):
        raise SettingsError("VOLTEFACE_SMTP_TIMEOUT", f'"{seconds}" is no number of seconds', "Use one such as 30")
    return Smtp(
        host=host,
        port=int(port),
        security=security,  # type: ignore[arg-type]  # checked above
        sender=env.get("VOLTEFACE_MAIL_FROM") or f"volteface@{host}",
        user=env.get("VOLTEFACE_SMTP_USER") or None,
        password=secret(env, "VOLTEFACE_SMTP_PASSWORD"),
        timeout_seconds=float(seconds),
    )


def secret(env: Mapping[str, str], name: str) -> str | None:
    """The value of ``name``, or the content of the file that ``name``_FILE names. Raises SettingsError."""
    if env.get(name):
        return env[name]
    path = env.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE", f"cannot read {path}: {error}", "Name a readable file") from error


def load_watch(path: Path | str) -> Watch:
    """Read and check a watch file. Raises SettingsError that names the file, the line and the nearest right key."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*.toml")], n=1, cutoff=0.5)
        advice = f"Did you mean {path.parent / near[0]}?" if near else "Draft one with: volteface init BASELINE"
        raise SettingsError(str(path), "there is no such watch file", advice) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), f"cannot be read: {error}", "A watch file is TOML in UTF-8") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(str(path), f"is not valid TOML: {error}", "Correct that line") from error
    return Watch(path=path.absolute(), toml=text, file=_validate(path, text, data))


def _validate(path: Path, text: str, data: dict[str, Any]) -> WatchFile:
    try:
        watch = WatchFile.model_validate(data)
    except ValidationError as error:
        raise _explain(path, text, error) from None
    file = watch.baseline_path(path.absolute().parent)
    if file is not None and not file.is_file():
        line = _line(text, ("baseline", "file"))
        raise SettingsError(
            f"{path}:{line}", f"the baseline file {file} does not exist", "Paths are relative to the watch file"
        )
    return watch


def _explain(path: Path, text: str, error: ValidationError) -> SettingsError:
    """The first complaint of pydantic, in the words and with the line of the watch file."""
    # A misspelt key is also a missing one: the misspelling is the better thing to tell.
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    loc = tuple(part for part in first["loc"] if not str(part).startswith("function-"))
    where = f"{path}:{_line(text, loc)}"
    name = _dotted(loc)
    if first["type"] == "extra_forbidden":
        known = _known_keys(loc[:-1])
        near = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.5)
        advice = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(known)}"
        return SettingsError(where, f'unknown key "{loc[-1]}" in {_dotted(loc[:-1]) or "the watch file"}', advice)
    if first["type"] == "missing":
        return SettingsError(where, f'"{loc[-1]}" is missing in {_dotted(loc[:-1]) or "the watch file"}', "Add it")
    message = str(first["msg"]).removeprefix("Value error, ")
    given = first.get("input")
    secret = bool({"webhook", "apprise"} & set(loc))
    shown = f" (given: {given!r})" if isinstance(given, str | int | float) and not secret else ""
    return SettingsError(where, f"{name} {message}".strip() + shown, "Correct it")


def _dotted(loc: tuple[int | str, ...]) -> str:
    if not loc:
        return ""
    head = str(loc[0])
    if len(loc) > 1 and isinstance(loc[1], int):
        return " ".join([f"[[{head}]] number {loc[1] + 1}", *map(str, loc[2:])])
    return " ".join([f"[{head}]", *map(str, loc[1:])])


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the table at ``loc`` may have."""
    model: Any = WatchFile
    for part in loc:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        model = next(c for c in candidates if hasattr(c, "model_fields"))
    return sorted(model.model_fields)


def _line(text: str, loc: tuple[int | str, ...]) -> int:
    """The line of the key at ``loc``, or of its table, or 1: tomllib does not tell, so look for it."""
    names = [str(part) for part in loc if isinstance(part, str)]
    number = next((part for part in loc if isinstance(part, int)), 0)
    table, seen, found = "", -1, 1
    for index, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?", line):
            table = header[1]
            seen += table == names[0] if names else 0
            if names and table == names[0] and seen == number:
                found = index
        elif key := re.match(r"\s*\"?([\w-]+)\"?\s*[=.]", line):
            here = [key[1]] if not table else [table, key[1]]
            if here == names[:2] and (not table or seen == number):
                return index
    return found
