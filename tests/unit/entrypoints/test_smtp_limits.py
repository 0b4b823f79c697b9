"""What one client may use, and all together."""

from datetime import UTC, datetime, timedelta

from mailbot.domain.clock import StoppedClock
from mailbot.entrypoints.smtp_limits import Traffic

OUTSIDE, OTHER = "192.0.2.1", "192.0.2.2"


def traffic(connections: int = 4, mails: int = 60) -> tuple[Traffic, StoppedClock]:
    clock = StoppedClock(datetime(2026, 11, 13, tzinfo=UTC))
    return Traffic(max_connections=connections, mails_per_minute=mails, clock=clock), clock


def test_one_client_from_outside_takes_at_most_half_of_the_connections() -> None:
    limits, _ = traffic()
    assert [limits.enter(n, OUTSIDE) for n in range(3)] == [True, True, False]
    assert [limits.enter(n, OTHER) for n in range(3, 6)] == [True, True, False]
    limits.leave(0)
    assert limits.enter(9, OUTSIDE)


def test_this_machine_may_take_all_of_them() -> None:
    limits, _ = traffic()
    assert [limits.enter(n, "::ffff:127.0.0.1") for n in range(5)] == [True] * 4 + [False]


def test_a_connection_that_was_refused_leaves_without_a_trace() -> None:
    limits, _ = traffic(connections=1)
    limits.enter("first", OUTSIDE)
    assert not limits.enter("second", OTHER)
    limits.leave("second")
    limits.leave("first")
    limits.leave("first")
    assert limits.enter("third", OTHER)


def test_mails_per_minute_of_one_client() -> None:
    limits, clock = traffic(mails=2)
    assert [limits.may_send(OUTSIDE) for _ in range(3)] == [True, True, False]
    assert limits.may_send(OTHER)
    clock.move(timedelta(seconds=29))
    assert not limits.may_send(OUTSIDE)
    clock.move(timedelta(seconds=1))
    assert limits.may_send(OUTSIDE)
    clock.move(timedelta(days=1))
    assert [limits.may_send(OUTSIDE) for _ in range(3)] == [True, True, False]


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    limits, clock = traffic(mails=2)
    limits.may_send(OUTSIDE)
    clock.move(timedelta(hours=-1))
    assert [limits.may_send(OUTSIDE) for _ in range(2)] == [True, False]


def test_an_ipv6_network_is_one_client() -> None:
    limits, _ = traffic(mails=1)
    assert limits.may_send("2001:db8:1:2::1")
    assert not limits.may_send("2001:db8:1:2:ffff::9")
    assert limits.may_send("2001:db8:1:3::1")
    assert limits.may_send("192.0.2.1")
    assert not limits.may_send("::ffff:192.0.2.1")
    assert limits.may_send("fe80::1%eth0")


def test_clients_at_rest_are_forgotten() -> None:
    limits, clock = traffic()
    for n in range(10_000):
        limits.may_send(f"10.0.{n // 256}.{n % 256}")
    clock.move(timedelta(minutes=1))
    limits.may_send(OUTSIDE)
    assert len(limits._buckets) == 1
