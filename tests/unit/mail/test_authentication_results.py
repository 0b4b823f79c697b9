"""Authentication-Results: believed from a trusted server, from the top, and undecoded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.authentication_results import read_authentication_results

TRUSTED = ("MX.kantoor.example",)


def read(*results: str, sender: str = "An <an@klant.example>"):
    headers = [f"Authentication-Results: {one}" for one in results]
    raw = "\r\n".join([*headers, f"From: {sender}", "", "tekst"]).encode()
    return read_authentication_results(raw, TRUSTED)


@pytest.mark.parametrize(
    ("header", "facts"),
    [
        ("dmarc=pass header.from=klant.example", ("none", "none", "pass", True)),
        (("dmarc=pass (p=reject dis=none) header.from=klant.example;\r\n"
         "\tspf=pass smtp.mailfrom=an@klant.example; dkim=pass header.d=klant.example"),
         ("pass", "pass", "pass", True)),
        ("dkim=pass header.i=@klant.example header.s=s1", ("none", "pass", "none", True)),
        ("dkim=pass header.d=mail.klant.example", ("none", "pass", "none", True)),
        ('spf=pass smtp.mailfrom="an@klant.example"', ("pass", "none", "none", True)),
        (("SPF=Pass (sender IP is 192.0.2.1) smtp.mailfrom=klant.example; dkim=none;"
         " dmarc=bestguesspass action=none header.from=klant.example;compauth=pass reason=109"),
         ("pass", "none", "bestguesspass", True)),
        ("dkim=fail header.d=klant.example; dkim=pass header.d=klant.example",
         ("none", "pass", "none", True)),
        ("dkim=pass header.d=klant.example; dmarc=fail header.from=klant.example",
         ("none", "pass", "fail", False)),
        ("dmarc=pass header.from=boef.example", ("none", "none", "pass", False)),
        ("dmarc=pass", ("none", "none", "pass", False)),
        ("dmarc=fail header.from=klant.example; dmarc=pass header.from=klant.example",
         ("none", "none", "permerror", False)),
        ("dkim=pass header.d=boef.example", ("none", "pass", "none", False)),
        ("spf=pass smtp.mailfrom=x@boef.example", ("pass", "none", "none", False)),
        ("spf=pass smtp.helo=klant.example", ("pass", "none", "none", False)),
        ("dkim=pass (header.d=klant.example) header.d=boef.example",
         ("none", "pass", "none", False)),
        ('spf=fail smtp.mailfrom="x; dmarc=pass header.from=klant.example"@boef.example',
         ("fail", "none", "none", False)),
        ("spf=fail (; dmarc=pass header.from=klant.example (x) ) smtp.mailfrom=boef.example",
         ("fail", "none", "none", False)),
        ('spf=fail (\\) ; dmarc=pass header.from=klant.example) smtp.helo=x',
         ("fail", "none", "none", False)),
        ("none", ("none", "none", "none", False)),
        ("", ("none", "none", "none", False)),
    ],
)  # fmt: skip
def test_what_a_trusted_server_says(header: str, facts: tuple[str, str, str, bool]) -> None:
    found = read(f"mx.kantoor.example; {header}")
    assert found is not None
    assert (found.spf, found.dkim, found.dmarc, found.aligned) == facts
    assert found.source == "mx.kantoor.example"
    assert found.from_domain == "klant.example"


ALL_WELL = "dmarc=pass header.from=klant.example"


@pytest.mark.parametrize(
    ("headers", "aligned"),
    [
        ([f"mx.kantoor.example 1; {ALL_WELL}"], True),
        ([f'"mx.kantoor.example"; {ALL_WELL}'], True),
        ([f"(x) mx.kantoor.example (y); {ALL_WELL}"], True),
        ([f"elders.example; {ALL_WELL}", f"mx.kantoor.example; {ALL_WELL}"], True),
        (["mx.kantoor.example; dmarc=fail", f"mx.kantoor.example; {ALL_WELL}"], False),
        (["mx.kantoor.example; none", f"mx.kantoor.example; {ALL_WELL}"], False),
    ],
)
def test_only_the_topmost_of_a_trusted_server_counts(headers: list[str], aligned: bool) -> None:
    found = read(*headers)
    assert found is not None
    assert found.aligned is aligned


@pytest.mark.parametrize(
    "header",
    [
        f"elders.example; {ALL_WELL}",
        f"mx.kantoor.example.boef.example; {ALL_WELL}",
        f"boef.example (mx.kantoor.example); {ALL_WELL}",
        f"; {ALL_WELL}",
        "",
    ],
)
def test_a_server_that_is_not_trusted_has_said_nothing(header: str) -> None:
    assert read(header) is None


def test_an_encoded_word_does_not_become_a_result() -> None:
    """The sender chooses the envelope sender that the trusted server copies into its header."""
    forged = "=?utf-8?q?=22=3B_dmarc=3Dpass_header=2Efrom=3Dklant=2Eexample?="
    found = read(f'mx.kantoor.example; spf=fail smtp.mailfrom="{forged}"@boef.example')
    assert found is not None
    assert (found.dmarc, found.aligned) == ("none", False)


@pytest.mark.parametrize(
    "sender",
    ["an@klant.example, x@boef.example", "An", "x@boef.example\r\nFrom: an@klant.example"],
)
def test_two_authors_are_never_aligned(sender: str) -> None:
    found = read(f"mx.kantoor.example; {ALL_WELL}", sender=sender)
    assert found is not None
    assert not found.aligned


def test_no_header_at_all() -> None:
    assert read() is None


@given(st.text(max_size=200))
def test_no_header_is_too_strange(text: str) -> None:
    read(f"mx.kantoor.example; {text}")
    read(text)
