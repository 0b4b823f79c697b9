"""Authentication-Results: believed from a trusted server, from the top, and undecoded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.authentication_results import read_authentication_results, read_results
from mailbot.mail.from_domain import find_from_domain

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


def said(header: str, sender: str) -> tuple[str, str, str, str, bool]:
    raw = f"Authentication-Results: {header}\r\nFrom: {sender}\r\n\r\ntekst".encode()
    authserv_id, found = read_results(header.encode(), find_from_domain(raw))
    return authserv_id, found.spf, found.dkim, found.dmarc, found.aligned


@pytest.mark.parametrize(
    ("header", "sender", "wanted"),
    [
        ("example.org 1; none", "a@example.net", ("example.org", "none", "none", "none", False)),
        ("example.com;\r\n  spf=pass smtp.mailfrom=example.net", "a@example.net",
         ("example.com", "pass", "none", "none", True)),
        (("example.com;\r\n auth=pass (cleartext) smtp.auth=sender@example.net;\r\n"
         " spf=pass smtp.mailfrom=example.net"), "a@example.net",
         ("example.com", "pass", "none", "none", True)),
        ("example.com; iprev=pass\r\n policy.iprev=192.0.2.200", "a@example.net",
         ("example.com", "none", "none", "none", False)),
        ("example.com;\r\n dkim=pass (good signature) header.d=example.com", "a@example.com",
         ("example.com", "none", "pass", "none", True)),
        (("example.com;\r\n auth=pass (cleartext) smtp.auth=sender@example.com;\r\n"
         " spf=fail smtp.mailfrom=example.com"), "a@example.com",
         ("example.com", "fail", "none", "none", False)),
        (('example.com;\r\n dkim=pass reason="good signature"\r\n'
         '  header.i=@mail-router.example.net;\r\n dkim=fail reason="bad signature"\r\n'
         "  header.i=@newyork.example.com"), "a@newyork.example.com",
         ("example.com", "none", "pass", "none", False)),
        ("example.net;\r\n dkim=pass (good signature) header.i=@newyork.example.com",
         "a@newyork.example.com", ("example.net", "none", "pass", "none", True)),
        (("foo.example.net (foobar) 1 (baz);\r\n"
         " dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
         "  policy (A dot can go here) . (like that) expired\r\n"
         "  (this surprised me) = (as I wasn't expecting it) 1362471462"), "a@example.net",
         ("foo.example.net", "none", "fail", "none", False)),
    ],
)  # fmt: skip
def test_the_examples_of_rfc_8601(
    header: str, sender: str, wanted: tuple[str, str, str, str, bool]
) -> None:
    assert said(header, sender) == wanted


@pytest.mark.parametrize(
    ("server", "header", "wanted"),
    [
        ("Google",
         ("mx.google.com;\r\n       dkim=pass header.i=@klant.example header.s=s1"
         " header.b=U1n54F4X;\r\n       arc=pass (i=1 spf=pass spfdomain=klant.example);\r\n"
         "       spf=pass (google.com: domain of an@klant.example designates 192.0.2.1 as"
         " permitted sender) smtp.mailfrom=an@klant.example;\r\n"
         "       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=klant.example"),
         ("mx.google.com", "pass", "pass", "pass", True)),
        ("Google, forged",
         ("mx.google.com;\r\n       spf=softfail (google.com: domain of transitioning"
         " an@klant.example does not designate 192.0.2.9) smtp.mailfrom=an@klant.example;\r\n"
         "       dmarc=fail (p=NONE sp=NONE dis=NONE) header.from=klant.example"),
         ("mx.google.com", "softfail", "none", "fail", False)),
        ("Microsoft, sealed",
         ("mx.microsoft.com 1; spf=pass\r\n smtp.mailfrom=klant.example; dmarc=pass action=none"
         "\r\n header.from=klant.example; dkim=pass header.d=klant.example; arc=none"),
         ("mx.microsoft.com", "pass", "pass", "pass", True)),
        # it names no server, so nobody can be trusted for it
        ("Microsoft",
         ("spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=klant.example; dkim=pass (signature"
         " was verified)\r\n header.d=klant.example;dmarc=pass action=none\r\n"
         " header.from=klant.example;compauth=pass reason=100"),
         ("", "none", "none", "none", False)),
        ("Yahoo",
         ("atlas310.free.mail.ir2.yahoo.com;\r\n dkim=pass header.i=@klant.example"
         " header.s=s1;\r\n spf=pass smtp.mailfrom=klant.example;\r\n"
         " dmarc=pass(p=REJECT) header.from=klant.example;"),
         ("atlas310.free.mail.ir2.yahoo.com", "pass", "pass", "pass", True)),
        ("Exim",
         ("mail.kantoor.example;\r\n\tiprev=pass (mail.klant.example)"
         " smtp.remote-ip=192.0.2.1;\r\n\tspf=pass smtp.mailfrom=klant.example;\r\n"
         "\tdkim=pass header.d=klant.example header.s=s1 header.a=rsa-sha256;\r\n"
         "\tdmarc=pass header.from=klant.example;\r\n\tarc=none"),
         ("mail.kantoor.example", "pass", "pass", "pass", True)),
        ("rspamd",
         ("mail.kantoor.example;\r\n\tdkim=pass header.d=klant.example header.s=s1"
         ' header.b="jXs/ne3x";\r\n\tspf=pass (mail.kantoor.example: domain of'
         ' "an@klant.example" designates 2001:db8::1 as permitted sender)'
         ' smtp.mailfrom="an@klant.example";\r\n'
         '\tdmarc=pass (policy=quarantine) header.from=klant.example'),
         ("mail.kantoor.example", "pass", "pass", "pass", True)),
        ("OpenDMARC", "OpenDMARC; dmarc=pass (p=none dis=none) header.from=klant.example",
         ("opendmarc", "none", "none", "pass", True)),
        ("OpenDKIM",
         ("mail.kantoor.example;\r\n\tdkim=pass (2048-bit key; unprotected) header.d=klant.example"
         ' header.i=@klant.example header.a=rsa-sha256 header.s=s1 header.b=jXs/ne3x;\r\n'
         '\tdkim-atps=neutral'),
         ("mail.kantoor.example", "none", "pass", "none", True)),
        ("Proofpoint",
         ("ppops.net; spf=pass smtp.mailfrom=an@klant.example; dkim=pass header.d=klant.example"
         " header.s=s1; dmarc=pass header.from=klant.example"),
         ("ppops.net", "pass", "pass", "pass", True)),
        ("Amazon",
         ("amazonses.com;\r\n spf=pass (spfCheck: domain of klant.example designates 192.0.2.1 as"
         " permitted sender) client-ip=192.0.2.1; envelope-from=an@klant.example;"
         " helo=mail.klant.example;\r\n dkim=pass header.i=@klant.example;\r\n"
         " dmarc=pass header.from=klant.example;"),
         ("amazonses.com", "pass", "pass", "pass", True)),
        ("spf hardfail of old servers",
         "mail.kantoor.example; spf=hardfail smtp.mailfrom=an@klant.example",
         ("mail.kantoor.example", "fail", "none", "none", False)),
        ("a version that does not exist", "mx.example 2; dmarc=pass header.from=klant.example",
         ("", "none", "none", "none", False)),
        ("a method of a version that does not exist",
         "mail.kantoor.example; dmarc/2=pass header.from=klant.example",
         ("mail.kantoor.example", "none", "none", "none", False)),
    ],
)  # fmt: skip
def test_what_servers_write(
    server: str, header: str, wanted: tuple[str, str, str, str, bool]
) -> None:
    assert said(header, "An <an@klant.example>") == wanted, server


@given(st.text(max_size=200))
def test_no_header_is_too_strange(text: str) -> None:
    read(f"mx.kantoor.example; {text}")
    read(text)
