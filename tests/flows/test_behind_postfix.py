"""Behind a real MTA: Postfix takes the mail from the world and hands it over by LMTP."""

import os
import smtplib
from pathlib import Path

import pytest

from mailbot.domain.mail import Channel
from tests.kit.postfix import postfix
from tests.kit.smtp import DOMAIN, PURCHASE, SUPPLIER, mail, running_intake

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Postfix starts only as root")


#: the settings that are handed out, with what is different here
_FILE = Path(__file__).parents[2] / "docker" / "postfix" / "main.cf"
_HANDED_OUT = _FILE.read_text().replace("maillog_file = /dev/stdout\n", "")
_HERE = """
myhostname = mta.example
relay_domains = {domain}
relay_transport = lmtp:inet:127.0.0.1:{port}
inet_protocols = ipv4
"""


def test_the_postfix_of_docker_refuses_at_the_door_whom_we_do_not_know(tmp_path: Path) -> None:
    unknown = f"aankoop-0999999999@{DOMAIN}"
    with running_intake(tmp_path) as intake:
        here = _HERE.format(domain=DOMAIN, port=intake.lmtp_port)
        with postfix(intake.lmtp_port, options=_HANDED_OUT + here) as mta:
            with smtplib.SMTP("127.0.0.1", mta.port, timeout=30) as client:
                client.ehlo("client.example")
                client.mail(SUPPLIER)
                assert client.rcpt("iemand@elders.example")[0] == 554
                code, text = client.rcpt(unknown)
                assert (code, b"No dossier has this address here" in text) == (550, True)
                assert client.rcpt(PURCHASE)[0] == 250
                assert client.data(mail(text="een factuur").as_bytes())[0] == 250
            # its probe of the recipient names the address too, before the mail has come
            mta.wait_for(" kept")
        assert set(intake.only_kept().envelope.envelope_recipients) == {PURCHASE}


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
