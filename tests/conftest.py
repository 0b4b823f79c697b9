"""What every test has; the builders and helpers are in tests/kit."""

from hypothesis import settings

pytest_plugins = ["tests.kit.features", "tests.kit.golden", "tests.kit.postgres"]

# a loaded machine is slow now and then: no test measures time; half of hypothesis' 100 examples find
# what a change breaks, and `python -m benchmarks.fuzz` looks longer
settings.register_profile("mailbot", deadline=None, max_examples=50)
settings.load_profile("mailbot")
