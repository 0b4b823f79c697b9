"""The pages over HTTP: what they say, what they refuse, and what they never do."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from httpx import Client, ConnectError, Response
from sqlalchemy.exc import OperationalError

from mailbot.compose.sentences import placeholders
from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Status
from mailbot.domain.mail import LANGUAGES
from mailbot.entrypoints.web import WebServer
from mailbot.entrypoints.web_answers import file_answer
from mailbot.entrypoints.web_forms import MistakeError, read_command
from mailbot.settings import Settings
from storage.conversations import messages_about
from storage.people import is_unsubscribed
from tests.kit.browser import House, Visitor, open_house, serve
from tests.kit.office import APPROVER, MANAGER, OWNER, PEOPLE, make_definition, make_dossier

TODAY = date(2026, 11, 20)
TEMPLATES = Path(__file__).resolve().parents[3] / "templates"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def web(house: House) -> Iterator[Visitor]:
    """A browser of everybody, who all typed their code once."""
    with closing(Visitor(house)) as visitor:
        visitor.prove(house, APPROVER, MANAGER, OWNER)
        yield visitor


def form(page: Response, name: str) -> dict[str, str]:
    """Return the hidden fields of one form of a page."""
    match = re.search(rf'<form[^>]*data-form="{name}".*?</form>', page.text, re.DOTALL)
    assert match, f"there is no form {name}"
    pairs = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', match[0])
    return dict(pairs)


def everything_is_strict(answer: Response) -> bool:
    policy = answer.headers["content-security-policy"]
    return (
        "default-src 'none'" in policy
        and answer.headers["cache-control"] == "no-store"
        and answer.headers["referrer-policy"] == "no-referrer"
        and answer.headers["x-content-type-options"] == "nosniff"
        and "noindex" in answer.headers["x-robots-tag"]
    )


@pytest.mark.feature("SB-DDP-01")
def test_the_page_shows_the_document_with_what_can_be_done(house: House, web: Visitor) -> None:
    page = web.get(f"/d/{house.letter(house.invoice(warnings=('new_iban',)))}")
    assert page.status_code == 200
    for text in (
        "Drukkerij Voorbeeld BV",
        "2026-114",
        "605,00",
        "BE68 5390 0754 7034",
        "★★★",
        "de tekst van de PDF, bladzijde 1",
        "Nieuw rekeningnummer",
        "Goedkeuren",
        "Verwerpen",
        "Verbeteren",
        "Gesprek",
    ):
        assert text in page.text.replace("\u00a0", " "), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_readers_language(house: House, web: Visitor, language: str) -> None:
    people = tuple(
        type(p)(**{**vars(p), "language": language}) if p.email == APPROVER else p for p in PEOPLE
    )
    token = house.letter(house.invoice())
    house.change_office(make_definition(make_dossier(people=people)))
    page = web.get(f"/d/{token}", headers={"accept-language": "nl"})
    words = tomllib.loads((TEMPLATES / language / "pages.toml").read_text())
    assert f'<html lang="{language}">' in page.text
    assert words["page"]["all_fields"] in page.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path", ["", "/approve", "/reject", "/correct?field=total", "/stop", "/page.png", "/file"]
)
def test_opening_a_link_never_changes_anything(
    house: House, web: Visitor, method: str, path: str
) -> None:
    tokens = [house.letter(house.invoice()), house.digest([house.invoice(number="2")])]
    before = house.everything()
    for token in tokens * 3:
        web.request(method, f"/d/{token}{path}")
    assert house.everything() == before


@pytest.mark.parametrize("wish", ["approve", "reject", "correct"])
def test_the_form_that_the_link_asks_for_stands_first_and_open(
    house: House, web: Visitor, wish: str
) -> None:
    page = web.get(f"/d/{house.letter(house.invoice())}/{wish}")
    first = re.search(r'<details class="(\w+)"( open)?', page.text)
    assert first
    assert first.groups() == (wish, " open")


def test_nothing_is_chosen_beforehand(house: House, web: Visitor) -> None:
    page = web.get(f"/d/{house.letter(house.invoice())}/approve")
    assert " checked" not in page.text
    assert " selected" not in page.text


def test_a_decision_by_page(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    page = web.get(f"/d/{token}/approve")
    done = web.post(f"/d/{token}", data={**form(page, "approve"), "verb": "approve"})
    assert done.status_code == 200
    assert "Goedgekeurd." in done.text
    assert house.now(document).status is Status.TO_REVIEW


@pytest.mark.parametrize(
    ("name", "filled", "mistake"),
    [
        ("approve", {}, "kies eerst"),
        ("reject", {}, "zet erbij waarom"),
        ("reject", {"reason": "  \r\n "}, "zet erbij waarom"),
        ("question", {"text": ""}, "schrijf eerst"),
        ("hold", {}, "kies eerst"),
        ("hold", {"how": "until", "until": "31/02/2026"}, "geen datum"),
        ("correct", {"field": "total"}, "vul de juiste waarde in"),
        ("correct", {"value": "12"}, "kies een veld"),
        ("correct", {"field": "total", "value": "veel"}, "geen bedrag"),
        ("correct", {"field": "due_date", "value": "morgen misschien"}, "geen datum"),
    ],
)
def test_a_form_that_is_not_filled_in_decides_nothing(
    house: House, web: Visitor, name: str, *, filled: dict[str, str], mistake: str
) -> None:
    token = house.letter(house.invoice())
    page = web.get(f"/d/{token}")
    before = house.everything()
    answer = web.post(f"/d/{token}", data={**form(page, name), **filled})
    assert answer.status_code == 422
    assert mistake in answer.text
    assert house.everything() == before


def test_a_post_without_the_session_of_the_page_is_refused(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    filled = {**form(web.get(f"/d/{token}"), "approve"), "verb": "approve"}
    web.cookies.clear()
    answer = web.post(f"/d/{token}", data=filled)
    assert answer.status_code == 403
    assert f'href="/d/{token}"' in answer.text
    assert house.now(document) == document


@pytest.mark.parametrize(
    "spoil",
    [
        lambda stamp: "",
        lambda stamp: "x",
        lambda stamp: stamp[:-1] + ("0" if stamp[-1] != "0" else "1"),
        lambda stamp: re.sub(r"\.1\.", ".2.", stamp),
        lambda stamp: "0" * 16 + stamp[16:],
    ],
)
def test_a_form_that_is_not_ours_is_refused(house: House, web: Visitor, spoil: Any) -> None:
    document = house.invoice()
    token = house.letter(document)
    filled = {**form(web.get(f"/d/{token}"), "approve"), "verb": "approve"}
    filled["stamp"] = spoil(filled["stamp"])
    assert web.post(f"/d/{token}", data=filled).status_code == 403
    assert house.now(document) == document


def test_a_form_of_one_page_is_no_use_on_another(house: House, web: Visitor) -> None:
    mine, theirs = house.invoice(number="1"), house.invoice(number="2")
    token, other = house.letter(mine), house.letter(theirs)
    filled = {**form(web.get(f"/d/{token}"), "approve"), "verb": "approve"}
    web.get(f"/d/{other}")
    assert web.post(f"/d/{other}", data=filled).status_code == 403
    assert house.now(theirs) == theirs


def test_the_cookie_says_nothing_and_stays_with_us(house: House, web: Visitor) -> None:
    token = house.letter(house.invoice())
    cookie = web.get(f"/d/{token}").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert token not in cookie


def test_over_https_no_other_site_can_set_the_cookies(tmp_path: Path) -> None:
    with open_house(tmp_path, "https://mail.kantoor.example/facturen") as house:
        token = house.letter(house.invoice())
        with closing(Visitor(house)) as web:
            page = web.get(f"/d/{token}")
            assert page.headers["set-cookie"].startswith("__Host-mailbot_page=")
            assert "Path=/;" in page.headers["set-cookie"]
            assert "Secure" in page.headers["set-cookie"]
            assert f'action="/facturen/d/{token}"' in page.text
            assert page.headers["strict-transport-security"] == "max-age=31536000"


def test_a_form_sent_twice_gets_the_same_answer(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    filled = {**form(web.get(f"/d/{token}"), "question"), "text": "Wie bestelde dit?"}
    answers = [web.post(f"/d/{token}", data=filled) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    with house.context.database.reading() as session:
        assert len(messages_about(session, document.id)) == 1


def test_what_changed_while_the_page_was_open_is_shown_anew(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    old = {**form(web.get(f"/d/{token}"), "approve"), "verb": "approve"}
    other = {**form(web.get(f"/d/{token}"), "correct"), "field": "total", "value": "1.210,00"}
    assert web.post(f"/d/{token}", data=other).status_code == 200
    answer = web.post(f"/d/{token}", data=old)
    assert answer.status_code == 409
    assert "intussen veranderd" in answer.text
    assert "1.210,00" in answer.text
    assert house.now(document).status is Status.TO_APPROVE
    assert (
        web.post(f"/d/{token}", data={**form(answer, "approve"), "verb": "approve"}).status_code
        == 200
    )


def test_a_list_is_decided_line_by_line(house: House, web: Visitor) -> None:
    documents = [house.invoice(number=f"2026-{n}") for n in (1, 2)]
    token = house.digest(documents)
    page = web.get(f"/d/{token}?item=2")
    assert "2026-2" in page.text
    assert "2026-1" not in page.text
    done = web.post(f"/d/{token}", data={**form(page, "approve"), "verb": "approve"})
    assert done.status_code == 200
    assert "Regel 2" in done.text
    statuses = [house.now(document).status for document in documents]
    assert statuses == [Status.TO_APPROVE, Status.TO_REVIEW]


def test_a_confirmation_by_page(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.confirmation(document, Command(verb=Verb.APPROVE))
    page = web.get(f"/d/{token}")
    filled = {**form(page, "confirm"), "verb": "confirm"}
    for _ in range(2):
        assert web.post(f"/d/{token}", data=filled).status_code == 200
    assert house.now(document).status is Status.TO_REVIEW
    assert web.get(f"/d/{token}/page.png").status_code == 200


def test_hostile_texts_stay_texts(house: House, web: Visitor) -> None:
    token = house.letter(house.invoice(title="<script>alert(1)</script>"))
    page = web.get(f"/d/{token}")
    question = "<img src=x onerror=alert(1)>\n\u202eomgekeerd"
    filled = {**form(page, "question"), "text": question}
    done = web.post(f"/d/{token}", data=filled)
    assert "<script" not in done.text
    assert "<img src=x" not in done.text
    assert "&lt;img src=x" in done.text
    assert "\u202e" not in done.text


def test_pages_carry_no_scripts_and_load_nothing(house: House, web: Visitor) -> None:
    page = web.get(f"/d/{house.letter(house.invoice())}").text
    assert "<script" not in page
    assert "<link" not in page
    assert " style=" not in page
    assert not re.findall(r'(?:src|href|action)="(?!/)', page)
    assert not re.findall(r"\son\w+=", page)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/health", 200),
        ("/robots.txt", 200),
        ("/nothing", 404),
        ("/docs", 404),
        ("/openapi.json", 404),
        ("/d/aaaa", 404),
        ("/d/aaaa/file", 404),
        ("/d/aaaa/page.png", 404),
        ("/d/aaaa/stop", 404),
        ("/d/aaaa/pay", 404),
        ("/d/aaaa?item=x", 400),
        ("/outbox", 200),
        ("/outbox/none", 404),
        ("/outbox/none.eml", 404),
        ("/outbox/none.html", 404),
    ],
)
def test_every_answer_has_the_strict_headers(web: Visitor, path: str, status: int) -> None:
    answer = web.get(path)
    assert answer.status_code == status
    assert everything_is_strict(answer)
    assert answer.headers["content-type"].partition(";")[0] in {"text/html", "text/plain"}


@pytest.mark.parametrize("path", ["", "/file", "/page.png", "/stop"])
def test_what_a_token_opens_has_the_strict_headers(house: House, web: Visitor, path: str) -> None:
    answer = web.get(f"/d/{house.digest([house.invoice()])}{path}")
    assert answer.status_code in {200, 404}
    assert everything_is_strict(answer)


@pytest.mark.parametrize("path", ["/", "/d/aaaa/approve", "/health", "/outbox"])
def test_no_page_answers_a_method_that_it_does_not_have(web: Visitor, path: str) -> None:
    answer = web.post(path, data={"verb": "approve"})
    assert answer.status_code == 405
    assert everything_is_strict(answer)


@pytest.mark.parametrize(
    ("content", "kind", "how"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "inline"),
        (b"\x89PNG\r\n\x1a\n...", "image/png", "inline"),
        (b"<html><script>alert(1)</script>", "application/octet-stream", "attachment"),
        (b"<svg onload=alert(1)>", "application/octet-stream", "attachment"),
    ],
)
def test_a_file_is_shown_by_what_it_is(
    house: House, web: Visitor, content: bytes, *, kind: str, how: str
) -> None:
    """Name and type came in by mail, so that neither is believed."""
    document = house.invoice()
    file = type(document.original)(
        role="original",
        name='fact"uur\r\nX-Evil: 1.html',
        media_type="text/html",
        sha256=house.context.blobs.put(content),
        size=len(content),
    )
    token = house.letter(house.invoice(files=(file,)))
    answer = web.get(f"/d/{token}/file")
    assert answer.content == content
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"].startswith(f"{how}; ")
    assert "x-evil" not in answer.headers
    assert "script-src" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("factuur 1.pdf", "factuur%201.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x\\y.pdf", "C__x_y.pdf"),
        ("factuur\u202efdp.exe", "factuur_fdp.exe"),
        ("a\r\nb\x00.pdf", "a__b_.pdf"),
        ("...", "document"),
        ("x" * 500, "x" * 150),
    ],
)
def test_a_file_keeps_a_name_that_is_what_it_looks_like(name: str, kept: str) -> None:
    said = file_answer(name, b"%PDF-1.7").headers["content-disposition"]
    assert said == f"inline; filename*=UTF-8''{kept}"


def test_the_list_ends_in_one_click_without_a_session(house: House, web: Visitor) -> None:
    """RFC 8058: the mail program posts, no person sees a page."""
    token = house.digest([house.invoice()])
    answer = web.post(f"/d/{token}/stop", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    with house.context.database.reading() as session:
        assert is_unsubscribed(session, APPROVER)


def test_the_list_ends_by_page(house: House, web: Visitor) -> None:
    token = house.digest([house.invoice()])
    page = web.get(f"/d/{token}/stop")
    stamp = re.search(r'name="stamp" value="([^"]+)"', page.text)
    assert stamp
    assert web.post(f"/d/{token}/stop", data={"stamp": stamp[1]}).status_code == 422
    assert web.post(f"/d/{token}/stop", data={"verb": "unsubscribe"}).status_code == 403
    with house.context.database.reading() as session:
        assert not is_unsubscribed(session, APPROVER)
    sent = {"stamp": stamp[1], "verb": "unsubscribe"}
    assert web.post(f"/d/{token}/stop", data=sent).status_code == 200
    with house.context.database.reading() as session:
        assert is_unsubscribed(session, APPROVER)


def test_too_much_is_refused(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    filled = {**form(web.get(f"/d/{token}"), "question"), "text": "x" * 100_000}
    answer = web.post(f"/d/{token}", data=filled)
    assert answer.status_code == 413
    assert everything_is_strict(answer)
    with house.context.database.reading() as session:
        assert not messages_about(session, document.id)


def test_an_uploaded_file_is_not_taken(house: House, web: Visitor) -> None:
    token = house.letter(house.invoice())
    answer = web.post(f"/d/{token}", files={"verb": ("x.txt", b"approve")})
    assert answer.status_code == 400


def test_when_the_database_is_away_the_pages_say_so(
    house: House, web: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = house.letter(house.invoice())

    def away(*_: object, **__: object) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr("sqlmodel.Session.exec", away)
    monkeypatch.setattr("sqlmodel.Session.get", away)
    assert web.get("/health").status_code == 503
    page = web.get(f"/d/{token}")
    assert page.status_code == 503
    assert everything_is_strict(page)
    assert "Probeer het over enkele minuten" in page.text


def test_a_bug_shows_nothing_of_ours(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("mailbot.entrypoints.web_desk.open_desk", broken)
    with closing(Visitor(house, shows_bugs=False)) as web:
        page = web.get("/d/aaaa")
    assert page.status_code == 500
    assert "secret" not in page.text
    assert everything_is_strict(page)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-BE,fr;q=0.9,en;q=0.8", "fr"),
        ("es, de;q=0.5, en;q=0.2", "de"),
        ("*", "nl"),
        ("en;q=x, fr;q=0.1", "fr"),
        ("", "nl"),
    ],
)
def test_a_visitor_whom_we_do_not_know_is_asked_by_the_browser(
    web: Visitor, accepted: str, language: str
) -> None:
    page = web.get("/d/aaaa", headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in page.text


def test_the_outbox_shows_a_mail_as_it_is(house: House, web: Visitor) -> None:
    token = house.letter(house.invoice())
    (mail,) = house.mails()
    assert mail.subject.replace("€\u00a0", "€ ") in web.get("/outbox").text.replace("\u00a0", " ")
    page = web.get(f"/outbox/{mail.id}")
    assert f'href="http://127.0.0.1:8080/d/{token}"' in page.text
    raw = web.get(f"/outbox/{mail.id}.eml")
    assert raw.content == house.context.blobs.get(mail.sha256)
    html = web.get(f"/outbox/{mail.id}.html")
    assert "data:image/png;base64," in html.text
    assert "sandbox" in html.headers["content-security-policy"]
    assert "allow-scripts" not in html.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("192.0.2.7", {}),
        ("testclient", {}),
        ("127.0.0.1", {"headers": {"x-forwarded-for": "127.0.0.1"}}),
        ("127.0.0.1", {"headers": {"forwarded": "for=192.0.2.7"}}),
    ],
)
def test_the_outbox_is_for_this_machine_only(
    house: House, address: str, more: dict[str, Any]
) -> None:
    house.letter(house.invoice())
    (mail,) = house.mails()
    with closing(Visitor(house, address, **more)) as web:
        for path in ("", f"/{mail.id}", f"/{mail.id}.eml", f"/{mail.id}.html"):
            assert web.get(f"/outbox{path}").status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example:8080", "127.0.0.1.evil.example", "", "127.0.0.1, evil.example", "["]
)
def test_another_name_for_our_address_gets_nothing(house: House, web: Visitor, host: str) -> None:
    """A page elsewhere can point its own name at us, and then read what we answer (rebinding)."""
    token = house.letter(house.invoice())
    for path in ("/outbox", f"/d/{token}", f"/d/{token}/file"):
        answer = web.get(path, headers={"host": host})
        assert answer.status_code == 421
        assert everything_is_strict(answer)
        assert "2026-114" not in answer.text
    assert web.get("/health", headers={"host": host}).status_code == 200


def test_with_a_smarthost_there_is_no_outbox(house: House) -> None:
    settings = Settings(outbound={"host": "smtp.kantoor.example"})  # type: ignore[arg-type]
    house = House(
        type(house.context)(**{**vars(house.context), "settings": settings}), house.clock
    )
    with closing(Visitor(house)) as web:
        assert web.get("/outbox").status_code == 404


def test_the_server_answers_and_ends(house: House) -> None:
    with serve(house) as url, Client() as browser:
        assert browser.get(f"{url}/health").text == "ok"
        assert browser.head(f"{url}/").status_code == 200
        assert "server" not in browser.get(f"{url}/").headers
    with pytest.raises(ConnectError), Client() as browser:
        browser.get(f"{url}/health")


def test_a_port_in_use_is_said(house: House) -> None:
    first = WebServer(house.context, "127.0.0.1:0")
    first.start()
    try:
        second = WebServer(house.context, f"127.0.0.1:{first.port}")
        with pytest.raises(OSError, match="in use"):
            second.start()
    finally:
        first.stop()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1.210,00", "1210.00"),
        ("1,210.00", "1210.00"),
        ("1210", "1210.00"),
        ("1 210,5", "1210.50"),
        ("€ 605,00", "605.00"),
        ("605,00 EUR", "605.00"),
        ("-5,00", "-5.00"),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, value: str) -> None:
    command = read_command({"verb": "correct", "field": "total", "value": typed}, TODAY)
    assert command.args == {"field": "total", "value": value}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2026-12-15", "2026-12-15"),
        ("15/12/2026", "2026-12-15"),
        ("3.2.2026", "2026-02-03"),
        ("15 december 2026", "2026-12-15"),
        ("15/12", "2026-12-15"),
    ],
)
def test_dates_are_read_as_people_write_them(typed: str, value: str) -> None:
    command = read_command({"verb": "hold", "how": "until", "until": typed}, TODAY)
    assert command.args == {"until": value}


@pytest.mark.parametrize("verb", ["", "pay all", "APPROVE", "approve\n"])
def test_an_unknown_verb_is_no_command(verb: str) -> None:
    with pytest.raises(MistakeError):
        read_command({"verb": verb}, TODAY)


def test_a_class_of_document_is_named_in_words() -> None:
    sent = {"verb": "correct", "field": "type", "value": "Creditnota"}
    assert read_command(sent, TODAY).args["value"] == "credit_note"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_of_the_pages(language: str) -> None:
    def wanted(tongue: str) -> dict[tuple[str, str], frozenset[str]]:
        tables = tomllib.loads((TEMPLATES / tongue / "pages.toml").read_text())
        return {
            (table, name): placeholders(text)
            for table, words in tables.items()
            for name, text in words.items()
        }

    assert wanted(language) == wanted("nl")


def test_a_question_asked_by_page_reaches_the_office(house: House, web: Visitor) -> None:
    token = house.letter(house.invoice())
    filled = {**form(web.get(f"/d/{token}"), "question"), "text": "Waarvoor was dit?"}
    web.post(f"/d/{token}", data=filled)
    asked = [mail for mail in house.mails() if mail.letter == "question"]
    assert [mail.recipient for mail in asked] == [MANAGER]
