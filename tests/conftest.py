"""What every test has; the builders and helpers are in tests/kit."""

pytest_plugins = ["tests.kit.features", "tests.kit.golden", "tests.kit.postgres"]
