"""What one client may use, and all together."""

from datetime import UTC, datetime, timedelta

from mailbot.domain.clock import StoppedClock
from mailbot.entrypoints.greylist import Greylist
from mailbot.entrypoints.smtp_limits import Connections, Rate, Traffic
from mailbot.entrypoints.smtp_memory import Memory, make_shared

OUTSIDE, OTHER = "192.0.2.1", "192.0.2.2"


def traffic(mails: int = 60, memory: Memory | None = None) -> tuple[Traffic, StoppedClock]:
    clock = StoppedClock(datetime(2026, 11, 13, tzinfo=UTC))
    return Traffic(mails_per_minute=mails, clock=clock, memory=memory or Memory()), clock


def test_one_client_from_outside_takes_at_most_half_of_the_connections() -> None:
    limits = Connections(4, Memory())
    assert [limits.enter(n, OUTSIDE) for n in range(3)] == [True, True, False]
    assert [limits.enter(n, OTHER) for n in range(3, 6)] == [True, True, False]
    limits.leave(0)
    assert limits.enter(9, OUTSIDE)


def test_this_machine_may_take_all_of_them() -> None:
    limits = Connections(4, Memory())
    assert [limits.enter(n, "::ffff:127.0.0.1") for n in range(5)] == [True] * 4 + [False]


def test_a_connection_that_was_refused_leaves_without_a_trace() -> None:
    limits = Connections(1, Memory())
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


def test_a_flood_of_new_keys_takes_no_more_memory() -> None:
    rate = Rate(2, StoppedClock(datetime(2026, 11, 13, tzinfo=UTC)), Memory())
    for n in range(40_000):
        rate.take(str(n))
    assert rate.take("39999")
    assert not rate.take("39999"), "the newest are remembered"


def test_processes_count_together() -> None:
    shared = make_shared()
    (one, _), (other, _) = (traffic(mails=2, memory=Memory(shared)) for _ in range(2))
    assert [one.may_send(OUTSIDE), other.may_send(OUTSIDE)] == [True, True]
    assert [one.may_send(OUTSIDE), other.may_send(OUTSIDE)] == [False, False]


def test_connections_of_a_process_that_died_are_forgotten() -> None:
    shared = make_shared()

    def process(place: int) -> Connections:
        return Connections(3, Memory(shared), place=place, processes=2)

    first, second = process(0), process(1)
    assert [first.enter(1, OUTSIDE), second.enter(1, OTHER), second.enter(2, "10.0.0.1")]
    assert first.is_crowded
    assert not first.enter(2, "10.0.0.2"), "all of them together have three"
    second = process(1)
    assert not first.enter(2, OUTSIDE), "half of them is one"
    assert first.enter(2, "10.0.0.2")


def test_a_network_a_sender_and_a_dossier_have_their_rate_too() -> None:
    limits, clock = traffic(mails=2)
    # each client of the network for itself stays below
    sent = [limits.may_send(f"198.51.100.{n}", f"{n}@a.example") for n in range(10)]
    assert sent.count(True) == 8
    assert limits.may_send("203.0.113.1", "9@a.example")
    clock.move(timedelta(minutes=1))
    # one sender through many networks
    sent = [limits.may_send(f"10.{n}.0.1", "Same@a.example") for n in range(4)]
    assert sent == [True, True, False, False]
    # bounces have no sender: each client for itself
    assert [limits.may_send("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert limits.may_send("203.0.113.9")
    for _ in range(8):
        assert limits.may_deliver("bakker")
        limits.note_delivered("bakker")
    assert not limits.may_deliver("bakker")
    assert limits.may_deliver("slager")


def test_in_a_flood_strangers_try_again_and_then_pass() -> None:
    clock = StoppedClock(datetime(2026, 11, 13, tzinfo=UTC))
    grey = Greylist(flood_per_minute=3, clock=clock, memory=Memory())
    grey.note_kept("192.0.2.9")
    clock.move(timedelta(hours=1))
    assert not grey.must_wait(OUTSIDE, "a@b.example", "x@in.example"), "there is no flood"
    for n in range(3):
        grey.note_kept(f"203.0.113.{n}")
    new, to = "198.51.100.7", "x@in.example"
    assert grey.must_wait(new, "a@b.example", to)
    assert grey.must_wait("203.0.113.1", "a@b.example", to), "it came with the flood"
    assert not grey.must_wait(OUTSIDE, "a@b.example", to), "its network brought mail long before"
    clock.move(timedelta(seconds=10))
    assert grey.must_wait(new, "a@b.example", to), "too soon"
    clock.move(timedelta(seconds=50))
    for _ in range(3):
        grey.note_kept("203.0.113.1")
    assert not grey.must_wait("198.51.100.8", "A@b.example", to.upper()), "another host of it"
    assert grey.must_wait(new, "other@b.example", to)


def test_greylisting_can_be_off_and_its_memory_ends() -> None:
    clock = StoppedClock(datetime(2026, 11, 13, tzinfo=UTC))
    off = Greylist(flood_per_minute=0, clock=clock, memory=Memory())
    off.note_kept(OUTSIDE)
    assert not off.must_wait(OTHER, "a@b.example", "x@in.example")
    grey = Greylist(flood_per_minute=1, clock=clock, memory=Memory())
    grey.note_kept("203.0.113.1")
    for n in range(30_000):
        assert grey.must_wait("198.51.100.7", f"{n}@b.example", "x@in.example")
    assert grey.must_wait("198.51.100.7", "0@b.example", "x@in.example"), "it begins anew"
