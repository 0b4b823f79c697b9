"""Domains that are meant to be taken for another one are told; those of others are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.rules.look_alikes import find_look_alike

KNOWN = ("drukkerij-peeters.be", "telenet.be", "molenwiek.be", "goudenaar.example", "kpn.nl")


@pytest.mark.parametrize(
    ("domain", "alike"),
    [
        # drawn alike
        ("m\u00f3lenwiek.be", "molenwiek.be"),
        ("m\u043elenwiek.be", "molenwiek.be"),
        ("rnolenwiek.be", "molenwiek.be"),
        ("molenvviek.be", "molenwiek.be"),
        ("mo1enwiek.be", "molenwiek.be"),
        ("molenwlek.be", "molenwiek.be"),
        ("m0lenwiek.nl", "molenwiek.be"),
        ("drukkerijpeeters.be", "drukkerij-peeters.be"),
        ("g0udenaar.example", "goudenaar.example"),
        ("te1enet.be", "telenet.be"),
        # a slip of one letter
        ("molenwiekk.be", "molenwiek.be"),
        ("molewiek.be", "molenwiek.be"),
        ("molenwiep.be", "molenwiek.be"),
        ("omlenwiek.be", "molenwiek.be"),
        ("drukkerij-peters.be", "drukkerij-peeters.be"),
        ("telnet.be", "telenet.be"),
        # another suffix
        ("molenwiek.com", "molenwiek.be"),
        ("molenwiek.be.com", "molenwiek.be"),
        ("post.drukkerij-peeters.eu", "drukkerij-peeters.be"),
        # a word beside the name, or the name in front of another domain
        ("molenwiek-facturen.be", "molenwiek.be"),
        ("facturenmolenwiek.be", "molenwiek.be"),
        ("molenwiek-be.com", "molenwiek.be"),
        ("kpn.nl.boef.example", "kpn.nl"),
        ("kpn.nl-boef.example", "kpn.nl"),
    ],
)
def test_look_alikes(domain: str, alike: str) -> None:
    assert find_look_alike(domain.encode("idna").decode(), KNOWN) == alike


@pytest.mark.parametrize(
    "domain",
    [
        "molenwiek.be",
        "post.molenwiek.be",
        "telenet.nl",
        "telenet-facturen.be",
        "kpn.com",
        "kpm.nl",
        "molenaars.be",
        "drukkerij-janssens.be",
        "molenwiek-drukwerk.be",
        "be",
        "",
        "192.0.2.1",
        "molenweg.nl",
    ],
)
def test_domains_of_others(domain: str) -> None:
    assert find_look_alike(domain, KNOWN) == ""


def test_two_known_domains_that_are_alike_are_both_known() -> None:
    assert find_look_alike("janssens.be", ("janssen.be", "janssens.be")) == ""


@settings(max_examples=50)
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_is_too_strange(domain: str, known: str) -> None:
    find_look_alike(domain, (known, *KNOWN))
