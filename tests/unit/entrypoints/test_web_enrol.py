"""The page that sets up an authenticator app, and what its code is good for on a page."""

import re
from base64 import b32decode
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from lxml import html
from PIL import Image, ImageDraw

from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Status
from mailbot.domain.totp import time_step, totp_code
from storage.totp import has_authenticator
from tests.kit.browser import House, Visitor, forms, open_house
from tests.kit.office import APPROVER, MANAGER

ANOTHER_ACCOUNT = Command(verb=Verb.CORRECT, args={"field": "iban", "value": "BE71096123456769"})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def web(house: House) -> Iterator[Visitor]:
    """A browser that was never here."""
    with closing(Visitor(house)) as visitor:
        yield visitor


def key_of(page: str) -> bytes:
    spelled = html.fromstring(page).xpath("string(//p[@translate='no'])")
    text = spelled.replace(" ", "").strip()
    return b32decode(text + "=" * (-len(text) % 8))


def digits(house: House, key: bytes) -> str:
    return totp_code(key, time_step(house.clock.now()))


def is_set_up(house: House, person: str = APPROVER) -> bool:
    with house.context.database.reading() as session:
        return has_authenticator(session, person)


def set_up(house: House, web: Visitor, person: str = APPROVER) -> bytes:
    """Set up somebody's app in a browser that is known, and return its key."""
    web.prove(house, person)
    path = house.invitation(person)
    page = web.get(path)
    key = key_of(page.text)
    sent = {**forms(page)["app"], "app_code": digits(house, key)}
    assert web.post(path, data=sent).status_code == 200
    return key


def test_an_unknown_browser_sees_no_key(house: House, web: Visitor) -> None:
    """Who has the link alone could take the app."""
    path = house.invitation()
    before = house.everything()
    page = web.get(path)
    assert "<svg" not in page.text
    assert "otpauth" not in page.text
    assert house.everything() == before
    assert web.post(path, data=forms(page)["start"]).status_code == 422
    assert house.everything() == before


def test_from_the_mail_to_an_app_that_counts(house: House, web: Visitor) -> None:
    path = house.invitation()
    asked = web.post(path, data={**forms(web.get(path))["start"], "start": "yes"})
    assert asked.status_code == 403
    assert "authenticator" in asked.text
    page = web.post(path, data={**forms(asked)["code"], "code": house.browser_code()})
    assert page.status_code == 200
    wrong = web.post(path, data={**forms(page)["app"], "app_code": "000000"})
    assert wrong.status_code == 422
    assert not is_set_up(house)
    sent = {**forms(wrong)["app"], "app_code": digits(house, key_of(wrong.text))}
    done = web.post(path, data=sent)
    assert "De app is ingesteld" in done.text
    assert is_set_up(house)
    assert web.get(path).status_code == 410


def test_the_code_that_is_scanned_is_the_one_that_is_typed(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    page = web.get(house.invitation())
    (svg,) = html.fromstring(page.text).xpath("//svg")
    (read,) = zxingcpp.read_barcodes(_drawn(html.tostring(svg).decode()))
    assert read.text.startswith("otpauth://totp/")
    secret = re.search(r"secret=([A-Z2-7]+)", read.text)
    assert secret
    assert b32decode(secret[1] + "=" * (-len(secret[1]) % 8)) == key_of(page.text)


def test_nothing_is_loaded_and_nothing_runs(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    page = web.get(house.invitation())
    assert not re.findall(r"<script|<img|<link|\sstyle=|\son\w+=", page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_an_invitation_ends(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    path = house.invitation()
    house.clock.move(timedelta(hours=25))
    assert web.get(path).status_code == 410


def test_other_links_set_up_no_app(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    token = house.letter(house.invoice())
    assert web.get(f"/d/{token}/enrol").status_code == 410
    assert web.get("/d/aaaa/enrol").status_code == 410
    assert web.post(f"/d/{token}/enrol", data={"app_code": "123456"}).status_code == 410


def test_a_form_that_is_not_ours_sets_up_nothing(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    path = house.invitation()
    key = key_of(web.get(path).text)
    sent = {"stamp": "x", "app_code": digits(house, key)}
    assert web.post(path, data=sent).status_code == 403
    assert not is_set_up(house)


def test_another_account_by_page_takes_the_app_or_a_second_person(
    house: House, web: Visitor
) -> None:
    key = set_up(house, web, MANAGER)
    house.clock.move(timedelta(minutes=1))
    document = house.invoice(status=Status.TO_REVIEW)
    path = f"/d/{house.confirmation(document, ANOTHER_ACCOUNT, to=MANAGER)}"
    page = web.get(path)
    assert 'name="typed_code"' in page.text
    sent = {**forms(page)["confirm"], "verb": "confirm", "typed_code": digits(house, key)}
    assert web.post(path, data=sent).status_code == 200
    after = house.now(document).invoice
    assert after is not None
    assert after.iban == "BE71096123456769"


def test_without_the_app_a_second_person_is_asked(house: House, web: Visitor) -> None:
    web.prove(house, MANAGER)
    document = house.invoice(status=Status.TO_REVIEW)
    path = f"/d/{house.confirmation(document, ANOTHER_ACCOUNT, to=MANAGER)}"
    page = web.get(path)
    assert 'name="typed_code"' not in page.text
    answer = web.post(path, data={**forms(page)["confirm"], "verb": "confirm"})
    assert "Wacht op bevestiging" in answer.text
    assert "Gedaan" not in answer.text
    assert house.now(document) == document


def _drawn(svg: str) -> Image.Image:
    """Draw the dark runs of a QR code that segno wrote as one path of horizontal lines."""
    size = int(re.search(r'viewBox="0 0 (\d+)', svg, re.IGNORECASE)[1])  # type: ignore[index]
    path = max(re.findall(r'\sd="([^"]+)"', svg), key=len)
    image = Image.new("L", (size, size), "white")
    pen = ImageDraw.Draw(image)
    scale = 5
    x = y = 0.0
    for letter, numbers in re.findall(r"([Mmh])([-0-9. ]+)", path):
        values = [float(n) for n in re.findall(r"-?[0-9.]+", numbers)]
        if letter == "h":
            top = (y - 0.5) * scale
            pen.rectangle(
                (x * scale, top, (x + values[0]) * scale - 1, top + scale - 1), fill="black"
            )
            x += values[0]
        elif letter == "M":
            x, y = values
        else:
            x, y = x + values[0], y + values[1]
    return image
