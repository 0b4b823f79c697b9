"""Whether an answer was written as an answer to this mail, and not brought here by somebody else.

A signature says who wrote a mail, not to whom it was handed (RFC 6376 §8.6): whoever holds an old
"goedgekeurd", to a colleague or about another invoice, could bring it to any reply address.
"""

import re
from dataclasses import replace

from mailbot.domain.mail import Authentication, Mail, StoredMail
from mailbot.rules.access import Authority, Speaker


def weigh_address(speaker: Speaker, mail: Mail, stored: StoredMail) -> Speaker:
    """Return the speaker with no more authority than who wrote to this very address has."""
    is_named = any(one.address == stored.envelope_recipient.lower() for one in mail.to)
    if is_named and _vouches_for_to(stored.envelope.authentication, mail):
        return speaker
    if speaker.authority < Authority.PROVED:
        return speaker
    return replace(speaker, authority=Authority.TOKEN, why="spoofed_sender")


def _vouches_for_to(authentication: Authentication, mail: Mail) -> bool:
    """Whether nobody on the way can have written another To above the signed text.

    The server of the domain itself (SPF) brings only what its people send. Otherwise every
    signature must cover To: one of who brings the mail must not speak for that of the sender.
    A trusted server of our side says which signature is valid, not what it covers: that is read.
    """
    if authentication.spf == "pass" and authentication.spf_domain == authentication.from_domain:
        return True
    if authentication.signatures:
        return all(one.signs_to for one in authentication.signatures if one.result == "pass")
    return all(_SIGNS_TO.search(each) for each in mail.all_headers("dkim-signature"))


#: tag h= of a DKIM signature with To in its list (RFC 6376 §3.5)
_SIGNS_TO = re.compile(r"(?i)(?:^|;)\s*h\s*=[^;]*(?<![\w-])to(?![\w-])")
