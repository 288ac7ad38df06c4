"""The watch file and the environment: what is accepted, and what each mistake is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.errors import SettingsError
from flows.channels import sign
from flows.settings import load_environment, load_watch
from flows.watchfile import AlertsTable

MINIMAL = """
[watch]
id = "harbour"

[baseline]
url = "https://example.org/a"

[[feed]]
url = "https://example.org/rss"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "watch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_but_id_baseline_and_a_feed_has_a_default(tmp_path: Path) -> None:
    watch = load_watch(written(tmp_path, MINIMAL))
    assert watch.id == "harbour"
    assert watch.title == "harbour"
    assert watch.file.alerts.confirm_by == 2
    assert watch.codebook.concepts == ()


def test_a_local_date_becomes_midnight_utc(tmp_path: Path) -> None:
    text = MINIMAL.replace("[[feed]]", "published_at = 2025-12-03\n[[feed]]", 1)
    assert load_watch(written(tmp_path, text)).file.baseline.published_at == datetime(2025, 12, 3, tzinfo=UTC)


# what is appended or replaced -> the line that is named, and the words that must be there
MISTAKES = [
    ("misspelt key", MINIMAL + 'ulr = "x"\n', 10, ['unknown key "ulr"', 'Did you mean "url"?']),
    ("misspelt table", MINIMAL + "[alert]\nto = []\n", 10, ['unknown key "alert"', 'Did you mean "alerts"?']),
    (
        "second feed without url",
        MINIMAL + '[[feed]]\noutlet = "x"\n',
        10,
        ['"url" is missing', "[[feed]] number 2"],
    ),
    ("no http", MINIMAL + '[[feed]]\nurl = "file:///etc/passwd"\n', 11, ["http:// or https://"]),
    ("engine", MINIMAL + '[[search]]\nengine = "altavista"\nquery = "x"\n', 11, ["'google-news'", "altavista"]),
    (
        "login in a webhook",
        MINIMAL + '[alerts]\nwebhook = "https://u:s3cret@h.example/"\n',
        11,
        ["environment variable"],
    ),
    (
        "token in a webhook",
        MINIMAL + '[alerts]\nwebhook = "https://h.example/?t=s3cret"\n',
        11,
        ["environment variable"],
    ),
    ("webhook elsewhere", MINIMAL + '[alerts]\nwebhook = "file:///etc/s3cret"\n', 11, ["http:// or https://"]),
    ("apprise URL", MINIMAL + '[alerts]\napprise = ["slack://s3cret"]\n', 11, ["the name of an environment variable"]),
    ("header injection", MINIMAL + '[alerts]\nto = ["a@example.org\\nBcc: b@example.org"]\n', 11, ["mail address"]),
    ("both places", MINIMAL.replace("[[feed]]", 'file = "a.txt"\n[[feed]]', 1), 5, ["either url or file"]),
    ("missing file", MINIMAL.replace('url = "https://example.org/a"', 'file = "no.txt"'), 6, ["does not exist"]),
    ("cron", MINIMAL.replace('id = "harbour"', 'id = "harbour"\nschedule = "often"'), 4, ["five fields", "often"]),
    ("not TOML", MINIMAL + "this is no toml", 1, ["not valid TOML", "line 10"]),
    ("a twin", MINIMAL + '[[feed]]\nurl = "https://example.org/rss"\n', 1, ["is there twice"]),
    (
        "zone",
        MINIMAL + '[alerts.quiet_hours]\nstart = 22:00:00\nend = 07:00:00\ntimezone = "Mars/Base"\n',
        1,
        ["time zone", "Mars/Base"],
    ),
]


@pytest.mark.parametrize(("name", "text", "line", "words"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_named_with_its_line(tmp_path: Path, name: str, text: str, line: int, words: list[str]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_watch(path)
    message = str(caught.value)
    assert str(path) in message
    assert line == 1 or f"{path}:{line}:" in message
    for word in words:
        assert word in message
    assert "s3cret" not in message


def blocks(language: str) -> list[str]:
    """The code blocks of docs/alerts.md."""
    text = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_what_the_documentation_says_of_alerts_is_so(tmp_path: Path) -> None:
    (given,) = blocks("toml")
    rules = load_watch(written(tmp_path, MINIMAL + given)).file.alerts
    assert rules.quiet_hours and rules.mute[0].actor == "Ada Lund"
    assert set(AlertsTable.model_fields) == rules.model_fields_set  # no key is left out
    (receiver,) = blocks("python")
    names: dict[str, Any] = {}
    exec(receiver, names)
    header = sign(b"{}", "key", datetime.now(UTC))
    assert names["is_ours"](b"{}", header, "key") and not names["is_ours"](b"{ }", header, "key")


def test_an_address_that_is_none_stops_nothing(tmp_path: Path) -> None:
    watch = load_watch(written(tmp_path, MINIMAL + '[alerts]\nto = ["desk", "a@example.org"]\n'))
    assert watch.file.alerts.to == ("desk", "a@example.org")  # each pass and doctor tell of the first


def test_a_missing_watch_file_names_its_neighbour(tmp_path: Path) -> None:
    written(tmp_path, MINIMAL)
    with pytest.raises(SettingsError, match=r"Did you mean .*watch\.toml"):
        load_watch(tmp_path / "wacth.toml")


def test_secrets_come_from_a_file_and_stay_out_of_the_repr(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    env = load_environment({"VOLTEFACE_SMTP_HOST": "mail.example.org", "VOLTEFACE_SMTP_PASSWORD_FILE": str(secret)})
    assert env.smtp is not None
    assert env.smtp.password == "hunter2"
    assert env.smtp.port == 587
    assert "hunter2" not in repr(env)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOLTEFACE_SMTP_PORT", "smtp"),
        ("VOLTEFACE_SMTP_SECURITY", "ssl"),
        ("VOLTEFACE_SMTP_TIMEOUT", "soon"),
        ("VOLTEFACE_SMTP_PASSWORD_FILE", "/nonexistent/password"),
    ],
)
def test_a_bad_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_environment({"VOLTEFACE_SMTP_HOST": "mail.example.org", name: value})
