"""Who asks too fast, too much, too slowly, from elsewhere or under another name gets nothing."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from mailbot.domain.clock import StoppedClock
from mailbot.entrypoints.client_address import client_address, client_network
from mailbot.entrypoints.web import WebServer
from mailbot.entrypoints.web_limits import BodyLimit
from mailbot.entrypoints.web_protocol import PatientProtocol
from mailbot.entrypoints.web_rates import REMEMBERED, Rates
from mailbot.entrypoints.web_session import is_from_elsewhere
from mailbot.settings import Settings
from tests.kit.browser import House, Visitor, forms, open_house

OUTSIDE, PROXY = "192.0.2.7", "10.1.2.3"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def limited(house: House, **settings: object) -> House:
    """Return the same house with other settings."""
    values = {**house.context.settings.model_dump(), **settings}
    return House(replace(house.context, settings=Settings(**values)), house.clock)


def request(client: str = OUTSIDE, **headers: str) -> Request:
    named = [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]
    return Request({"type": "http", "client": (client, 1), "headers": named})


def test_a_visitor_has_so_many_requests_a_minute() -> None:
    clock = StoppedClock(datetime(2026, 11, 20, tzinfo=UTC))
    rates = Rates(2, clock)
    assert [rates.take("a") for _ in range(3)] == [True, True, False]
    assert rates.take("b")
    clock.move(timedelta(seconds=30))
    assert [rates.take("a") for _ in range(2)] == [True, False]
    clock.move(timedelta(hours=1))
    assert [rates.take("a") for _ in range(3)] == [True, True, False]


def test_any_number_of_visitors_takes_bounded_memory() -> None:
    rates = Rates(1, StoppedClock(datetime(2026, 11, 20, tzinfo=UTC)))
    for number in range(REMEMBERED + 5):
        rates.take(str(number))
    assert not rates.take(str(REMEMBERED))
    assert rates.take("0")


def test_one_client_cannot_ask_for_ever(house: House) -> None:
    slow = limited(house, limits={"pages_per_minute": 3})
    with closing(Visitor(slow, OUTSIDE)) as web:
        answers = [web.get("/") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].headers["retry-after"] == "60"
        assert "Wacht een minuut" in answers[3].text
        assert "default-src 'none'" in answers[3].headers["content-security-policy"]
        house.clock.move(timedelta(minutes=1))
        assert web.get("/").status_code == 200


def test_one_link_cannot_be_used_for_ever_from_many_places(house: House) -> None:
    document = house.invoice()
    path = f"/d/{house.letter(document)}"
    slow = limited(house, limits={"forms_per_minute": 3})
    with closing(Visitor(slow)) as web:
        filled = {**forms(web.get(path))["approve"], "verb": "approve"}
        codes = [web.post(path, data=filled).status_code for _ in range(4)]
    assert codes == [403, 403, 403, 429]


def test_this_machine_itself_is_not_counted(house: House) -> None:
    slow = limited(house, limits={"pages_per_minute": 1})
    with closing(Visitor(slow)) as web:
        assert {web.get("/").status_code for _ in range(5)} == {200}


def test_clients_behind_a_trusted_proxy_are_told_apart(house: House) -> None:
    slow = limited(
        house, limits={"pages_per_minute": 1}, web={"trusted_proxies": ["127.0.0.1/32"]}
    )
    with closing(Visitor(slow)) as web:
        for client, status in ((OUTSIDE, 200), (OUTSIDE, 429), ("192.0.2.8", 200)):
            # the client itself may have written the first one
            said = {"x-forwarded-for": f"198.51.100.1, {client}"}
            assert web.get("/", headers=said).status_code == status


@pytest.mark.parametrize(
    ("client", "said", "trusted", "expected"),
    [
        (OUTSIDE, "198.51.100.1", (), OUTSIDE),
        (OUTSIDE, "198.51.100.1", ("10.0.0.0/8",), OUTSIDE),
        (PROXY, "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        (PROXY, "203.0.113.9, 198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        (PROXY, "198.51.100.1, 10.9.9.9", ("10.0.0.0/8",), "198.51.100.1"),
        (PROXY, "", ("10.0.0.0/8",), PROXY),
        (PROXY, " , ,", ("10.0.0.0/8",), PROXY),
        (PROXY, "nobody", ("10.0.0.0/8",), "nobody"),
        ("::ffff:10.1.2.3", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
    ],
)
def test_who_asks(client: str, said: str, trusted: tuple[str, ...], expected: str) -> None:
    networks = tuple(ip_network(each) for each in trusted)
    assert client_address(request(client, x_forwarded_for=said), networks) == expected


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nobody", "nobody"),
    ],
)
def test_what_counts_as_one_client(address: str, network: str) -> None:
    assert client_network(address) == network


@pytest.mark.parametrize(
    ("headers", "is_elsewhere"),
    [
        ({}, False),
        ({"sec_fetch_site": "same-origin", "origin": "null"}, False),
        ({"sec_fetch_site": "same-origin", "origin": "https://mail.kantoor.example"}, False),
        ({"sec_fetch_site": "same-site"}, True),
        ({"sec_fetch_site": "cross-site", "origin": "null"}, True),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "https://mail.kantoor.example.evil.example"}, True),
        ({"origin": "http://mail.kantoor.example"}, True),
        ({"origin": "http://localhost:8080"}, True),
    ],
)
def test_a_browser_says_where_a_form_came_from(
    headers: dict[str, str], *, is_elsewhere: bool
) -> None:
    public = {"public_url": "https://mail.kantoor.example/facturen"}
    settings = Settings(service=public)  # type: ignore[arg-type]
    assert is_from_elsewhere(request(**headers), settings) is is_elsewhere


@pytest.mark.parametrize(
    ("origin", "is_elsewhere"),
    [
        ("http://localhost:8080", False),
        ("http://127.0.0.1:8080", False),
        ("http://localhost:3000", True),
        ("http://evil.example:8080", True),
        ("http://[", True),
    ],
)
def test_this_machine_has_several_names(origin: str, *, is_elsewhere: bool) -> None:
    assert is_from_elsewhere(request(origin=origin), Settings()) is is_elsewhere


def test_a_form_from_elsewhere_decides_nothing(house: House) -> None:
    document = house.invoice()
    path = f"/d/{house.letter(document)}"
    with closing(Visitor(house)) as web:
        web.prove(house, "karim@bakkerij.example")
        filled = {**forms(web.get(path))["approve"], "verb": "approve"}
        for site in ("same-site", "cross-site"):
            refused = web.post(path, data=filled, headers={"sec-fetch-site": site})
            assert refused.status_code == 403
        assert house.now(document) == document
        own = web.post(path, data=filled, headers={"sec-fetch-site": "same-origin"})
        assert own.status_code == 200


def test_a_stamp_is_of_one_browser(house: House) -> None:
    """Who knows a leaked link can make forms for it, but not for the browser of its reader."""
    document = house.invoice()
    path = f"/d/{house.letter(document)}"
    with closing(Visitor(house)) as thief, closing(Visitor(house)) as reader:
        made = {**forms(thief.get(path))["approve"], "verb": "approve"}
        reader.prove(house, "karim@bakkerij.example")
        reader.get(path)
        assert reader.post(path, data=made).status_code == 403
    assert house.now(document) == document


@pytest.mark.parametrize(
    "path",
    [
        "/d/../outbox",
        "/d/%2e%2e/%2e%2e/etc/passwd",
        "/d/{token}/../../outbox",
        "/d/{token}/%2e%2e%2fmailbot.toml",
        "/d/{token}/file/../../../mailbot.db",
        "/d/{token}/file%00.pdf",
        "/outbox/..%2f..%2fmailbot.db",
        "/outbox/..%2f..%2fmailbot.db.eml",
        "/d/{token}/",
        "//d/{token}",
    ],
)
def test_paths_lead_nowhere_else(house: House, path: str) -> None:
    token = house.letter(house.invoice())
    with closing(Visitor(house)) as web:
        answer = web.get(path.format(token=token))
    assert answer.status_code in {200, 404}
    assert "location" not in answer.headers
    assert "SQLite" not in answer.text
    if answer.status_code == 200:
        assert answer.headers["content-type"].startswith("text/html")


def test_a_form_that_does_not_end_is_not_waited_for() -> None:
    sent: list[Message] = []

    async def reads_it_all(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass

    async def drips() -> Message:
        await asyncio.sleep(0.005)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def keep(message: Message) -> None:
        sent.append(message)

    limit = BodyLimit(reads_it_all, Settings(), seconds=0.05)
    scope = {"type": "http", "method": "POST", "headers": []}
    asyncio.run(limit(scope, drips, keep))
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


@pytest.mark.parametrize("said", [b"", b"GET /health HTTP/1.1\r\nHost: loc"])
def test_who_connects_and_does_not_ask_is_let_go(
    house: House, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(PatientProtocol, "patience_seconds", 0.2)
    server = WebServer(house.context, "127.0.0.1:0")
    server.start()
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
            client.sendall(said)
            assert client.recv(100) == b""
    finally:
        server.stop()


def test_what_is_no_http_is_refused_with_the_same_headers(house: House) -> None:
    server = WebServer(house.context, "127.0.0.1:0")
    server.start()
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
            client.sendall(b"\x16\x03\x01 what\r\n\r\n")
            answer = client.makefile("rb").read()
    finally:
        server.stop()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"Cache-Control: no-store" in answer
