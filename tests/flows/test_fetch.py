"""The fetcher: whom it connects to, how it behaves, and what it makes of answers."""

from __future__ import annotations

import pickle
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.addresses import is_public
from flows.failures import FetchFailure
from flows.fetch import Fetcher, FetchPolicy, Request
from flows.headers import fresh_seconds, retry_after_seconds
from tests.flows.faulty import Faulty, in_turn, move, say, send

LOOPBACK = FetchPolicy(allow_hosts=frozenset({"127.0.0.1"}), gap_seconds=0, timeout_seconds=2)
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
CLOSED = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "nonsense",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", CLOSED)
def test_closed_addresses(address: str) -> None:
    assert not is_public(address)


def resolver(*answers: list[str]) -> Callable[[str, int], list[str]]:
    left = list(answers)
    return lambda host, port: left.pop(0) if len(left) > 1 else left[0]


def failure_of(fetcher: Fetcher, url: str, robots: bool = False) -> FetchFailure:
    with pytest.raises(FetchFailure) as caught:
        fetcher.get(Request(url, robots=robots))
    return caught.value


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::1"], ["169.254.169.254"]])
def test_a_name_that_leads_to_a_closed_address_is_not_connected_to(answer: list[str]) -> None:
    with Fetcher(LOOPBACK, resolver=resolver(answer)) as fetcher:
        failure = failure_of(fetcher, "http://outlet.example/")
    assert failure.kind == "address"
    assert "no public address" in failure.problem


def test_a_name_that_is_allowed_leads_where_it_likes() -> None:
    policy = FetchPolicy(allow_hosts=frozenset({"intranet.example"}), gap_seconds=0)
    with Faulty({"/": say("fine")}) as server, Fetcher(policy, resolver=resolver(["127.0.0.1"])) as fetcher:
        assert fetcher.get(Request(f"http://INTRANET.example:{server.port}/", robots=False)).body == b"fine"
        assert failure_of(fetcher, server.url).kind == "address"


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A second look-up that gives another address (DNS rebinding) is never asked for."""
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["192.0.2.1"]

    with Faulty({"/": say("secret")}) as server, Fetcher(LOOPBACK, resolver=resolve) as fetcher:
        failure_of(fetcher, f"http://outlet.example:{server.port}/")
        assert asked == ["outlet.example"]
        assert server.asked == []


def test_a_redirect_is_checked_like_any_request() -> None:
    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host in ("127.0.0.1", "inside.example") else ["93.184.215.14"]

    with Faulty({"/f": lambda asked: move(f"http://inside.example:{port}/secret")(asked)}) as server:
        port = server.port
        with Fetcher(LOOPBACK, resolver=resolve) as fetcher:
            assert failure_of(fetcher, server.url + "/f").kind == "address"
        assert server.paths() == ["/f"]


def test_a_name_that_does_not_exist() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with Fetcher(LOOPBACK, resolver=resolve) as fetcher:
        failure = failure_of(fetcher, "http://gone.example/")
    assert failure.kind == "connection"
    assert "cannot be resolved" in failure.problem


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with Faulty({"/": say("fine")}) as server, Fetcher(LOOPBACK) as fetcher:
        assert fetcher.get(Request(server.url, robots=False)).status == 200


def test_who_asks_and_how_to_reach_them() -> None:
    policy = FetchPolicy(allow_hosts=frozenset({"127.0.0.1"}), contact="mailto:desk@example.org")
    with Faulty({"/f": say("x")}) as server, Fetcher(policy) as fetcher:
        fetcher.get(Request(server.url + "/f", '"e"', "Mon, 15 Dec 2025 12:00:00 GMT", robots=False))
        headers = server.asked[0].headers
    assert headers["user-agent"].startswith("Volteface/")
    assert "+mailto:desk@example.org" in headers["user-agent"]
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"e"', "Mon, 15 Dec 2025 12:00:00 GMT")
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert "cookie" not in headers


def test_cookies_are_forgotten_after_the_request() -> None:
    with Faulty({"/f": say("x", Set_Cookie="id=1"), "/g": say("x")}) as server, Fetcher(LOOPBACK) as fetcher:
        for path in ("/f", "/g", "/f"):
            fetcher.get(Request(server.url + path, robots=False))
        assert not any("cookie" in asked.headers for asked in server.asked)


def test_a_gap_between_requests_and_one_at_a_time() -> None:
    waits: list[float] = []
    policy = FetchPolicy(allow_hosts=frozenset({"127.0.0.1"}), gap_seconds=7)
    with Faulty({"/f": say("x")}) as server, Fetcher(policy, sleep=waits.append) as fetcher:
        for _ in range(3):
            fetcher.get(Request(server.url + "/f", robots=False))
        assert 6 < fetcher.wait_seconds(server.url) <= 7
    assert len(waits) == 2
    assert all(6 < wait <= 7 for wait in waits)


def test_one_host_is_asked_one_thing_at_a_time() -> None:
    inside, most, guard = 0, 0, threading.Lock()

    def route(asked: object) -> list[bytes]:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with guard:
            inside -= 1
        return list(say("x")(asked))  # type: ignore[arg-type]

    with Faulty({"*": route}) as server, Fetcher(LOOPBACK) as fetcher:
        threads = [
            threading.Thread(target=fetcher.get, args=(Request(f"{server.url}/{n}", robots=False),)) for n in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == 1


def test_the_crawl_delay_is_kept_and_bounded() -> None:
    waits: list[float] = []
    routes = {"/robots.txt": say("User-agent: *\nCrawl-delay: 9000"), "/f": say("x")}
    with Faulty(routes) as server, Fetcher(LOOPBACK, sleep=waits.append) as fetcher:
        fetcher.get(Request(server.url + "/f"))
        fetcher.get(Request(server.url + "/f"))
    assert [round(wait) for wait in waits] == [30, 30]


def test_a_host_that_wants_a_pause_gets_it() -> None:
    with Faulty({"/f": say("", 429, Retry_After="60"), "/g": say("x")}) as server, Fetcher(LOOPBACK) as fetcher:
        assert fetcher.get(Request(server.url + "/f", robots=False)).status == 429
        failure = failure_of(fetcher, server.url + "/g")
        assert failure.kind == "busy"
        assert 50 < (failure.retry_after or 0) <= 60
        assert server.paths() == ["/f"]


def test_robots_txt_is_asked_for_once_a_day_and_not_once_a_pass(tmp_path: Path) -> None:
    routes = {"/robots.txt": say("User-agent: *\nDisallow: /no"), "/yes": say("x"), "/no": say("x")}
    with Faulty(routes) as server:
        for _ in range(3):
            with Fetcher(LOOPBACK, robots_folder=tmp_path / "robots") as fetcher:
                assert fetcher.get(Request(server.url + "/yes")).status == 200
                assert failure_of(fetcher, server.url + "/no", robots=True).kind == "robots"
        assert server.paths().count("/robots.txt") == 1
        for file in (tmp_path / "robots").iterdir():
            file.write_text('{"at": 17', encoding="utf-8")  # a pass was killed while it wrote
        with Fetcher(LOOPBACK, robots_folder=tmp_path / "robots") as fetcher:
            assert failure_of(fetcher, server.url + "/no", robots=True).kind == "robots"
        assert server.paths().count("/robots.txt") == 2


def test_a_feed_is_asked_without_robots_txt() -> None:
    with (
        Faulty({"/robots.txt": say("User-agent: *\nDisallow: /"), "/f": say("x")}) as server,
        Fetcher(LOOPBACK) as fetcher,
    ):
        assert fetcher.get(Request(server.url + "/f", robots=False)).status == 200
        assert server.paths() == ["/f"]


def test_a_form_is_posted_once_and_never_redirected() -> None:
    with Faulty({"/f": move("/g", 307)}) as server, Fetcher(LOOPBACK) as fetcher:
        assert fetcher.get(Request(server.url + "/f", form=b"a=1", robots=False)).status == 307
        assert [(asked.path, asked.body) for asked in server.asked] == [("/f", b"a=1")]


def test_a_dead_connection_is_tried_once_more_and_a_form_is_not() -> None:
    with Faulty({"*": in_turn(send(), say("x"))}) as server, Fetcher(LOOPBACK) as fetcher:
        assert fetcher.get(Request(server.url + "/f", robots=False)).status == 200
        assert len(server.asked) == 2
    with Faulty({"*": send()}) as server, Fetcher(LOOPBACK) as fetcher:
        with pytest.raises(FetchFailure):
            fetcher.get(Request(server.url + "/f", form=b"a=1", robots=False))
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://e.example/", "http://", "http://e.example:99999/", "http://e.example/\n", "http://a:b@e.example/"],
)
def test_what_is_no_address_is_refused_without_a_request(url: str) -> None:
    with Fetcher(LOOPBACK) as fetcher:
        assert failure_of(fetcher, url).kind == "address"


def test_robots_txt_is_asked_of_the_host_that_is_read() -> None:
    """Two parsers may find two hosts in one address: the one that is checked must be the one that is connected to."""
    with (
        Faulty({"/robots.txt": say("User-agent: *\nDisallow: /"), "*": say("x")}) as server,
        Fetcher(LOOPBACK) as fetcher,
    ):
        assert failure_of(fetcher, f"http://127.0.0.1:{server.port}\\.other.example/", robots=True).kind == "robots"
        assert server.paths() == ["/robots.txt"]


def test_a_failure_survives_a_process_boundary() -> None:
    failure = FetchFailure("u", "p", "a", "busy", 3.0)
    copy = pickle.loads(pickle.dumps(failure))
    assert (copy.where, copy.problem, copy.advice, copy.kind, copy.retry_after) == ("u", "p", "a", "busy", 3.0)


NOW = 1_765_800_000.0  # Mon, 15 Dec 2025 12:00:00 GMT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120), ({"retry-after": "0"}, 0), ({"retry-after": "-5"}, None), ({}, None),
        ({"retry-after": "Mon, 15 Dec 2025 12:01:00 GMT"}, 60), ({"retry-after": "Mon, 15 Dec 2025 11:00:00 GMT"}, 0),
        ({"retry-after": "Mon, 15 Dec 2025 12:01:00 GMT", "date": "Mon, 15 Dec 2025 12:00:30 GMT"}, 30),
        ({"retry-after": "9" * 12}, 7 * 86400), ({"retry-after": "soon"}, None),
    ],
)  # fmt: skip
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0), ({"cache-control": "max-age=600"}, 600), ({"cache-control": "Public, Max-Age=600"}, 600),
        ({"cache-control": "max-age=600", "age": "500"}, 100), ({"cache-control": "max-age=600", "age": "700"}, 0),
        ({"cache-control": "no-store, max-age=600"}, 0), ({"expires": "Mon, 15 Dec 2025 12:10:00 GMT"}, 600),
        ({"expires": "0"}, 0), ({"cache-control": "max-age=99999999"}, 21600), ({"cache-control": "s-maxage=600"}, 0),
    ],
)  # fmt: skip
def test_freshness(headers: dict[str, str], seconds: float) -> None:
    assert fresh_seconds(headers, NOW) == seconds
