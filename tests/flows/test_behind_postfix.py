"""Behind a real MTA: Postfix takes the mail from the world and hands it over by LMTP."""

import os
import smtplib
from pathlib import Path

import pytest

from mailbot.domain.mail import Channel
from tests.kit.postfix import postfix
from tests.kit.smtp import DOMAIN, PURCHASE, SUPPLIER, mail, running_intake

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Postfix starts only as root")


@pytest.mark.feature("CF-IN-02")
def test_postfix_hands_over_what_we_take_and_returns_what_we_refuse(tmp_path: Path) -> None:
    unknown = f"aankoop-0999999999@{DOMAIN}"
    text = "een\n.\n..\n" + "lang" * 200 + "\n"
    with running_intake(tmp_path) as intake, postfix(intake.lmtp_port) as mta:
        with smtplib.SMTP("127.0.0.1", mta.port) as client:
            client.send_message(mail(text=text), SUPPLIER, [PURCHASE, unknown, f"abuse@{DOMAIN}"])
        mta.wait_for(f"to=<{PURCHASE}>")
        mta.wait_for(f"to=<abuse@{DOMAIN}>")
        refused = mta.wait_for(f"to=<{unknown}>")
        kept = intake.only_kept()
        assert f"250 2.0.0 {kept.envelope.spool_id} kept" in refused
        assert "550 5.1.1 No dossier has this address here" in refused
    assert kept.envelope.channel is Channel.LMTP
    assert kept.envelope.envelope_sender == SUPPLIER
    assert set(kept.envelope.envelope_recipients) == {PURCHASE, f"abuse@{DOMAIN}"}
    assert b"\r\n.\r\n..\r\n" in kept.raw
