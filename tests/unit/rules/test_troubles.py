"""From when on something is wrong enough to be told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailbot.compose.alarms import say_trouble, say_what_to_do
from mailbot.domain.mail import LANGUAGES
from mailbot.domain.watching import Here, Standing, Trouble, Waiting
from mailbot.rules.troubles import OF_A_MACHINE, OF_ALL, find_troubles, find_troubles_here
from mailbot.settings import Monitoring

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LIMITS = Monitoring()


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def waiting(**span: float) -> Waiting:
    return Waiting(count=7, since=ago(**span))


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, []),
        ({"broken_event": 7}, ["audit_broken"]),
        ({"workers_gone": ("a/1", "b/1")}, ["worker_gone"]),
        ({"queues": {"light": waiting(minutes=29)}}, []),
        ({"queues": {"light": Waiting(), "heavy": waiting(minutes=31)}}, ["queue_old"]),
        ({"failed": {"buried": Waiting(count=1), "retry": waiting(days=9)}}, ["jobs_buried"]),
        ({"failed": {"buried": Waiting(), "retry": Waiting(count=3)}}, []),
        ({"outbox": {"deferred": waiting(hours=3), "queued": waiting(minutes=29)}}, []),
        ({"outbox": {"deferred": waiting(hours=5)}}, ["outbox_deferred"]),
        ({"outbox": {"queued": waiting(minutes=31)}}, ["outbox_queued"]),
        ({"newest_at": NOW + timedelta(seconds=20)}, []),
        ({"newest_at": NOW + timedelta(seconds=40)}, ["clock_back"]),
        ({"began_at": ago(days=6)}, []),
        ({"began_at": ago(days=8)}, ["no_backup"]),
        ({"began_at": ago(days=80), "backed_up_at": ago(days=6)}, []),
        ({"began_at": ago(days=80), "backed_up_at": ago(days=8)}, ["backup_old"]),
        ({"documents": {"to_approve": waiting(days=90)}}, []),
    ],
)
def test_of_the_installation(facts: dict[str, Any], found: list[str]) -> None:
    troubles = find_troubles(Standing(**facts), LIMITS, NOW)
    assert [trouble.id for trouble in troubles] == found


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, []),
        ({"disk_free": LIMITS.min_free_disk - 1}, ["disk_low"]),
        ({"spool": waiting(minutes=9)}, []),
        ({"spool": waiting(minutes=11)}, ["spool_old"]),
        ({"damaged": 1}, ["spool_damaged"]),
        ({"clock_ahead": -29.0}, []),
        ({"clock_ahead": -31.0}, ["clock_off"]),
        ({"certificate_ends": NOW + timedelta(days=15)}, []),
        ({"certificate_ends": NOW + timedelta(days=13)}, ["certificate_ends"]),
    ],
)
def test_of_a_machine(facts: dict[str, Any], found: list[str]) -> None:
    here = Here(**{"place": "mail3", "disk_free": 1 << 40, **facts})
    troubles = list(find_troubles_here(here, LIMITS, NOW))
    assert [trouble.id for trouble in troubles] == found
    assert all(trouble.place == "mail3" for trouble in troubles)


def test_who_backs_up_in_another_way_is_not_told_that_nobody_does() -> None:
    limits = Monitoring(backup_days=0)
    assert list(find_troubles(Standing(began_at=ago(days=80)), limits, NOW)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*OF_ALL, *OF_A_MACHINE, "part_ended"])
def test_every_trouble_has_words(language: Any, name: str) -> None:
    values = dict.fromkeys(
        ("number", "names", "count", "minutes", "until", "free", "part", "seconds"), "7"
    )
    trouble = Trouble(id=name, place="mail3", values=values)
    assert "mail3" in say_trouble(language, trouble)
    assert say_what_to_do(language, trouble)


def test_every_trouble_that_can_be_found_is_judged() -> None:
    """What is not judged would stay on the list for ever."""
    worst = Standing(
        broken_event=1,
        workers_gone=("a",),
        queues={"light": waiting(days=1)},
        failed={"buried": waiting(days=1)},
        outbox={"deferred": waiting(days=1), "queued": waiting(days=1)},
        newest_at=NOW + timedelta(days=1),
        began_at=ago(days=99),
    )
    found = {trouble.id for trouble in find_troubles(worst, LIMITS, NOW)}
    assert found == set(OF_ALL) - {"backup_old"}
