"""The sandbox of the tests: one for all that run in this process, as the service has."""

from mailbot.entrypoints.app import open_sandbox
from mailbot.sandbox.pool import Sandbox
from mailbot.settings import Settings


def a_sandbox() -> Sandbox:
    """Return it; its processes start with the first file."""
    return open_sandbox(Settings())
