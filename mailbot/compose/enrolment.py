"""Writes the mails about setting up an authenticator app."""

from datetime import datetime

from mailbot.compose.render import Button, Letterhead, write
from mailbot.compose.wording import moment
from mailbot.domain.letter import Letter


def write_enrolment_invitation(head: Letterhead, *, until: datetime) -> Letter:
    """Return the mail with the link to the page that sets up an app; it holds `until` then."""
    url = f"{head.links.document}/enrol"
    facts = {
        "until": moment(until, head.language, head.reader.time_zone),
        "buttons": (Button(label=head.say("buttons", "enrol"), url=url, is_main=True),),
    }
    return write("person.ask.enrolment", head, facts)


def write_enrolled_notice(head: Letterhead) -> Letter:
    """Return the mail that says that an app was set up, and what to do if one did not do it."""
    facts = {"stop": head.say("verbs", "stop")}
    return write("person.tell.enrolled", head, facts)
