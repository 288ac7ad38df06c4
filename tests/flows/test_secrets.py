"""A whole pass through Prefect with secrets for every channel: none of them is found anywhere afterwards."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from storage.ledger import Ledger
from tests.flows.alertkit import make_watch
from tests.flows.smtpd import closed_port, mail_server
from tests.flows.test_cli import CLI

SECRETS = ("hunter2-swordfish", "key-of-the-hook", "t0ken-of-the-hook", "t0ken-of-the-chat")
ALERTS = """to = ["desk@example.org"]
webhook = "DESK_HOOK"
apprise = ["DESK_CHAT"]
[[feed]]
url = "http://127.0.0.1:9/rss"
[fetch]
allow_hosts = ["127.0.0.1"]
"""


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_secrets_are_nowhere_after_a_pass(tmp_path: Path) -> None:
    watch, home = make_watch(tmp_path, ALERTS), tmp_path / "home"
    password, key, hook, chat = SECRETS
    (tmp_path / "hook").write_text(f"http://127.0.0.1:{closed_port()}/{hook}\n", encoding="utf-8")
    with mail_server(auth=True) as server:  # it refuses the login, and repeats the password as it does
        env = {
            **os.environ,
            "VOLTEFACE_HOME": str(home),
            "VOLTEFACE_SMTP_HOST": "127.0.0.1",
            "VOLTEFACE_SMTP_PORT": str(server.port),
            "VOLTEFACE_SMTP_SECURITY": "none",
            "VOLTEFACE_SMTP_USER": "desk",
            "VOLTEFACE_SMTP_PASSWORD": password,
            "VOLTEFACE_WEBHOOK_KEY": key,
            "DESK_HOOK_FILE": str(tmp_path / "hook"),
            "DESK_CHAT": f"json://desk:{chat}@127.0.0.1:{closed_port()}/",
            "PREFECT_LOGGING_LEVEL": "DEBUG",
        }
        done = subprocess.run([*CLI, "run", str(watch.path)], capture_output=True, text=True, env=env, timeout=250)
        assert ("desk", password) in server.logins
    errors = {alert.item.channel: alert.last_error or "" for alert in Ledger(home).alerts()}
    assert "refuses the login (535 5.7.8 *** is wrong)" in errors["mail"]
    assert "cannot be reached" in errors["webhook"] and "DESK_CHAT" in errors["apprise"]
    assert "refuses the login" in done.stderr
    written = [path for path in home.rglob("*") if path.is_file()]
    assert {"prefect.db", "snapshot.duckdb"} <= {path.name for path in written}
    for secret in SECRETS:
        assert secret not in done.stdout + done.stderr
        assert not [path for path in written if secret.encode() in path.read_bytes()]
