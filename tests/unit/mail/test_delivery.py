"""What the headers of a fetched mail say of its envelope."""

import pytest

from mailbot.mail.delivery import find_envelope_recipients, find_envelope_sender


@pytest.mark.parametrize(
    ("headers", "recipients"),
    [
        (["Delivered-To: A@b.example"], ("a@b.example",)),
        (["X-Original-To: a@b.example", "Delivered-To: c@d.example"],
         ("a@b.example", "c@d.example")),
        (["Envelope-To: a@b.example, c@d.example", "Delivered-To: a@b.example"],
         ("a@b.example", "c@d.example")),
        (["To: a@b.example", "Cc: c@d.example"], ()),
        (["Delivered-To:"], ()),
        ([], ()),
    ],
)  # fmt: skip
def test_recipients(headers: list[str], recipients: tuple[str, ...]) -> None:
    raw = "\r\n".join([*headers, "Subject: x", "", "Delivered-To: x@y.example"]).encode()
    assert find_envelope_recipients(raw) == recipients


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        (["Return-Path: <A@b.example>", "From: c@d.example"], "a@b.example"),
        (["Return-Path: <>", "From: c@d.example"], ""),
        (["Return-Path: <new@b.example>", "Return-Path: <old@b.example>"], "new@b.example"),
        (["From: C <c@d.example>"], "c@d.example"),
        ([], ""),
    ],
)
def test_sender(headers: list[str], sender: str) -> None:
    assert find_envelope_sender("\r\n".join([*headers, "", ""]).encode()) == sender
