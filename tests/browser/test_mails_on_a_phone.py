"""Every mail can be read on a narrow phone, without looking sideways or through a glass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.domain.mail import LANGUAGES, Language
from tests.kit.browser import open_browser
from tests.kit.every_letter import LETTERS
from tests.kit.letters import a_letterhead
from tests.kit.phone_mails import WIDTH, PhoneMails

#: what people still read at arm's length
_SMALLEST_PRINT = 12


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneMails]:
    profile: Path = tmp_path_factory.mktemp("phone")
    with open_browser(profile) as browser:
        browser.get("about:blank")
        yield PhoneMails(browser)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_fits(phone: PhoneMails, language: Language) -> None:
    wide, small = [], []
    for name, write in LETTERS.items():
        phone.open(write(a_letterhead(language)))
        wide += [(name, phone.width)] if phone.width > WIDTH else []
        small += [name] if phone.smallest_print < _SMALLEST_PRINT else []
    assert (wide, small) == ([], [])
