"""A watch whose feeds all fail says so in one mail, and in one mail that it sees again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flows import outgoing, stages
from flows.settings import Environment, load_watch
from storage.ledger import Ledger
from storage.records import FeedSource, FetchRecord
from tests.flows.alertkit import NOW, make_watch, store
from tests.flows.faulty import Faulty, item, page, rss, say
from tests.flows.smtpd import MailServer, mail_server

QUARTER = timedelta(minutes=15)


def test_one_warning_and_one_recovery(tmp_path: Path) -> None:
    with Faulty() as one, Faulty() as two, mail_server() as server:
        (tmp_path / "watch.toml").write_text(
            make_watch(tmp_path).toml.replace("Harbour talks", "Harbour <talks>\\r\\nBcc: all@example.org")
            + f'[fetch]\nallow_hosts = ["127.0.0.1"]\ngap_seconds = 0\n[[feed]]\nurl = "{one.url}/rss"\n'
            + f'[[feed]]\nurl = "{two.url}/rss"\n',
            encoding="utf-8",
        )
        look = Look(tmp_path, server)
        for feeds in (one, two):
            feeds.routes |= {"/rss": say(rss(item(1, f"{feeds.url}/a"))), "/a": say(page(), Content_Type="text/html")}
        assert look(0) == []
        one.routes["/rss"] = two.routes["/rss"] = say("busy <b>now</b>", 503)
        assert look(1) == []  # a single failure passes by itself
        (warning,) = look(4)
        assert warning["Subject"] == "Blind: Harbour <talks> Bcc: all@example.org" and warning["Bcc"] is None
        text = " ".join(str(warning.get_body(("plain",)).get_content()).split())
        assert "All 2 feeds fail, the last success was on 02 March 2026 at 09:30 UTC" in text
        assert f"{one.url}/rss: the server answered 503" in text and "nobody's silence means anything" in text
        assert [look(quarters) for quarters in (16, 40, 100)] == [[], [], []]
        two.routes["/rss"] = say(rss(item(1, f"{two.url}/a"), item(2, f"{two.url}/a2")))
        (recovery,) = look(300)
        assert recovery["Subject"].startswith("Sees again: ")
        assert "1 of 2 feeds answer" in str(recovery.get_body(("plain",)).get_content())
        assert look(301) == []
    states = {notice.state for notice in Ledger(tmp_path / "home").notices("harbour")}
    assert states == {"recovered"}


def test_nothing_changed_is_not_said_by_who_sees_nothing(tmp_path: Path) -> None:
    watch = make_watch(tmp_path, 'to = ["desk@example.org"]\ndigest = "daily"\nnothing_changed = true')
    ledger, feed, day = Ledger(tmp_path / "home"), FeedSource("f", "https://outlet.example/rss"), timedelta(days=1)
    store(ledger, watch, [])
    ledger.save_feeds(watch.id, [feed], NOW)
    ledger.finish_run(ledger.start_run(watch.id, NOW), NOW, "ok", {})
    subjects = []
    for days, outcome in ((1, "failed"), (2, "unchanged")):
        ledger.record_fetch(watch.id, FetchRecord(feed.url, NOW + days * day, outcome, feed.feed_id))  # type: ignore[arg-type]
        with ledger.transaction() as tx:
            subjects.append([d.subject for d in outgoing.queue(tx, watch, None, NOW + days * day).drafts])
    assert subjects == [[], ["Nothing changed: Harbour talks"]]


class Look:
    """Passes as far as blindness concerns them: feeds, then mail."""

    def __init__(self, folder: Path, server: MailServer) -> None:
        self.watch = load_watch(folder / "watch.toml")
        self.environment = Environment(folder / "home", server.smtp())
        self.server = server

    def __call__(self, quarters: int) -> list:  # type: ignore[type-arg]
        """The mails that a pass so many quarters of an hour after the first one sends."""
        before = len(self.server.taken)
        job = stages.begin_with(self.watch, self.environment, NOW + quarters * QUARTER)
        try:
            stages.poll_feeds(job)
            stages.deliver(job)
        finally:
            job.lock.release()
        return self.server.taken[before:]
