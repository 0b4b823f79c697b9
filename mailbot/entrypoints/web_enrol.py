"""The page that sets up an authenticator app: it shows the key to a browser that is known."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from handlers.context import Context
from handlers.desk import Desk, open_desk
from handlers.enrolment import Enrolment, finish_enrolment, open_enrolment
from mailbot.compose.page_enrol import Key, write_enrol_page
from mailbot.compose.page_words import words
from mailbot.domain.code import CodeVerdict
from mailbot.entrypoints.web_answers import notice_answer, page_answer, wanted_language
from mailbot.entrypoints.web_forms import Sent
from mailbot.entrypoints.web_proof import Asked, BrowserProofs
from mailbot.entrypoints.web_session import PageSession, is_from_elsewhere

_READ = ["GET", "HEAD"]
_GONE, _FORBIDDEN, _UNFILLED = 410, 403, 422


@dataclass(frozen=True, kw_only=True)
class _Visit:
    """One request for the page of an invitation that still holds."""

    request: Request
    token: str
    desk: Desk
    enrolment: Enrolment
    path: str
    session: PageSession


class EnrolPages:
    """The routes under /d/<token>/enrol."""

    def __init__(self, context: Context, browsers: BrowserProofs) -> None:
        self._context = context
        self._settings = context.settings
        self._browsers = browsers
        self.router = APIRouter()
        add = self.router.add_api_route
        add("/d/{token}/enrol", self.show, methods=_READ, response_model=None)
        add("/d/{token}/enrol", self.take, methods=["POST"], response_model=None)

    def show(self, request: Request, token: str) -> Response:
        """Show the key to a browser that is known, to any other what it must prove first."""
        visit = self._visit(request, token)
        if visit is None:
            return self._closed(request)
        browser = self._browsers.known(request, visit.desk.token.person)
        return self._page(visit, is_known=self._browsers.is_proved(visit.desk.token, browser))

    def take(self, request: Request, token: str, sent: Sent) -> Response:
        """Take the code that proves the browser, or the first code of the app."""
        visit = self._visit(request, token)
        if visit is None:
            return self._closed(request)
        stamp = visit.session.read_stamp(sent.get("stamp", ""), None)
        if stamp is None or is_from_elsewhere(request, self._settings):
            language, office = visit.enrolment.person.language, visit.enrolment.office.name
            return notice_answer(
                "no_session", _FORBIDDEN, language, office=office, back=visit.path
            )
        proved, mistake = self._browsers.prove(self._asked(visit, sent), visit.session.visitor)
        person = visit.desk.token.person
        browser = proved or self._browsers.known(request, person)
        if not self._browsers.is_proved(visit.desk.token, browser):
            return self._ask(visit, sent, mistake)
        answer = self._finish(visit, sent)
        return self._browsers.give(answer, person, proved) if proved else answer

    def _ask(self, visit: _Visit, sent: dict[str, str], mistake: str) -> Response:
        if sent.get("start") != "yes":
            return self._page(visit, mistake="nothing_picked", status=_UNFILLED)
        return self._browsers.ask(visit.request, self._asked(visit, sent), mistake)

    def _finish(self, visit: _Visit, sent: dict[str, str]) -> Response:
        typed = sent.get("app_code")
        if typed is None:
            return self._page(visit, is_known=True)
        verdict = finish_enrolment(self._context, visit.token, typed)
        if verdict is CodeVerdict.RIGHT:
            language, office = visit.enrolment.person.language, visit.enrolment.office.name
            return notice_answer("enrolled", 200, language, office=office)
        mistake = f"app_{verdict.value}"
        return self._page(visit, is_known=True, mistake=mistake, status=_UNFILLED)

    def _page(
        self, visit: _Visit, *, is_known: bool = False, mistake: str = "", status: int = 200
    ) -> Response:
        enrolment = visit.enrolment
        html = write_enrol_page(
            visit.desk.head,
            path=visit.path,
            stamp=visit.session.stamp(None),
            key=Key(text=enrolment.key_text, uri=enrolment.key_uri) if is_known else None,
            mistake=mistake,
        )
        return visit.session.give(page_answer(html, status), self._settings)

    def _closed(self, request: Request) -> Response:
        return notice_answer("enrol_closed", _GONE, wanted_language(request, self._settings))

    def _visit(self, request: Request, token: str) -> _Visit | None:
        """Return what the link opens, None when the invitation has ended."""
        enrolment = open_enrolment(self._context, token)
        desk = open_desk(self._context, token) if enrolment else None
        if enrolment is None or desk is None or desk.why:
            return None
        return _Visit(
            request=request,
            token=token,
            desk=desk,
            enrolment=enrolment,
            path=f"{urlsplit(self._settings.service.public_url).path}/d/{token}/enrol",
            session=PageSession.of(request, self._settings, token, self._context.token_secret),
        )

    def _asked(self, visit: _Visit, sent: dict[str, str]) -> Asked:
        head = visit.desk.head
        return Asked(
            token=visit.token,
            path=visit.path,
            head=head,
            about=words(head.language)["enrol"]["title"],
            fields=sent,
        )
