"""What every test has; the builders and helpers are in tests/kit."""

from hypothesis import settings

pytest_plugins = ["tests.kit.features", "tests.kit.golden", "tests.kit.postgres"]

# a loaded machine is slow now and then: no test measures time
settings.register_profile("mailbot", deadline=None)
settings.load_profile("mailbot")
