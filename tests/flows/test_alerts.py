"""Mails: what they say (golden, as parsed structures), that nothing from the web breaks them, and how they look."""

from __future__ import annotations

import email
import json
import os
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from extractors.errors import SettingsError
from extractors.models import Actor, Codebook, Concept
from flows.alerts import AlertContext, compose, mail_address, person, subject, unsubscribe_link
from flows.items import Item, build_item, item_json
from flows.outgoing import TEST_NOTE
from flows.wording import concept_name, one_line, short_name, web_address
from storage.ledger import Ledger, Snapshot
from storage.queries import run_query
from storage.records import Told, ToldChange
from tests.flows.alertkit import NOW, make_change, make_statement, make_statements, make_watch, store

GOLDEN = Path(__file__).parent.parent / "data" / "mails"
TO = "Kęstutis Jonaitis <desk@example.org>"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> AlertContext:
    watch = make_watch(tmp_path_factory.mktemp("watch"), 'to = ["desk@example.org"]\nunsubscribe = "stop@desk.example"')
    return AlertContext.of(watch, "Volteface <volteface@desk.example>")


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Item]:
    watch = make_watch(tmp_path_factory.mktemp("items"))
    reversed_ = make_change(
        1,
        independent_reports=4,
        evidence=("r1", "r2", "r3", "r4", "c1", "c2"),
        to_condition="if the city pays for the dredging",
        reason="4 outlets carry it in their own words; 2 reports of the former position would revert it.",
    )
    statements = make_statements(reversed_)
    for key, outlet, leader in (("c1", "The Mole", "r1"), ("c2", "Pier Post", "r1")):
        statements[key] = make_statement(
            key, outlet, "the quay can wait, report 0", reversed_, copy_group=f"g-{leader}"
        )
    listed = make_change(
        2,
        actor="Kęstutis Jonaitis",
        concept="night-shifts",
        kind="new_actor",
        from_agreement=None,
        to_agreement=2,
        baseline_agreement=None,
        before=(),
        status="tentative",
        independent_reports=1,
        confidence=0.55,
        reason="1 of 2 reports; one more outlet would confirm it.",
    )
    withdrawn = make_change(
        3,
        actor="Dockers' Union",
        kind="softened",
        to_agreement=1,
        status="reverted",
        reason="The Mole printed a correction.",
    )
    told = Told(_told_change(withdrawn), NOW - timedelta(days=2), "harbour", "earlier-alert")
    made = {
        "reversed": build_item(reversed_, statements, watch, NOW),
        "listed": build_item(listed, make_statements(listed), watch, NOW, "tentative"),
        "withdrawn": build_item(withdrawn, make_statements(withdrawn), watch, NOW, "corrected", told, told=[told]),
    }
    softened = replace(withdrawn, id="change4", status="confirmed", actor="Mara Lindqvist")
    made["softened"] = build_item(softened, make_statements(softened), watch, NOW)
    return made


def _told_change(change: Any, told_as: Any = "confirmed") -> ToldChange:
    names = ("actor", "concept", "kind", "from_agreement", "to_agreement", "said_at")
    return ToldChange(change.id, told_as, *(getattr(change, name) for name in names))


@pytest.fixture(scope="module")
def mails(context: AlertContext, items: dict[str, Item]) -> dict[str, EmailMessage]:
    stuck = replace(context, undelivered=("2 messages to old@desk.example, given up: refuses the recipient: 550 gone",))
    day, week = NOW - timedelta(days=1), NOW - timedelta(days=7)
    return {
        "immediate": compose([items["reversed"]], context, TO, NOW),
        "correction": compose([items["withdrawn"]], context, TO, NOW, "correction"),
        "digest": compose(list(items.values()), stuck, TO, NOW, "digest", period="daily", since=day),
        "nothing": compose([], context, TO, NOW, "digest", period="weekly", since=week),
        "test": compose([], context, TO, NOW, "test", note=TEST_NOTE),
    }


def parsed(mail: EmailMessage) -> EmailMessage:
    """The mail as a mail program gets it."""
    return cast(EmailMessage, email.message_from_bytes(mail.as_bytes(), policy=SMTPUTF8))


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def outline(page: str) -> list[Any]:
    """What an HTML mail shows, without its looks: element, text, target."""
    root = lxml_html.fromstring(page)
    shown = []
    for element in root.find("body").iter():
        own = " ".join("".join(element.xpath("text()")).split())
        if isinstance(element.tag, str) and (own or element.get("href")):
            shown.append([element.tag, own, *([element.get("href")] if element.get("href") else [])])
    return shown


def structure(mail: EmailMessage) -> dict[str, Any]:
    again = parsed(mail)
    return {
        "headers": {name: str(value) for name, value in again.items() if name != "Content-Type"},
        "type": again.get_content_type(),
        "parts": [p.get_content_type() for p in again.iter_parts()],
        "text": part(again, "plain").splitlines(),
        "html": outline(part(again, "html")),
    }


@pytest.mark.parametrize("name", ["immediate", "correction", "digest", "nothing", "test"])
def test_golden(mails: dict[str, EmailMessage], name: str) -> None:
    path = GOLDEN / f"{name}.json"
    if os.environ.get("VOLTEFACE_WRITE_GOLDEN"):  # then read the difference
        path.write_text(json.dumps(structure(mails[name]), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert structure(mails[name]) == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["immediate", "correction", "digest", "nothing", "test"])
def test_every_mail_is_well_formed(mails: dict[str, EmailMessage], name: str) -> None:
    mail = parsed(mails[name])
    raw = mails[name].as_bytes()
    assert mail.defects == [] and all(p.defects == [] for p in mail.walk())
    assert raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 998 and b"\n" not in raw.replace(b"\r\n", b"")
    for header in ("Subject", "From", "To", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "Auto-Submitted"):
        assert mail.get_all(header) and len(mail.get_all(header, [])) == 1, header
    page = part(mail, "html")
    root = lxml_html.fromstring(page)
    assert not root.xpath("//img | //script | //link | //iframe | //form | //object | //*[@onclick] | //*[@src]")
    assert "url(" not in page and "@import" not in page
    assert all(a.get("href").startswith(("https://", "#", "mailto:")) for a in root.xpath("//a"))
    anchors = {element.get("id") for element in root.xpath("//*[@id]")}
    assert {a.get("href")[1:] for a in root.xpath("//a[starts-with(@href, '#')]")} <= anchors
    assert "prefers-color-scheme: dark" in page


def test_composing_again_gives_the_same_bytes(context: AlertContext, items: dict[str, Item]) -> None:
    first, again = (compose([items["reversed"]], context, TO, NOW).as_bytes() for _ in range(2))
    assert first == again


def test_ten_seconds_of_text(mails: dict[str, EmailMessage]) -> None:
    """Who, on what, from where to where: in the first lines; when and in whose words right below."""
    lines = [line for line in part(mails["immediate"], "plain").splitlines() if line.strip()]
    assert lines[0] == "Lindqvist reverses on new quay, now against"
    top = " ".join(" ".join(lines[:12]).split())
    for fact in ("Mara Lindqvist", "The port should build a new quay", "+2 supports", "-1 rejects", "1 March 2026"):
        assert fact in top
    assert max(len(line) for line in lines if "volteface query" not in line and "https://" not in line) <= 76


def test_copies_are_folded_under_their_report(items: dict[str, Item], mails: dict[str, EmailMessage]) -> None:
    assert [len(r.copies) for r in items["reversed"].reports] == [2, 0, 0, 0]
    text = part(mails["immediate"], "plain")
    assert "4 INDEPENDENT REPORTS; 2 COPIES NOT COUNTED" in text and "Copied by The Mole, Pier Post" in text


# --- names and subjects -------------------------------------------------------------------------------------------

PEOPLE = [
    Actor("Mara Lindqvist", aliases=("Lindqvist", "the harbour master")),
    Actor("Ada von der Heide", aliases=("von der Heide",)),
    Actor("Kęstutis Jonaitis", aliases=("Kestutis Jonaitis", "Jonaitis")),
    Actor("Pavlo Zorenskyy", aliases=("Zorensky",)),
    Actor("Li Weiming", aliases=("Li",)),
    Actor("Tan Boon Keng", aliases=("the minister",)),
    Actor("Port Authority", "organization", aliases=("Authority",)),
    Actor("Ana Silva", aliases=("Silva",)),
    Actor("Rui Silva", aliases=("Silva",)),
]

SHORT = ["Lindqvist", "von der Heide", "Jonaitis", "Zorenskyy"]
SHORT += ["Li Weiming", "Tan Boon Keng", "Port Authority", "Ana Silva", "Rui Silva"]


@pytest.mark.parametrize(
    ("actor", "short"),
    zip(
        PEOPLE,
        [
            "Lindqvist",
            "von der Heide",
            "Jonaitis",
            "Zorenskyy",
            "Li Weiming",
            "Tan Boon Keng",
            "Port Authority",
            "Ana Silva",
            "Rui Silva",
        ],
        strict=True,
    ),
    ids=lambda value: value.name if isinstance(value, Actor) else value,
)
def test_short_names(actor: Actor, short: str) -> None:
    assert short_name(actor, PEOPLE) == short


@pytest.mark.parametrize(
    ("concept", "name"),
    [
        (Concept("eu-accession", "Norland should join the EU", ("EU accession",)), "EU accession"),
        (Concept("norland-deal", "Norland should sign", ()), "Norland deal"),
        (Concept("frozen_assets", "Frozen assets should be used", ("frozen assets",)), "frozen assets"),
        (Concept("x1", "Anything"), "x1"),
    ],
)
def test_concept_names(concept: Concept, name: str) -> None:
    book = Codebook((concept,), (Actor("Norland", "state"),))
    assert concept_name(concept, book) == name


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"independent_reports": 4, "kind": "softened"}, "Lindqvist softens on new quay (4 reports)"),
        ({"kind": "hardened"}, "Lindqvist hardens on new quay (2 reports)"),
        ({"to_agreement": 0}, "Lindqvist reverses on new quay, now undecided (2 reports)"),
        ({"kind": "new_concept", "to_agreement": 1}, "Lindqvist takes up new quay: in favour (2 reports)"),
        ({"kind": "new_actor", "independent_reports": 1}, "New voice: Lindqvist on new quay, against (1 report)"),
    ],
)
def test_subjects(tmp_path: Path, context: AlertContext, given: dict[str, Any], line: str) -> None:
    item = build_item(make_change(1, **given), {}, make_watch(tmp_path), NOW)
    assert subject([item], context) == line
    assert subject([replace(item, told_as="tentative")], context) == f"Unconfirmed: {line}"
    assert subject([replace(item, told_as="restored")], context) == f"Holds after all: {line}"


def test_a_subject_of_many_keeps_the_count(context: AlertContext, items: dict[str, Item]) -> None:
    long = replace(items["reversed"], concept="c" * 200)
    line = subject([long, items["listed"], items["softened"]], context)
    assert len(line) <= 150 and line.endswith("… (and 2 more)")


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("desk@example.org", "", "desk@example.org"),
        ("The Desk <desk@EXAMPLE.org>", "The Desk", "desk@example.org"),
        ("Kęstutis Budrys <k.budrys@müller.example>", "Kęstutis Budrys", "k.budrys@xn--mller-kva.example"),
        ('"Budrys, Kęstutis" <k@straße.example>', "Budrys, Kęstutis", "k@xn--strae-oqa.example"),
        ("почта@пример.example", "", "почта@xn--e1afmkfd.example"),
        ("desk@localhost", "", "desk@localhost"),
    ],
)
def test_addresses(text: str, name: str, address: str) -> None:
    given = mail_address(text)
    assert (given.display_name, given.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "desk",
        "@example.org",
        "desk@",
        "desk@ex ample.org",
        "a@b..c",
        "a b@c.org",
        "x@-y.org",
        "x@y.org\nBcc: z@y.org",
        "x@y.org, z@y.org",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(SettingsError, match="is not a mail address"):
        mail_address(text)


def test_one_person_however_written() -> None:
    assert person("The Desk <Desk@MÜLLER.example>") == person("desk@xn--mller-kva.example")


def test_names_that_are_not_ascii_survive_the_headers(context: AlertContext, items: dict[str, Item]) -> None:
    mail = parsed(compose([items["listed"]], replace(context, sender="Žinių tarnyba <news@žinios.example>"), TO, NOW))
    assert mail["To"].addresses == (Address("Kęstutis Jonaitis", "desk", "example.org"),)
    assert mail["From"].addresses[0].display_name == "Žinių tarnyba"
    assert mail["From"].addresses[0].domain == "xn--inios-tib.example"
    assert "Jonaitis" in mail["Subject"]
    assert mail["Message-ID"].endswith("@xn--inios-tib.example>")


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ("stop@desk.example", "<mailto:stop@desk.example>"),
        ("mailto:stop@desk.example?subject=stop", "<mailto:stop@desk.example?subject=stop>"),
        ("https://desk.example/stop?id=1", "<https://desk.example/stop?id=1>"),
        ("http://desk.example/stop", None),
        ("javascript:alert(1)", None),
        ("https://desk.example/>\r\nBcc: x@y.z", None),
        (None, None),
    ],
)
def test_unsubscribe(given: str | None, header: str | None) -> None:
    assert unsubscribe_link(given) == header


# --- threads ------------------------------------------------------------------------------------------------------


def test_mails_about_one_actor_and_concept_hang_together(context: AlertContext, tmp_path: Path) -> None:
    watch, change = make_watch(tmp_path), make_change(1)
    first = compose([build_item(change, {}, watch, NOW)], context, TO, NOW, identity="one")
    earlier = Told(_told_change(change), NOW, "harbour", "one")
    other = Told(_told_change(make_change(9, concept="night-shifts")), NOW, "harbour", "other")
    item = build_item(make_change(2, said_at=date(2026, 3, 9)), {}, watch, NOW, told=[earlier, other])
    second = compose([item], context, TO, NOW)
    root = first["References"]
    assert first["In-Reply-To"] == root != first["Message-ID"]
    assert second["References"].split() == [root, first["Message-ID"]]
    assert second["In-Reply-To"] == first["Message-ID"]
    elsewhere = compose([build_item(make_change(3, concept="night-shifts"), {}, watch, NOW)], context, TO, NOW)
    assert elsewhere["References"] != root
    assert compose([item], context, "boss@example.org", NOW)["References"].split()[0] != root


# --- the hostile web ----------------------------------------------------------------------------------------------

HOSTILE = [
    "Bcc: all@example.org",
    "x\r\nBcc: all@example.org\r\n\r\n<h1>owned</h1>",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></tr></table><a href='https://evil.example'>click</a>",
    "{{ 7 * 7 }}{% raw %}",
    "right\u202eto left\u2066",
    "nul\x00bell\x07esc\x1b[31m",
    "\ud800 lone surrogate",
    "=?utf-8?q?encoded?=",
    "é" * 400,
    "\u2028line\u2029paragraph\u0085next",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_from_the_web_is_text(context: AlertContext, tmp_path: Path, text: str) -> None:
    change = make_change(1, reason=text, to_condition=text)
    statements = {
        key: replace(s, outlet=text, words=text, said_basis=text, url=f"https://outlet.example/{text}")
        for key, s in make_statements(change).items()
    }
    item = build_item(change, statements, make_watch(tmp_path), NOW)
    line = one_line(text)
    hostile = replace(item, actor=line, actor_short=line, concept=line, proposition=line)
    mail = compose([hostile], replace(context, title=line, baseline_outlet=line), TO, NOW)
    again = parsed(mail)
    assert again.defects == [] and again.get_all("Bcc") is None
    assert again.keys() == compose([item], context, TO, NOW).keys()
    root = lxml_html.fromstring(part(again, "html"))
    assert not root.xpath("//script | //img | //*[@onerror]")
    assert all("evil" not in a.get("href") for a in root.xpath("//a") if not a.get("href").startswith("https://outlet"))
    assert "49" not in part(again, "plain").split("ALL STATEMENTS")[0]
    for c in part(again, "plain"):
        assert c == "\n" or c.isprintable()
    json.dumps(item_json(hostile), default=str)


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_one_line_is_one_printable_line(text: str) -> None:
    line = one_line(text, 100)
    assert len(line) <= 100 and line == line.strip() and len(line.splitlines()) <= 1
    message = EmailMessage(policy=SMTP)
    message["Subject"] = line
    assert parsed(message).keys() == ["Subject"]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://outlet.example/2026/a-b?x=1&y=2#z", True),
        ("http://outlet.example", True),
        ("https://outlet.example/ünï", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//outlet.example/a", False),
        ("https://user:pw@outlet.example/", False),
        ("https://outlet.example/a b", False),
        ("https://outlet.example/\n", False),
        ("https://outlet.example/\u202e", False),
        ('https://outlet.example/"onclick="x', False),
        ("file:///etc/passwd", False),
        ("", False),
        ("https://" + "a" * 3000, False),
    ],
)
def test_links(url: str, kept: bool) -> None:
    assert web_address(url) == (url if kept else None)


def test_what_the_mail_suggests_works(tmp_path: Path) -> None:
    """The mute snippet is TOML that the watch file takes, and the query finds the statements."""
    watch = make_watch(tmp_path)
    change = make_change(1, actor="Dockers' Union")
    item = build_item(change, {}, watch, NOW)
    mute = tomllib.loads(item.mute)["alerts"]["mute"][0]
    assert mute == {"actor": "Dockers' Union", "concept": "new-quay", "until": date(2026, 4, 1)}
    assert make_watch(tmp_path, 'to = ["desk@example.org"]\n' + item.mute).file.alerts.mute[0].concept == "new-quay"
    odd = build_item(replace(change, actor='A "B" $(C) `D` \\E'), {}, watch, NOW)
    assert tomllib.loads(odd.mute)["alerts"]["mute"][0]["actor"] == 'A "B" $(C) `D` \\E'
    shell = subprocess.run(["sh", "-c", f'set -- {odd.query}; printf "%s" "$4"'], capture_output=True, check=True)
    assert "actor = 'A \"B\" $(C) `D` \\E'" in shell.stdout.decode()
    ledger = Ledger(tmp_path / "home")
    store(ledger, watch, [change])
    ledger.publish_snapshot()
    with Snapshot(ledger.home) as snapshot:
        assert len(run_query(snapshot, shlex.split(item.query)[3], {}).rows) == 3


# --- looks --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium): THE LOOKS OF MAILS WERE NOT TESTED")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield running
        running.close()


CONTRAST = """
() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => [r, g, b].map(v => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), e.className || e.tagName, e.textContent.trim().slice(0, 40),
                parseFloat(getComputedStyle(e).fontSize)]);
  }
  return found;
}
"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1100])
@pytest.mark.parametrize("name", ["immediate", "correction", "digest", "nothing", "test"])
def test_looks(
    browser: Any, mails: dict[str, EmailMessage], tmp_path: Path, name: str, width: int, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(part(parsed(mails[name]), "html"))
    assert requests == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    measured = page.evaluate(CONTRAST)
    faint = [entry for entry in measured if entry[0] < 4.5]
    assert measured and not faint
    assert min(size for *_, size in measured) >= 12
    dark = page.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]) < 60")
    assert dark is (scheme == "dark")
    clipped = "[...document.querySelectorAll('td, pre, p')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    assert page.evaluate(clipped) == 0
    if name == "immediate":
        before, now = (page.locator(f"td.step.{mark}").bounding_box() for mark in ("before", "now"))
        assert before["x"] > now["x"] and before["y"] == pytest.approx(now["y"], abs=1)
    page.close()
