"""Takes pictures of the mails about approving and paying, as a narrow phone shows them.

    python -m benchmarks.pictures docs/pictures

One PNG for each language, with the mails side by side; docs/mails.md shows them.
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
from tests.kit.phone_mails import PhoneMails

#: letters, in the order in which an invoice meets them
SHOWN = ("approval", "new_version")
_GAP = 16
_GREY = (222, 222, 222)


def main(folder: Path) -> None:
    """Write the pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, open_browser(Path(profile)) as browser:
        browser.get("about:blank")
        for language in LANGUAGES:
            side_by_side(PhoneMails(browser), language).save(
                folder / f"mails.{language}.png", optimize=True
            )


def side_by_side(phone: PhoneMails, language: Language) -> Image.Image:
    """Return one picture of all the mails in one language."""
    pictures = [_picture(phone, name, language) for name in SHOWN]
    width = sum(each.width + _GAP for each in pictures) + _GAP
    sheet = Image.new("RGB", (width, max(p.height for p in pictures) + 2 * _GAP), _GREY)
    left = _GAP
    for each in pictures:
        sheet.paste(each, (left, _GAP))
        left += each.width + _GAP
    # few colours: mails are text on white
    return sheet.quantize(64)


def _picture(phone: PhoneMails, name: str, language: Language) -> Image.Image:
    phone.open(LETTERS[name](a_letterhead(language)))
    return Image.open(BytesIO(phone.picture())).convert("RGB")


if __name__ == "__main__":
    typer.run(main)
