"""What machines that watch over us are told: metrics, health, readiness."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from handlers.context import Context
from handlers.watching import settle_troubles
from mailbot import measures
from mailbot.domain.errors import Temporary
from mailbot.domain.watching import Trouble
from mailbot.entrypoints.app import open_spool
from mailbot.entrypoints.monitoring import Monitoring
from mailbot.entrypoints.patience import Patience
from mailbot.entrypoints.readiness import Readiness
from mailbot.settings import Settings
from tests.kit.browser import House, open_house
from tests.kit.mails import build_mail
from tests.unit.entrypoints.test_cli_inspect import envelope

ROOT = Path(__file__).resolve().parents[3]


class Watched:
    """A process with parts, as the machine that watches it sees it."""

    def __init__(self, context: Context, left: Callable[[], list[Path]]) -> None:
        self.parts = ["web"]
        watch = context.settings.monitoring.model_copy(update={"listen": "127.0.0.1:0"})
        settings = context.settings.model_copy(update={"monitoring": watch})
        self.context = replace(context, settings=settings)
        readiness = Readiness(self.context, lambda: self.parts)
        self.server = Monitoring(self.context, readiness, left)
        self._ends = threading.Event()
        self._web = threading.Thread(target=self._ends.wait, name="web")

    def __enter__(self) -> "Watched":
        self._web.start()
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end_part()
        self.server.stop()

    def end_part(self) -> None:
        self._ends.set()
        self._web.join()

    def ask(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.server.port}{path}", timeout=30)

    def metrics(self) -> dict[str, dict[tuple[str, ...], float]]:
        """Return value by labels of every metric."""
        found: dict[str, dict[tuple[str, ...], float]] = {}
        for family in text_string_to_metric_families(self.ask("/metrics").text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
        return found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def watched(house: House, tmp_path: Path) -> Iterator[Watched]:
    with Watched(house.context, lambda: sorted(tmp_path.glob("*.prom"))) as process:
        yield process


def test_all_is_well(watched: Watched) -> None:
    health, ready = watched.ask("/health"), watched.ask("/ready")
    assert (health.status_code, health.json()) == (200, {"web": "ok"})
    assert (ready.status_code, ready.json()) == (
        200,
        {"web": "ok", "database": "ok", "blobs": "ok"},
    )
    assert watched.ask("/ready/web").status_code == 200


def test_a_part_that_ended_is_neither_well_nor_ready(watched: Watched) -> None:
    watched.end_part()
    for path in ("/health", "/ready", "/health/web"):
        answer = watched.ask(path)
        assert (answer.status_code, answer.json()["web"]) == (503, "has ended")
    assert watched.metrics()["mailbot_part_up"] == {("web",): 0}


def test_a_part_of_another_process_is_not_ready_here(watched: Watched) -> None:
    assert watched.ask("/ready/smtp").json()["smtp"] == "does not run here"
    assert watched.ask("/ready/smtp").status_code == 503


def test_without_a_database_only_who_needs_it_is_not_ready(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise Temporary("the database did not answer: password=geheim")

    monkeypatch.setattr(watched.context.database, "reading", away)
    monkeypatch.setattr("mailbot.entrypoints.readiness._THREADS", {"smtp": ("web",)})
    assert watched.ask("/ready").json()["database"] == "does not answer"
    assert watched.ask("/health").status_code == 200
    assert watched.metrics()["mailbot_database_up"] == {(): 0}
    watched.parts = ["smtp"]
    assert watched.ask("/ready/smtp").json() == {"smtp": "ok", "spool": "ok"}


def test_no_mail_is_sent_where_the_spool_is_full(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbot.entrypoints.readiness._THREADS", {"smtp": ("web",)})
    watched.parts = ["smtp"]
    full = watched.context.settings.limits.model_copy(update={"max_spool": 1})
    small = watched.context.settings.model_copy(update={"limits": full})
    monkeypatch.setattr(
        "mailbot.entrypoints.readiness.open_spool", lambda _settings: open_spool(small)
    )
    assert watched.ask("/ready/smtp").status_code == 200
    open_spool(small).put(build_mail(), envelope("s1"))
    assert watched.ask("/ready/smtp").status_code == 503


def test_what_stands_somewhere_is_measured(watched: Watched, house: House) -> None:
    house.letter(house.invoice())
    open_spool(watched.context.settings).put(build_mail(), envelope("s1"))
    low = Trouble(id="disk_low", values={"free": "1"})
    settle_troubles(watched.context, [low], [low.key])
    found = watched.metrics()
    assert found["mailbot_spool_mails"] == {(): 1}
    assert found["mailbot_outbox_mails"] == {("queued",): 2, ("deferred",): 0}
    assert found["mailbot_open_documents"]["to_approve",] == 1
    assert found["mailbot_trouble"] == {("", "disk_low"): 1}
    assert found["mailbot_database_up"] == {(): 1}
    assert found["mailbot_disk_free_bytes"][()] > 0
    assert found["mailbot_memory_bytes"][()] > 1_000_000


def test_no_address_and_no_dossier_is_told(watched: Watched, house: House) -> None:
    house.letter(house.invoice())
    text = watched.ask("/metrics").text
    assert "@" not in text
    assert "bakkerij" not in text


def test_counts_of_processes_that_were_started_are_added(watched: Watched, tmp_path: Path) -> None:
    mails = measures.MAILS.labels("smtp", "250")
    seconds = measures.ACCEPTANCE.labels("smtp")
    mails.inc(3)
    seconds.observe(0.02)
    here = watched.metrics()
    for child in ("a", "b"):
        measures.leave_counts(tmp_path / f"{child}.prom")
    there = watched.metrics()
    for name in ("mailbot_mails_total", "mailbot_mail_acceptance_seconds_count"):
        labels = next(iter(here[name]))
        assert there[name][labels] == 3 * here[name][labels]


def test_names_follow_the_conventions(watched: Watched) -> None:
    for family in text_string_to_metric_families(watched.ask("/metrics").text):
        assert family.name.startswith("mailbot_")
        assert family.documentation
        assert not family.name.endswith(("_ms", "_kb", "_count"))


def test_rules_for_alerts_name_what_there_is(watched: Watched) -> None:
    told = watched.ask("/metrics").text
    rules = (ROOT / "docker" / "prometheus" / "mailbot_rules.yml").read_text()
    named = set(re.findall(r"\bmailbot_[a-z_]+", rules))
    assert named
    assert not [name for name in named if f"# TYPE {name} " not in told]


def test_a_port_that_is_taken_is_said_in_a_sentence(watched: Watched) -> None:
    taken = watched.context.settings.monitoring.model_copy(
        update={"listen": f"127.0.0.1:{watched.server.port}"}
    )
    settings = watched.context.settings.model_copy(update={"monitoring": taken})
    readiness = Readiness(watched.context, list)
    second = Monitoring(replace(watched.context, settings=settings), readiness)
    with pytest.raises(OSError, match=r"needs a monitoring\.listen of its own"):
        second.start()


def test_what_hangs_is_asked_once_and_waited_for_no_longer() -> None:
    patience, hangs = Patience(), threading.Event()
    with pytest.raises(TimeoutError, match="no answer within"):
        patience.ask("database", hangs.wait, seconds=0.01)
    with pytest.raises(TimeoutError, match="still no answer"):
        patience.ask("database", hangs.wait, seconds=0.01)
    assert patience.ask("blobs", lambda: 7, seconds=10) == 7
    hangs.set()


def test_nothing_listens_unless_it_is_asked_for() -> None:
    assert not Settings().monitoring.listen


def test_an_unknown_path_tells_the_known_ones(watched: Watched) -> None:
    answer = watched.ask("/")
    assert answer.status_code == 404
    assert "/ready" in answer.json()["paths"]
