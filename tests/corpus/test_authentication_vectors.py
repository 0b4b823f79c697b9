"""Mails of five test collections for DKIM, ARC and DMARC get the verdict of the RFCs of today."""

from pathlib import Path

import pytest

from mailbot.domain.mail import Authentication
from mailbot.mail.authentication import authenticate
from tests.kit.zone import Zone

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "mails" / "auth"
#: 2026-11-25, long after all of them were signed
NOW = 1795608000.0
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared corpora are not here"),
]
MAILS = sorted(one.relative_to(FOLDER).as_posix() for one in FOLDER.rglob("*") if one.is_file())
#: mails with a signature that holds today, and by whom
VALID = {
    "authheaders/test.message_signed": {"example.com"},
    "authheaders/testcomma.message": {"example.com"},
    "dkimpy/ed25519test2.msg": {"test.ex"},
    "dkimpy/rfc6376.signed.msg": {"football.example.com"},
    "dkimpy/rfc6376.signed.rsa.msg": {"football.example.com"},
    "dkimpy/test2.message": {"gmail.com"},
    "mailauth/test_fixtures_zproov.eml": {"gmail.com"},
    "stalwart-auth/resources_arc_001.txt": {"ietf.org"},
    "stalwart-auth/resources_arc_002.txt": {"manchego.org"},
    "stalwart-auth/resources_dkim_002.txt": {"example.com"},
    "stalwart-auth/resources_dkim_003.txt": {"ietf.org"},
    "stalwart-auth/resources_dkim_004.txt": {"facebookmail.com"},
    "stalwart-auth/resources_dkim_006.txt": {"github.com"},
}
#: mails with a chain of ARC seals that is whole, and who sealed last
SEALED = {
    "mailauth/test_fixtures_arc-pass.eml": "google.com",
    "mailauth/test_fixtures_arc-pass2.eml": "google.com",
    "mailauth/test_fixtures_authtest.eml": "google.com",
    "mailauth/test_fixtures_bimi.eml": "google.com",
    "mailauth/test_fixtures_message3.eml": "google.com",
    "mailauth/test_fixtures_zbimi.eml": "google.com",
    "stalwart-auth/resources_arc_001.txt": "google.com",
    "stalwart-auth/resources_arc_002.txt": "manchego.org",
    "stalwart-auth/resources_dmarc-feedback_103.eml": "microsoft.com",
}
#: published keys below 1024 bits, rsa-sha1 and lapsed signatures count for nothing (RFC 8301)
NOT_HONOURED = ("test-pass-01", "nice_dmarc", "spam_dmarc", "dkim_005", "dmarc-feedback_102")
DMARC = {
    "authheaders/test.message_signed": ("pass", "reject"),
    "authheaders/testcomma.message": ("pass", "reject"),
    # the record is of the organisation, which wishes something else for what lies below it
    "authheaders/test.message_sub": ("fail", "reject"),
    "authheaders/test_nop.message": ("fail", "none"),
    # p= holds, whatever stands behind it (RFC 7489 §6.3)
    "authheaders/test.bad.message": ("fail", "none"),
    "authheaders/test.message_np1": ("fail", "reject"),
    "authheaders/test.message_np2": ("fail", "quarantine"),
    # two From fields, and one without an address
    "authheaders/test.message_multi": ("permerror", ""),
    "authheaders/test.message_multi2": ("permerror", ""),
    "authheaders/test.nofrom.message": ("permerror", ""),
    "stalwart-auth/resources_dkim_002.txt": ("pass", "reject"),
}


def records() -> Zone:
    lines = Path(__file__).with_name("public_records.tsv").read_text("ascii").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    found: dict[tuple[str, str], tuple[str, ...]] = {
        (name, "TXT"): (text,) for name, text in pairs
    }
    # what authheaders says exists below example.biz
    found["sub2.example.biz", "A"] = ("192.0.2.1",)
    return Zone(found)


def judge(path: str, zone: Zone) -> Authentication:
    return authenticate(
        (FOLDER / path).read_bytes(), client_address="", client_name="", envelope_sender="",
        lookup=zone, now=NOW,
    )  # fmt: skip


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Authentication]:
    zone = records()
    return {path: judge(path, zone) for path in MAILS}


def test_signatures_that_hold(verdicts: dict[str, Authentication]) -> None:
    passed = {
        path: {one.domain for one in found.signatures if one.result == "pass"}
        for path, found in verdicts.items()
        if found.dkim == "pass"
    }
    assert passed == VALID


def test_signatures_that_rfc_8301_takes_no_more(verdicts: dict[str, Authentication]) -> None:
    chosen = [found for path, found in verdicts.items() if any(n in path for n in NOT_HONOURED)]
    assert len(chosen) == 8
    assert {found.dkim for found in chosen} == {"policy"}


def test_chains_of_forwarders(verdicts: dict[str, Authentication]) -> None:
    assert {p: f.arc_domain for p, f in verdicts.items() if f.arc == "pass"} == SEALED
    broken = [path for path, found in verdicts.items() if found.arc == "fail"]
    assert [path for path in broken if "arc-fail" not in path] == [
        # its key is not published any more
        "spamassassin/t_data_dkim_arc_ok01.eml"
    ]


@pytest.mark.parametrize(("path", "wanted"), DMARC.items())
def test_policies(verdicts: dict[str, Authentication], path: str, wanted: tuple[str, str]) -> None:
    assert (verdicts[path].dmarc, verdicts[path].dmarc_policy) == wanted
