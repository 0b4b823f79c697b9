"""Who really sent a mail: signed, forged, changed on the way, or on a bad day of DNS."""

import base64
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP

import dkim
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.mail import Authentication
from mailbot.mail.authentication import authenticate
from mailbot.mail.dkim_check import Signature, best_result, check_signatures
from mailbot.mail.dmarc import Policy, find_policy, is_aligned, organisation
from mailbot.mail.from_domain import find_from_domain
from mailbot.mail.lookup import LookupFailed
from mailbot.mail.spf import check_spf
from tests.kit.keys import make_key

CLIENT = "192.0.2.10"
SENDER = "an@kantoor.example"


@dataclass
class Zone:
    """A `DnsLookup` that answers from a table; a name in `failing` gives no answer."""

    records: Mapping[tuple[str, str], tuple[object, ...]] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()

    def _get(self, name: str, kind: str) -> tuple:
        if name in self.failing:
            raise LookupFailed(name)
        return self.records.get((name, kind), ())

    def txt(self, name: str) -> tuple[bytes, ...]:
        return tuple(one.encode() for one in self._get(name, "TXT"))

    def addresses(self, name: str, *, ipv6: bool) -> tuple[str, ...]:
        return self._get(name, "AAAA" if ipv6 else "A")

    def mail_exchangers(self, name: str) -> tuple[tuple[int, str], ...]:
        return self._get(name, "MX")

    def host_names(self, reverse_name: str) -> tuple[str, ...]:
        return self._get(reverse_name, "PTR")


PRIVATE, RECORD = make_key(2048)
KEYS = {("s1._domainkey.kantoor.example", "TXT"): (RECORD,)}
SPF = {("kantoor.example", "TXT"): ("v=spf1 ip4:192.0.2.0/24 -all",)}
REJECT = {("_dmarc.kantoor.example", "TXT"): ("v=DMARC1; p=reject",)}


def mail(sender: str = SENDER, text: str = "goedkeuren\n") -> bytes:
    message = EmailMessage()
    message["From"] = f"An <{sender}>"
    message["To"] = "r.token@in.example"
    message["Subject"] = "Re: Goedkeuren?"
    message.set_content(text)
    return message.as_bytes(policy=SMTP)


def sign(raw: bytes, domain: str = "kantoor.example", key: bytes = PRIVATE, **options) -> bytes:
    options = {
        "include_headers": [b"from", b"to", b"subject"],
        "canonicalize": (b"relaxed", b"relaxed"),
    } | options
    return dkim.sign(raw, b"s1", domain.encode(), key, **options) + raw


def judge(raw: bytes, zone: Zone, client: str = CLIENT, sender: str = SENDER) -> Authentication:
    return authenticate(
        raw, client_address=client, client_name="mx.kantoor.example",
        envelope_sender=sender, lookup=zone,
    )  # fmt: skip


def test_signed_and_sent_from_the_right_place() -> None:
    assert judge(sign(mail()), Zone(KEYS | SPF | REJECT)) == Authentication(
        spf="pass", dkim="pass", dmarc="pass", from_domain="kantoor.example", aligned=True
    )


@pytest.mark.parametrize("canonical", [b"simple", b"relaxed"])
def test_both_canonical_forms(canonical: bytes) -> None:
    raw = sign(mail(text="a  b \t \n\n c\n\n\n"), canonicalize=(canonical, canonical))
    assert judge(raw, Zone(KEYS)).dkim == "pass"


def test_a_mail_with_bare_line_feeds_is_judged_as_its_signer_saw_it() -> None:
    assert judge(sign(mail()).replace(b"\r\n", b"\n"), Zone(KEYS)).dkim == "pass"


@pytest.mark.parametrize(
    ("zone", "dmarc", "aligned"),
    [
        (KEYS, "none", True),
        (SPF, "none", True),
        ({}, "none", False),
        (KEYS | REJECT, "pass", True),
        (SPF | REJECT, "pass", True),
        (REJECT, "fail", False),
        ({("_dmarc.kantoor.example", "TXT"): ("v=DMARC1; p=none",)}, "fail", False),
        (KEYS | {("_dmarc.kantoor.example", "TXT"): ("v=DMARC1; p=none", "v=DMARC1; p=none")},
         "none", True),
    ],
)  # fmt: skip
def test_dmarc(zone: dict, dmarc: str, aligned: bool) -> None:
    found = judge(sign(mail()), Zone(zone))
    assert (found.dmarc, found.aligned) == (dmarc, aligned)


def test_a_forged_sender_is_not_aligned_however_well_the_forger_signs() -> None:
    zone = Zone(
        {
            ("s1._domainkey.boef.example", "TXT"): (RECORD,),
            ("boef.example", "TXT"): ("v=spf1 +all",),
        }
    )
    found = judge(sign(mail(), domain="boef.example"), zone, sender="x@boef.example")
    assert (found.spf, found.dkim, found.aligned) == ("pass", "pass", False)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (sign(mail()).replace(b"goedkeuren", b"verwerpen!"), "the text was changed"),
        (sign(mail()).replace(b"Re: Goed", b"Re: Slecht"), "a signed header was changed"),
        (sign(mail(), key=make_key(2048)[0]), "another key"),
    ],
)
def test_a_changed_mail_fails(raw: bytes, why: str) -> None:
    found = judge(raw, Zone(KEYS | REJECT))
    assert (found.dkim, found.dmarc, found.aligned) == ("fail", "fail", False), why


@pytest.mark.parametrize(
    ("raw", "zone", "result"),
    [
        (sign(mail(), signature_algorithm=b"rsa-sha1"), KEYS, "policy"),
        (sign(mail(), length=True), KEYS, "policy"),
        (sign(mail()).replace(b"a=rsa-sha256", b"a=rsa-md5"), KEYS, "policy"),
        (sign(mail()).replace(b"h=from :", b"h="), KEYS, "permerror"),
        (sign(mail()).replace(b" d=kantoor.example;", b""), KEYS, "fail"),
        (sign(mail()).replace(b"; s=s1;", b"; s=s1; s=s2;"), KEYS, "permerror"),
        (sign(mail()), {}, "permerror"),
        (sign(mail()), {("s1._domainkey.kantoor.example", "TXT"): ("v=DKIM1; p=",)}, "fail"),
        (sign(mail()), {("s1._domainkey.kantoor.example", "TXT"): ("v=DKIM1; p=xx",)}, "fail"),
        (sign(mail()).replace(b"DKIM-Signature: v=1;", b"DKIM-Signature: v=1;" + b" " * 5000),
         KEYS, "policy"),
        (b"".join(sign(mail()).partition(b"From")[:1]) * 9 + mail(), KEYS, "policy"),
        (mail(), KEYS, "none"),
        (b"", KEYS, "none"),
        (b"\r\n\r\n", KEYS, "none"),
        (b" x\r\n\r\n", KEYS, "none"),
    ],
)  # fmt: skip
def test_signatures_that_are_not_good_enough(raw: bytes, zone: dict, result: str) -> None:
    found = check_signatures(raw, Zone(zone))
    assert best_result(found) == result
    assert not judge(raw, Zone(zone)).aligned


def openssl(*arguments: str, typed: bytes = b"") -> bytes:
    command = ("openssl", *arguments)
    return subprocess.run(command, input=typed, check=True, capture_output=True).stdout  # noqa: S603


def test_a_key_below_1024_bits_is_not_good_enough() -> None:
    name = next(iter(KEYS))
    private, record = make_key(1024)
    assert judge(sign(mail(), key=private), Zone({name: (record,)})).dkim == "pass"
    short = openssl("genrsa", "-traditional", "768")
    public = base64.b64encode(openssl("rsa", "-pubout", "-outform", "DER", typed=short))
    found = judge(sign(mail(), key=short), Zone({name: (f"v=DKIM1; p={public.decode()}",)}))
    assert (found.dkim, found.aligned) == ("policy", False)


def test_the_aligned_one_of_several_signatures_counts() -> None:
    other = {("s1._domainkey.provider.example", "TXT"): (RECORD,)}
    raw = sign(sign(mail()), domain="provider.example")
    found = judge(raw, Zone(KEYS | other | REJECT))
    assert (found.dkim, found.aligned) == ("pass", True)
    assert not judge(raw, Zone(other | REJECT)).aligned


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"From: ", b"From: boef@boef.example\r\nFrom: "),
        (b"To: ", b"From : boef@boef.example\r\nTo: "),
        (b"To: ", b"from: an@kantoor.example\r\nTo: "),
        (b"From: An <an@kantoor.example>", b"From: an@kantoor.example, boef@boef.example"),
        (b"From: An <an@kantoor.example>", b"From: An"),
        (b"From: An <an@kantoor.example>", b"From: <an@kantoor.example@boef.example>"),
        (b"From: An <an@kantoor.example>", b"X: y\rFrom: an@kantoor.example\r\nFrom: b@c.example"),
    ],
)
def test_a_from_that_can_be_read_in_two_ways_proves_nothing(before: bytes, after: bytes) -> None:
    raw = mail().replace(before, after, 1)
    found = judge(raw if b"From :" in raw else sign(raw), Zone(KEYS | SPF))
    assert (found.aligned, found.from_domain, found.dmarc) == (False, "", "permerror")


@pytest.mark.parametrize(
    ("header", "domain"),
    [
        ("An <an@KANTOOR.example.>", "kantoor.example"),
        ("an@bücher.example", "xn--bcher-kva.example"),
        ('"baas@kantoor.example" <x@boef.example>', "boef.example"),
        ("=?utf-8?q?baas=40kantoor=2Eexample=2C?= <x@boef.example>", "boef.example"),
        ("an@localhost", ""),
        ("an@[192.0.2.1]", ""),
        ("", ""),
    ],
)
def test_the_domain_of_from(header: str, domain: str) -> None:
    assert find_from_domain(f"From: {header}\r\n\r\n".encode()) == domain


@pytest.mark.parametrize(
    ("failing", "spf", "dkim_result", "dmarc"),
    [
        ("kantoor.example", "temperror", "pass", "pass"),
        ("s1._domainkey.kantoor.example", "pass", "temperror", "pass"),
        ("_dmarc.kantoor.example", "pass", "pass", "temperror"),
    ],
)
def test_a_dns_that_does_not_answer(failing: str, spf: str, dkim_result: str, dmarc: str) -> None:
    found = judge(sign(mail()), Zone(KEYS | SPF | REJECT, frozenset({failing})))
    assert (found.spf, found.dkim, found.dmarc) == (spf, dkim_result, dmarc)
    assert found.aligned == (dmarc == "pass")


def test_doubt_is_not_failure() -> None:
    down = frozenset({"kantoor.example", "s1._domainkey.kantoor.example"})
    found = judge(sign(mail()), Zone(KEYS | SPF | REJECT, down))
    assert (found.dmarc, found.aligned) == ("temperror", False)


def spf_of(record: str, client: str = CLIENT, sender: str = SENDER, **more: tuple) -> str:
    extra = {
        ("mx.kantoor.example", "A"): ("192.0.2.10",),
        ("kantoor.example", "A"): ("198.51.100.1",),
        ("kantoor.example", "MX"): ((10, "mx.kantoor.example"),),
        ("kantoor.example", "AAAA"): ("2001:db8::1",),
        ("10.2.0.192.in-addr.arpa", "PTR"): ("mx.kantoor.example",),
        ("andere.example", "TXT"): ("v=spf1 ip4:192.0.2.10 -all",),
        ("lus.example", "TXT"): ("v=spf1 include:lus.example -all",),
    }
    return check_spf(
        client_address=client, client_name="mx.kantoor.example", envelope_sender=sender,
        lookup=Zone({("kantoor.example", "TXT"): (record,)} | extra),
    ).result  # fmt: skip


@pytest.mark.parametrize(
    ("record", "client", "result"),
    [
        ("v=spf1 ip4:192.0.2.10 -all", CLIENT, "pass"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "203.0.113.1", "fail"),
        ("v=spf1 ~all", CLIENT, "softfail"),
        ("v=spf1 ?all", CLIENT, "neutral"),
        ("v=spf1 mx -all", CLIENT, "pass"),
        ("v=spf1 a -all", CLIENT, "fail"),
        ("v=spf1 a -all", "2001:db8::1", "pass"),
        ("v=spf1 a -all", "::ffff:198.51.100.1", "pass"),
        ("v=spf1 ptr -all", CLIENT, "pass"),
        ("v=spf1 include:andere.example -all", CLIENT, "pass"),
        ("v=spf1 redirect=andere.example", CLIENT, "pass"),
        ("v=spf1 include:lus.example -all", CLIENT, "permerror"),
        ("v=spf1 include:niets.example -all", CLIENT, "permerror"),
        ("v=spf1 a:een.example a:twee.example a:drie.example -all", CLIENT, "permerror"),
        ("v=spf1 ip4:onzin -all", CLIENT, "permerror"),
        ("v=spf1 exists:%{i}.%{l}.%{d} -all", CLIENT, "fail"),
        ("v=spf1 a:%{", CLIENT, "permerror"),
        ("v=spf1 a:" + "x" * 300 + ".example -all", CLIENT, "fail"),
        ("geen spf", CLIENT, "none"),
        ("v=spf1 -all", "127.0.0.1", "fail"),
        ("v=spf1 -all", "::1", "fail"),
        ("v=spf1 -all", "", "none"),
        ("v=spf1 -all", "unix:socket", "none"),
    ],
)
def test_spf(record: str, client: str, result: str) -> None:
    assert spf_of(record, client) == result


def test_the_null_sender_is_judged_by_the_name_of_its_server() -> None:
    found = check_spf(
        client_address=CLIENT, client_name="mx.kantoor.example", envelope_sender="",
        lookup=Zone({("mx.kantoor.example", "TXT"): ("v=spf1 ip4:192.0.2.10 -all",)}),
    )  # fmt: skip
    assert (found.result, found.domain) == ("pass", "mx.kantoor.example")


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=120))
def test_spf_never_raises(sender: str, name: str, record: str) -> None:
    zone = Zone({("kantoor.example", "TXT"): (f"v=spf1 {record}",)})
    for envelope_sender in (f"{sender}@kantoor.example", sender):
        check_spf(
            client_address=CLIENT, client_name=name, envelope_sender=envelope_sender, lookup=zone
        )


@given(st.binary(max_size=300), st.integers(0, 800))
def test_authentication_never_raises(noise: bytes, at: int) -> None:
    raw = sign_once()
    judge(raw[:at] + noise + raw[at:], Zone(KEYS | SPF | REJECT))
    judge(noise, Zone())


_signed: list[bytes] = []


def sign_once() -> bytes:
    if not _signed:
        _signed.append(sign(mail()))
    return _signed[0]


@pytest.mark.parametrize(
    ("domain", "from_domain", "relaxed", "strict"),
    [
        ("kantoor.example", "kantoor.example", True, True),
        ("mail.kantoor.example", "kantoor.example", True, False),
        ("kantoor.example", "mail.kantoor.example", True, False),
        ("boef.example", "kantoor.example", False, False),
        ("a.co.uk", "b.co.uk", False, False),
        ("co.uk", "b.co.uk", False, False),
        ("", "kantoor.example", False, False),
        ("", "", False, False),
    ],
)
def test_alignment(domain: str, from_domain: str, relaxed: bool, strict: bool) -> None:
    assert is_aligned(domain, from_domain, strict=False) is relaxed
    assert is_aligned(domain, from_domain, strict=True) is strict


@pytest.mark.parametrize(
    ("records", "policy"),
    [
        ({}, Policy()),
        ({"_dmarc.a.kantoor.example": "v=DMARC1; p=reject; adkim=s; aspf=s"},
         Policy(wish="reject", strict_dkim=True, strict_spf=True)),
        ({"_dmarc.kantoor.example": "v=DMARC1; p=reject; sp=quarantine"},
         Policy(wish="quarantine")),
        ({"_dmarc.kantoor.example": "v=DMARC1;p = REJECT ;; pct"}, Policy(wish="reject")),
        ({"_dmarc.kantoor.example": "v=DMARC1; p=onzin"}, Policy(wish="none")),
        ({"_dmarc.kantoor.example": "google-site-verification=x"}, Policy()),
        ({"_dmarc.example": "v=DMARC1; p=reject"}, Policy()),
    ],
)  # fmt: skip
def test_policies(records: dict[str, str], policy: Policy) -> None:
    zone = Zone({(name, "TXT"): (text,) for name, text in records.items()})
    assert find_policy("a.kantoor.example", zone) == policy


def test_strict_alignment_is_obeyed() -> None:
    strict = {("_dmarc.mail.kantoor.example", "TXT"): ("v=DMARC1; p=reject; adkim=s",)}
    raw = sign(mail("an@mail.kantoor.example"))
    assert judge(raw, Zone(KEYS)).aligned
    assert not judge(raw, Zone(KEYS | strict)).aligned


def test_organisation_of_a_public_suffix_is_none() -> None:
    assert organisation("co.uk") == organisation("") == ""


@pytest.mark.parametrize(
    ("raw", "result"),
    [
        (mail() + b" " * 3_000_000 + b"x", "fail"),
        (mail() + b" x" * 1_000_000, "fail"),
        (mail().replace(b"Subject: ", b"Subject: " + b"\r\n a" * 30_000), "fail"),
        (mail().replace(b"Subject: ", b"X:\r\n" * 1_000_000 + b"Subject: "), "none"),
        (mail() + b"\r\n" * 1_000_000, "pass"),
    ],
)
def test_hostile_mails_are_judged_in_no_time(raw: bytes, result: str) -> None:
    """Some of them keep dkimpy alone busy for minutes or more."""
    signed = sign_once().partition(b"From")[0] + raw
    assert judge(signed, Zone(KEYS)).dkim == result


def test_signature_values() -> None:
    assert check_signatures(sign_once(), Zone(KEYS)) == (
        Signature(result="pass", domain="kantoor.example"),
    )
