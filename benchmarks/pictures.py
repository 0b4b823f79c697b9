"""Takes pictures of the mails about approving and paying, as a narrow phone shows them.

    python -m benchmarks.pictures docs/pictures

One PNG for each language, with the mails in rows; docs/mails.md shows them.
"""

import tempfile
from io import BytesIO
from pathlib import Path

import typer
from PIL import Image

from mailbot.domain.mail import LANGUAGES, Language
from tests.kit.browser import open_browser
from tests.kit.every_letter import LETTERS
from tests.kit.letters import a_letterhead
from tests.kit.phone_mails import WIDTH, PhoneMails

#: letters, in the order in which an invoice meets them
SHOWN = (
    "approval",
    "new_version",
    "account",
    "pay_by_code",
    "basket",
    "payment_approval",
    "execution",
    "payment_file",
    "statement",
)
_IN_A_ROW = 3
_GAP = 16
_GREY = (222, 222, 222)


def main(folder: Path) -> None:
    """Write the pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, open_browser(Path(profile)) as browser:
        browser.get("about:blank")
        for language in LANGUAGES:
            in_rows(PhoneMails(browser), language).save(
                folder / f"mails.{language}.png", optimize=True
            )


def in_rows(phone: PhoneMails, language: Language) -> Image.Image:
    """Return one picture of all the mails in one language."""
    pictures = [_picture(phone, name, language) for name in SHOWN]
    rows = [pictures[at : at + _IN_A_ROW] for at in range(0, len(pictures), _IN_A_ROW)]
    height = sum(max(p.height for p in row) + _GAP for row in rows)
    sheet = Image.new("RGB", (_IN_A_ROW * (WIDTH + _GAP) + _GAP, height + _GAP), _GREY)
    top = _GAP
    for row in rows:
        for number, picture in enumerate(row):
            sheet.paste(picture, (_GAP + number * (WIDTH + _GAP), top))
        top += max(picture.height for picture in row) + _GAP
    # few colours: mails are text on white
    return sheet.quantize(32)


def _picture(phone: PhoneMails, name: str, language: Language) -> Image.Image:
    phone.open(LETTERS[name](a_letterhead(language)))
    return Image.open(BytesIO(phone.picture())).convert("RGB")


if __name__ == "__main__":
    typer.run(main)
