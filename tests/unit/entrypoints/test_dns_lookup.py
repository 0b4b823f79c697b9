"""DNS as sender authentication asks it, against a real server on the loopback."""

from collections.abc import Iterator

import pytest

from mailbot.entrypoints.dns_lookup import DnsResolver, _read_server
from mailbot.mail.lookup import LookupFailed
from tests.kit.dns import dns_server, txt

LONG = "v=DKIM1; p=" + "x" * 600
ZONE: dict[tuple[str, str], list[str] | str] = {
    ("kantoor.example", "TXT"): [txt("v=spf1 -all"), txt(LONG)],
    ("kantoor.example", "A"): ["192.0.2.1", "192.0.2.2"],
    ("kantoor.example", "AAAA"): ["2001:db8::1"],
    ("kantoor.example", "MX"): ["10 mx.kantoor.example."],
    ("1.2.0.192.in-addr.arpa", "PTR"): ["mx.kantoor.example."],
    ("ziek.example", "TXT"): "SERVFAIL",
    ("stil.example", "TXT"): "TIMEOUT",
    ("onzin.example", "TXT"): "GARBAGE",
    ("lus.example", "CNAME"): ["lus2.example."],
    ("lus2.example", "CNAME"): ["lus.example."],
    ("groot.example", "TXT"): [txt("x" * 30_000)],
    ("veel.example", "A"): [f"192.0.2.{last}" for last in range(256)],
}


@pytest.fixture
def resolver() -> Iterator[DnsResolver]:
    with dns_server(ZONE) as address:
        yield DnsResolver(address)


def test_records(resolver: DnsResolver) -> None:
    lookup = resolver.within(5)
    assert sorted(lookup.txt("kantoor.example")) == [LONG.encode(), b"v=spf1 -all"]
    assert sorted(lookup.addresses("kantoor.example", ipv6=False)) == ["192.0.2.1", "192.0.2.2"]
    assert lookup.addresses("kantoor.example", ipv6=True) == ("2001:db8::1",)
    assert lookup.mail_exchangers("kantoor.example") == ((10, "mx.kantoor.example"),)
    assert lookup.host_names("1.2.0.192.in-addr.arpa") == ("mx.kantoor.example",)


@pytest.mark.parametrize(
    "name", ["niets.example", "1.2.0.192.in-addr.arpa", "x" * 64 + ".example", "a..b", "\udcff.x"]
)
def test_what_is_not_there_is_no_failure(resolver: DnsResolver, name: str) -> None:
    assert resolver.within(5).txt(name) == ()


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("ziek.example", 5),
        ("stil.example", 0.2),
        ("onzin.example", 0.3),
        ("lus.example", 5),
    ],
)
def test_no_answer_is_a_failure(resolver: DnsResolver, name: str, seconds: float) -> None:
    with pytest.raises(LookupFailed, match="no answer for"):
        resolver.within(seconds).txt(name)


def test_a_mail_has_only_so_much_time() -> None:
    now = [0.0]
    with dns_server(ZONE) as address:
        lookup = DnsResolver(address, clock=lambda: now[0]).within(5)
        assert lookup.addresses("kantoor.example", ipv6=True)
        now[0] = 5.0
        with pytest.raises(LookupFailed, match="no time left"):
            lookup.addresses("kantoor.example", ipv6=False)


def test_an_answer_without_measure_is_given_and_not_kept() -> None:
    zone = dict(ZONE)
    with dns_server(zone) as address:
        resolver = DnsResolver(address)
        assert len(resolver.within(5).txt("groot.example")[0]) == 30_000
        assert len(resolver.within(5).addresses("veel.example", ipv6=False)) == 100
        assert resolver.within(5).addresses("kantoor.example", ipv6=True)
        zone.clear()
        assert resolver.within(5).txt("groot.example") == ()
        assert resolver.within(5).addresses("kantoor.example", ipv6=True)


def test_names_that_nobody_can_register_are_not_asked_of_the_system() -> None:
    lookup = DnsResolver().within(5)
    assert lookup.txt("kantoor.example") == lookup.txt("_dmarc.kantoor.example.") == ()


@pytest.mark.parametrize(
    ("server", "found"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("::1", ("::1", 53)),
        ("[::1]", ("::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
    ],
)
def test_a_server_as_operators_write_it(server: str, found: tuple[str, int]) -> None:
    assert _read_server(server) == found


@pytest.mark.parametrize("server", ["dns.example", "192.0.2.1:x", "[::1"])
def test_a_server_that_is_no_address(server: str) -> None:
    with pytest.raises(ValueError):
        DnsResolver(server)
