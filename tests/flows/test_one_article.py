"""From feeds to the ledger: one article for all forms of its address, its silent edits, and no notices as articles."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flows import stages
from flows.settings import Environment, load_watch
from flows.stages.copies import fold_copies
from storage.ledger import Ledger, Snapshot
from storage.queries import run_query
from tests.flows.alertkit import NOW, make_watch
from tests.flows.faulty import PARAGRAPHS, Faulty, item, page, rss, say

SAID = "<p>“The quay must be built this year,” Mara Lindqvist said about the new quay.</p>"
CONSENT = (
    "<p>We and our 812 partners store cookies on your device.</p><button>Accept all</button><button>Reject all</button>"
)
PAYWALL = "<p>The new quay divides the port.</p><p>Subscribe to continue reading this article.</p>"


def look(folder: Path, hours: float) -> stages.Job:
    """A pass as far as reading goes, so many hours after the first."""
    environment = Environment(folder / "home", None)
    job = stages.begin_with(load_watch(folder / "watch.toml"), environment, NOW + timedelta(hours=hours))
    try:
        stages.poll_feeds(job)
        stages.read_pages(job)
        fold_copies(job)
    finally:
        stages.finish(job)
    return job


def test_one_article_whose_words_are_changed_behind_our_back(tmp_path: Path) -> None:
    with Faulty() as outlet, Faulty(host="127.0.0.2") as other:
        feeds = "".join(f'[[feed]]\nurl = "{url}/rss"\n' for url in (outlet.url, other.url))
        fetching = '[fetch]\nallow_hosts = ["127.0.0.1", "127.0.0.2"]\ngap_seconds = 0\n'
        (tmp_path / "watch.toml").write_text(make_watch(tmp_path).toml + fetching + feeds, encoding="utf-8")
        date = "Mon, 02 Mar 2026 09:00:00 GMT"
        forms = ["/a?utm_source=rss", "/a/amp?fbclid=1", "/a#top", "/short", "/consent", "/paywall"]
        outlet.routes = {
            "/rss": say(rss(*(item(n, outlet.url + form, date=date) for n, form in enumerate(forms)))),
            "/a?utm_source=rss": say(html(SAID), Content_Type="text/html"),
            "/short": say(html(SAID, f'<link rel="canonical" href="{outlet.url}/a">'), Content_Type="text/html"),
            "/consent": say(page(CONSENT, "Your privacy"), Content_Type="text/html"),
            "/paywall": say(page(PAYWALL, "The new quay"), Content_Type="text/html"),
        }
        # an address of a foreign host, which anybody can claim for a page, is not believed
        theirs = html(SAID, f'<link rel="canonical" href="{outlet.url}/a">')
        other.routes = {
            "/rss": say(rss(item(9, f"{other.url}/copy", date=date))),
            "/copy": say(theirs, Content_Type="text/html"),
        }
        first = look(tmp_path, 0)
        assert outlet.paths().count("/a?utm_source=rss") == 1 and "/a/amp?fbclid=1" not in outlet.paths()
        assert first.report.skipped == {"consent": 1, "paywall": 1}
        kept = rows(tmp_path, "SELECT article_id, url, count(*) AS n FROM version GROUP BY ALL ORDER BY url")
        ours = [row for row in kept if row["url"].startswith(outlet.url)]
        assert len({row["article_id"] for row in ours}) == 1 and len(kept) == len(ours) + 1
        groups = rows(tmp_path, "SELECT DISTINCT copy_group FROM version_group")
        assert len(groups) == 1  # the syndicated form is a copy: both together are one report
        look(tmp_path, 0.5)
        assert outlet.paths().count("/a?utm_source=rss") == 1
        outlet.routes["/a?utm_source=rss"] = say(html(SAID.replace("must", "need not")), Content_Type="text/html")
        look(tmp_path, 4)
        (edit,) = rows(tmp_path, "SELECT title, former_version_id, version_id FROM silent_edit")
        texts = [Ledger(tmp_path / "home").version(edit[name]).text for name in ("former_version_id", "version_id")]  # type: ignore[union-attr]
        assert "must be built" in texts[0] and "need not be built" in texts[1]


def html(said: str, head: str = "") -> bytes:
    return page(said + PARAGRAPHS, "Lindqvist on the new quay", head)


def rows(folder: Path, sql: str) -> list[dict[str, object]]:
    with Snapshot(folder / "home") as snapshot:
        return list(run_query(snapshot, sql, {}).mappings())
