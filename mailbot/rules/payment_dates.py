"""Decides on which day a payment leaves (CF-PAY-06, CF-PAY-34)."""

from datetime import date

from mailbot.domain.target_days import first_target_day, last_target_day


def actual_day(wanted: date | None, today: date) -> date:
    """Return the day that a file names: the wanted one, never a past one, always a TARGET day.

    None means as soon as can be. A day on which banks are closed becomes the next one.
    """
    return first_target_day(max(wanted or today, today))


def day_of_due_date(due: date, today: date) -> date:
    """Return the last TARGET day that is not after `due`, so that nobody pays late.

    When that has passed, or never was, it is the first TARGET day from today on.
    """
    return actual_day(last_target_day(due), today)
