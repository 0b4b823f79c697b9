"""How things go wrong, decided where the knowledge is.

MailbotError
├── Temporary        try again later, on the timetable of `handlers.failures`
├── Refused          a person must be told; names the template and its values
└── Permanent        bury the job, keep the mail, tell the operator
    └── UnsupportedFeature   a connector cannot do what was asked

Anything else that is raised is a bug: the job is buried, the mail is kept, the trace is logged.
Doubt about a document is data (see `mailbot.domain.invoice`), never an error.
"""

from collections.abc import Mapping


class MailbotError(Exception):
    """The base of every error that mailbot raises on purpose."""


class Temporary(MailbotError):
    """Something outside is not well now; the same job is tried again later."""


class Refused(MailbotError):
    """What a person asked cannot be done; they are told why and what to do.

    `reason` is the name of a sentence in `templates/words/<language>.toml`, table `refusals`;
    `values` are filled into that sentence.
    """

    def __init__(self, reason: str, values: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = dict(values or {})


class Permanent(MailbotError):
    """It will never work, and nobody outside can mend it: tell the operator."""


class UnsupportedFeature(Permanent):
    """This accounting package cannot do that."""


class DefinitionError(MailbotError):
    """A definition file (TOML) has mistakes; nothing was applied."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
