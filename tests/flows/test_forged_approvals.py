"""Approvals that somebody else wrote: none counts, and no forger ever gets a mail.

Each case takes the answer that would be accepted and changes what a forger can change: headers,
signatures, DNS of his own, the dialogue, Authentication-Results. tests/flows/test_forged_tokens.py
has what people do with answers that are genuine.
"""

import base64
import subprocess
from collections.abc import Callable, Iterator

import pytest

from mailbot.domain.document import Status
from tests.kit.browser import House, open_house
from tests.kit.dns import txt
from tests.kit.forging import (
    FORGER,
    HOME,
    HOME_ADDRESS,
    Court,
    forged_key,
    home_key,
    open_court,
    write_mail,
)
from tests.kit.keys import make_key
from tests.kit.office import APPROVER
from tests.kit.sealing import seal
from tests.kit.signing import sign

Forgery = Callable[[Court], object]
FORGERIES: list[Forgery] = []
PASSED = (
    f"dkim=pass header.d={HOME}; spf=pass smtp.mailfrom={APPROVER}; dmarc=pass header.from={HOME}"
)
RESULTS = f"Authentication-Results: mx.in.example; {PASSED}\r\n".encode()
KARIM = f"Karim Haddad <{APPROVER}>"


def forgery(attempt: Forgery) -> Forgery:
    """Let a function be one of the cases."""
    FORGERIES.append(attempt)
    return attempt


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture
def court(house: House) -> Iterator[Court]:
    with open_court(house) as opened:
        yield opened


@pytest.mark.feature("CF-APPR-12")
def test_the_genuine_answer_is_accepted(court: Court) -> None:
    assert court.deliver(court.signed()).aligned
    assert court.house.now(court.document).status is Status.TO_REVIEW


def test_the_genuine_answer_without_a_signature_is_accepted_from_its_own_server(
    court: Court,
) -> None:
    court.deliver(court.answer(), client=HOME_ADDRESS, envelope_sender=APPROVER)
    assert court.house.now(court.document).status is Status.TO_REVIEW


def test_the_genuine_answer_may_come_through_a_server_of_ours(court: Court) -> None:
    court.deliver(RESULTS + court.answer(), is_relayed=True)
    assert court.house.now(court.document).status is Status.TO_REVIEW


def test_there_are_enough_forgeries() -> None:
    assert len(FORGERIES) >= 60


@pytest.mark.parametrize("attempt", FORGERIES, ids=lambda one: one.__name__)
def test_a_forged_approval_decides_nothing(court: Court, attempt: Forgery) -> None:
    with court.nothing_happens():
        attempt(court)
    assert court.house.token(court.token).spent_at is None


# what stands in From


@forgery
def nothing_but_a_from(court: Court) -> object:
    return court.deliver(court.answer())


@forgery
def nothing_but_a_from_and_its_envelope(court: Court) -> object:
    return court.deliver(court.answer(), envelope_sender=APPROVER, helo=f"mail.{HOME}")


@forgery
def display_name_of_the_approver(court: Court) -> object:
    raw = court.answer("Karim Haddad <karim.haddad@dief.example>")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def display_name_is_the_address(court: Court) -> object:
    raw = court.answer(f'"{APPROVER}" <{FORGER}>')
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def display_name_is_a_mailbox(court: Court) -> object:
    raw = court.answer(f'"Karim <{APPROVER}>" <{FORGER}>')
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def look_alike_domain(court: Court) -> object:
    raw = court.answer("Karim Haddad <karim@bakkeri1.example>")
    return court.deliver(court.signed(raw, "bakkeri1.example"))


@forgery
def cousin_domain(court: Court) -> object:
    raw = court.answer("Karim Haddad <karim@bakkerij-facturen.example>")
    return court.deliver(court.signed(raw, "bakkerij-facturen.example"))


@forgery
def our_domain_as_a_subdomain(court: Court) -> object:
    raw = court.answer("Karim Haddad <karim@bakkerij.example.dief.example>")
    return court.deliver(court.signed(raw, "bakkerij.example.dief.example"))


@forgery
def another_ending(court: Court) -> object:
    raw = court.answer("Karim Haddad <karim@bakkerij.net.example>")
    return court.deliver(court.signed(raw, "bakkerij.net.example"))


@forgery
def cyrillic_letter_in_the_domain(court: Court) -> object:
    raw = court.answer("Karim Haddad <karim@b\u0430kkerij.example>")
    return court.deliver(court.signed(raw, "xn--bkkerij-2fg.example"))


@forgery
def the_same_in_punycode(court: Court) -> object:
    raw = court.answer("Karim Haddad <karim@xn--bkkerij-2fg.example>")
    return court.deliver(court.signed(raw, "xn--bkkerij-2fg.example"))


@forgery
def cyrillic_letter_in_the_name(court: Court) -> object:
    return court.deliver(court.signed(court.answer("Karim <k\u0430rim@bakkerij.example>")))


@forgery
def full_width_letters(court: Court) -> object:
    wide = "".join(chr(ord(one) + 0xFEE0) for one in "karim")
    return court.deliver(
        court.answer(f"Karim <{wide}@bakkerij.example>"), envelope_sender=APPROVER
    )


@forgery
def a_dot_behind_a_domain_that_is_not_ours(court: Court) -> object:
    raw = court.answer("Karim <karim@bakkerij.example.dief.example.>")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def capitals_and_a_dot_without_a_signature(court: Court) -> object:
    return court.deliver(court.answer("Karim <KARIM@BAKKERIJ.EXAMPLE.>"))


@forgery
def two_from_headers_ours_first(court: Court) -> object:
    raw = write_mail(f"From: {KARIM}", *court.headers(f"Dief <{FORGER}>"))
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def two_from_headers_ours_last(court: Court) -> object:
    raw = write_mail(*court.headers(f"Dief <{FORGER}>"), f"From: {KARIM}")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def a_second_from_above_a_signed_one(court: Court) -> object:
    return court.deliver(f"From: Dief <{FORGER}>\r\n".encode() + court.signed())


@forgery
def from_with_two_authors(court: Court) -> object:
    raw = court.answer(f"{KARIM}, Dief <{FORGER}>", Sender=FORGER)
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def from_with_two_authors_the_other_way(court: Court) -> object:
    raw = court.answer(f"Dief <{FORGER}>, {KARIM}", Sender=FORGER)
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def encoded_word_in_the_address(court: Court) -> object:
    hidden = base64.b64encode(f"{APPROVER}".encode()).decode()
    raw = court.answer(f"Karim <=?utf-8?b?{hidden}?=@dief.example>")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def encoded_word_that_ends_the_address(court: Court) -> object:
    raw = court.answer(f"=?utf-8?q?Karim_=3C{APPROVER.replace('@', '=40')}=3E?= <{FORGER}>")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def comment_that_looks_like_an_address(court: Court) -> object:
    raw = court.answer(f"karim@dief.example ({APPROVER})")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def comment_inside_the_address(court: Court) -> object:
    raw = court.answer("karim(@dief.example)@bakkerij.example")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def quoted_local_part(court: Court) -> object:
    raw = court.answer(f'"{APPROVER}"@dief.example')
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def group_around_the_address(court: Court) -> object:
    raw = court.answer(f"Inkoop: {APPROVER}, {FORGER};")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def source_route_before_the_address(court: Court) -> object:
    raw = court.answer(f"Karim <@dief.example:{APPROVER}>")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def nul_in_the_address(court: Court) -> object:
    raw = court.answer(f"Karim <{APPROVER}\0@dief.example>")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def line_break_in_the_name(court: Court) -> object:
    raw = court.answer(f"Karim\r\n\t<{APPROVER}>\r\n <{FORGER}>")
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def sender_is_the_approver(court: Court) -> object:
    raw = court.answer(f"Dief <{FORGER}>", Sender=APPROVER)
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def sender_is_the_forger(court: Court) -> object:
    raw = court.answer(Sender=FORGER)
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def reply_to_the_forger(court: Court) -> object:
    return court.deliver(court.answer(**{"Reply-To": FORGER, "Return-Path": FORGER}))


@forgery
def resent_by_the_approver(court: Court) -> object:
    raw = court.answer(
        f"Dief <{FORGER}>", **{"Resent-From": APPROVER, "X-Original-From": APPROVER}
    )
    return court.deliver(court.signed(raw, "dief.example"))


@forgery
def no_from_at_all(court: Court) -> object:
    raw = court.answer("", Sender=APPROVER)
    return court.deliver(raw, envelope_sender=APPROVER)


# signatures


@forgery
def signed_by_another_domain(court: Court) -> object:
    return court.deliver(court.signed(domain="dief.example"))


@forgery
def signed_with_another_key(court: Court) -> object:
    return court.deliver(sign(court.answer(), HOME, make_key(2048)[0]))


@forgery
def signed_by_a_public_suffix(court: Court) -> object:
    court.zone["s1._domainkey.example", "TXT"] = court.zone["s1._domainkey.dief.example", "TXT"]
    return court.deliver(court.signed(domain="example", tags=f"i={APPROVER}; "))


@forgery
def signed_for_an_identity_of_another_domain(court: Court) -> object:
    return court.deliver(court.signed(domain="dief.example", tags=f"i=@{HOME}; "))


@forgery
def signature_has_ended(court: Court) -> object:
    return court.deliver(court.signed(tags="t=1700000000; x=1700086400; "))


@forgery
def signature_of_the_future(court: Court) -> object:
    return court.deliver(court.signed(tags="t=4102444800; "))


@forgery
def key_of_768_bits(court: Court) -> object:
    return _with_short_key(court, 768)


@forgery
def key_of_512_bits(court: Court) -> object:
    return _with_short_key(court, 512)


@forgery
def key_was_revoked(court: Court) -> object:
    court.zone["oud._domainkey.bakkerij.example", "TXT"] = [txt("v=DKIM1; k=rsa; p=")]
    return court.deliver(court.signed(selector="oud"))


@forgery
def key_is_not_there(court: Court) -> object:
    return court.deliver(court.signed(selector="weg"))


@forgery
def signed_with_sha1(court: Court) -> object:
    return court.deliver(court.signed(algorithm="rsa-sha1"))


@forgery
def text_was_put_behind_the_signed_length(court: Court) -> object:
    raw = court.answer(text="Kan je dit eens bekijken")
    return court.deliver(court.signed(raw, length=10) + b"goedgekeurd\r\n")


@forgery
def nothing_of_the_text_is_signed(court: Court) -> object:
    return court.deliver(court.signed(length=0))


@forgery
def from_is_not_signed(court: Court) -> object:
    return court.deliver(court.signed(signed="to:subject:date"))


@forgery
def text_was_changed(court: Court) -> object:
    raw = court.signed(court.answer(text="verworpen, nooit besteld"))
    return court.deliver(raw.replace(b"verworpen, nooit besteld", b"goedgekeurd"))


@forgery
def subject_was_added_above_the_signed_one(court: Court) -> object:
    return court.deliver(b"Subject: Re: iets anders\r\n" + court.signed())


@forgery
def subject_was_added_to_an_oversigned_one(court: Court) -> object:
    raw = court.signed(signed="from:from:to:subject:subject:date")
    return court.deliver(b"Subject: Re: iets anders\r\n" + raw)


@forgery
def content_type_was_added_above_the_signed_one(court: Court) -> object:
    raw = court.signed(signed="from:to:subject:date:content-type")
    return court.deliver(b"Content-Type: text/html\r\n" + raw)


@forgery
def content_type_was_added_where_nobody_signed_it(court: Court) -> object:
    kind = b'Content-Type: multipart/mixed; boundary="x"\r\n'
    text = "Nee, niet doen. Dit stuurde hij me:\r\n\r\n--x\r\n\r\ngoedgekeurd\r\n--x--"
    return court.deliver(kind + court.signed(court.answer(text=text)))


@forgery
def sixty_signatures_of_which_one_is_good(court: Court) -> object:
    many = b"DKIM-Signature: v=1; a=rsa-sha256; d=dief.example; s=s1; h=from; bh=x; b=x\r\n" * 60
    return court.deliver(many + court.signed())


# SPF, DMARC and DNS


@forgery
def envelope_of_another_domain_passes(court: Court) -> object:
    return court.deliver(court.answer(), envelope_sender=FORGER)


@forgery
def only_the_greeting_passes(court: Court) -> object:
    court.zone[f"mail.{HOME}", "TXT"] = [txt("v=spf1 ip4:203.0.113.9 -all")]
    return court.deliver(court.answer(), helo=f"mail.{HOME}", envelope_sender="dief@geen.example")


@forgery
def anybody_may_send_for_a_neutral_domain(court: Court) -> object:
    court.zone[HOME, "TXT"] = [txt("v=spf1 ?all")]
    return court.deliver(court.answer(), envelope_sender=APPROVER)


@forgery
def domain_without_any_records(court: Court) -> object:
    for name in [
        key for key in court.zone if key[0].endswith(HOME) and "_domainkey" not in key[0]
    ]:
        del court.zone[name]
    return court.deliver(court.answer(), envelope_sender=APPROVER)


@forgery
def two_spf_records(court: Court) -> object:
    court.zone[HOME, "TXT"] = [txt("v=spf1 ip4:203.0.113.9 -all"), txt("v=spf1 -all")]
    return court.deliver(court.answer(), envelope_sender=APPROVER)


@forgery
def two_dmarc_records(court: Court) -> object:
    court.zone[f"_dmarc.{HOME}", "TXT"] = [txt("v=DMARC1; p=none"), txt("v=DMARC1; p=reject")]
    return court.deliver(court.signed(domain="dief.example"), envelope_sender=FORGER)


@forgery
def dns_fails(court: Court) -> object:
    court.zone.update(dict.fromkeys(court.zone, "SERVFAIL"))
    return court.deliver(court.signed())


@forgery
def dns_is_silent(court: Court) -> object:
    court.zone.update(dict.fromkeys(court.zone, "TIMEOUT"))
    court.seconds = 0.2
    return court.deliver(court.signed())


@forgery
def dns_fails_for_the_policy(court: Court) -> object:
    court.zone[f"_dmarc.{HOME}", "TXT"] = "SERVFAIL"
    return court.deliver(court.signed(domain="dief.example"))


# what other servers are said to have said


@forgery
def results_of_our_server_from_a_stranger(court: Court) -> object:
    return court.deliver(RESULTS + court.answer())


@forgery
def results_of_our_server_below_the_trace(court: Court) -> object:
    trace = (
        b"Received: from mail.dief.example by mx.in.example; Fri, 20 Nov 2026 14:00:01 +0100\r\n"
    )
    return court.deliver(trace + RESULTS + court.answer())


@forgery
def folded_results_with_a_comment(court: Court) -> object:
    folded = RESULTS.replace(b"mx.in.example;", b"(mx.dief.example)\r\n\tmx.in.example\r\n\t1;")
    return court.deliver(folded + court.answer())


@forgery
def results_of_somebody_else_through_our_server(court: Court) -> object:
    forged = RESULTS.replace(b"mx.in.example", b"mx.in.example.dief.example")
    return court.deliver(forged + court.answer(), is_relayed=True)


@forgery
def second_results_below_those_of_our_server(court: Court) -> object:
    said = f"Authentication-Results: mx.in.example; dmarc=fail header.from={HOME}\r\n".encode()
    return court.deliver(said + RESULTS + court.answer(), is_relayed=True)


@forgery
def results_for_another_domain_through_our_server(court: Court) -> object:
    said = b"Authentication-Results: mx.in.example; dmarc=pass header.from=dief.example\r\n"
    return court.deliver(said + court.answer(), is_relayed=True)


@forgery
def results_in_a_reason(court: Court) -> object:
    said = 'mx.in.example; dmarc=fail reason="dmarc=pass header.from=bakkerij.example"'
    return court.deliver(
        f"Authentication-Results: {said}\r\n".encode() + court.answer(), is_relayed=True
    )


@forgery
def sealed_by_a_forwarder_whom_nobody_trusts(court: Court) -> object:
    court.zone["arc._domainkey.dief.example", "TXT"] = court.zone[
        "s1._domainkey.dief.example", "TXT"
    ]
    return court.deliver(_sealed(court))


@forgery
def sealed_in_the_name_of_a_trusted_forwarder(court: Court) -> object:
    court.zone["arc._domainkey.lijst.example", "TXT"] = [txt(home_key()[1])]
    court.arc_sealers = ("lijst.example",)
    return court.deliver(_sealed(court, "lijst.example"))


# what no person wrote


@forgery
def automatic_answer(court: Court) -> object:
    return court.deliver(court.signed(court.answer(**{"Auto-Submitted": "auto-replied"})))


@forgery
def absence_that_approves(court: Court) -> object:
    raw = court.answer(Subject="Automatisch antwoord: Goedkeuren?")
    return court.deliver(court.signed(raw))


@forgery
def from_nobody(court: Court) -> object:
    return court.deliver(court.signed(), envelope_sender="")


@forgery
def list_mail(court: Court) -> object:
    raw = court.answer(**{"List-Id": "<bakkers.lijst.example>", "Precedence": "list"})
    return court.deliver(court.signed(raw))


@forgery
def bounce_that_approves(court: Court) -> object:
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    body = "--b\r\nContent-Type: text/plain\r\n\r\ngoedgekeurd\r\n--b\r\n"
    body += "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n"
    body += (
        f"Final-Recipient: rfc822; {FORGER}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    head = "\r\n".join([*court.headers(), "MIME-Version: 1.0", f"Content-Type: {kind}", "", body])
    return court.deliver(court.signed(head.encode()))


def _with_short_key(court: Court, bits: int) -> object:
    """Let the approver's domain have a key that can be broken, and the forger have broken it."""
    private = openssl("genrsa", str(bits))
    public = openssl("rsa", "-pubout", "-outform", "DER", typed=private)
    record = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
    court.zone["kort._domainkey.bakkerij.example", "TXT"] = [txt(record)]
    path = court.house.context.settings.service.data / "kort.pem"
    path.write_bytes(private)

    def write(content: bytes) -> bytes:
        return openssl("dgst", "-sha256", "-sign", str(path), typed=content)

    return court.deliver(sign(court.answer(), HOME, write, selector="kort"))


def openssl(*command: str, typed: bytes = b"") -> bytes:
    line = ("openssl", *command)
    return subprocess.run(line, input=typed, check=True, capture_output=True).stdout  # noqa: S603


def _sealed(court: Court, domain: str = "dief.example") -> bytes:
    """Return an unsigned answer that a forwarder says it saw proved."""
    return seal(court.answer(), domain, forged_key()[0], results=f"dmarc=pass header.from={HOME}")
