"""The house rules that a machine can check; docs/decisions says why some of them are there."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("mailbot", "handlers", "storage", "connectors", "templates")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LANGUAGES = ("nl", "fr", "en", "de")

#: written by alembic
MIGRATIONS = ROOT / "storage" / "migrations" / "versions"

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
CLOCK_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.localtime",
}
ENVIRONMENT_NAMES = {"os.environ", "os.getenv", "os.environb", "os.putenv"}

#: dependencies that another library imports when they are there, and which one that is
LOADED_BY_ANOTHER = {"python-multipart": "starlette"}

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree(path)) if isinstance(n, FUNCTIONS))


def dotted(node: ast.AST) -> str:
    """Return the last two names of `a.b.c`: "b.c"."""
    if not isinstance(node, ast.Attribute):
        return ""
    owner = node.value
    before = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return f"{before}.{node.attr}"


def shipped_files() -> list[Path]:
    """Return every file that a clone holds or is about to hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_imports_point_one_way() -> None:
    """The contracts of pyproject.toml hold (import-linter)."""
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)  # noqa: S603, PLW1510
    assert run.returncode == 0, run.stdout


def test_a_module_can_be_read_at_one_go() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert not {name: n for name, n in lengths.items() if n > MAX_MODULE_LINES}


def test_a_module_starts_with_a_sentence() -> None:
    first = {name_of(p): (ast.get_docstring(tree(p)) or "").split("\n\n")[0] for p in MODULES}
    assert not [name for name, text in first.items() if not text.rstrip().endswith((".", ":"))]


def test_functions_are_short() -> None:
    assert not [
        f"{name_of(path)}:{f.lineno} {f.name}"
        for path in MODULES
        if MIGRATIONS not in path.parents
        for f in functions(path)
        if f.end_lineno and f.end_lineno - f.lineno >= MAX_FUNCTION_LINES
    ]


def test_no_import_hides_in_a_function() -> None:
    assert not [
        f"{name_of(path)}:{inner.lineno} in {f.name}"
        for path in MODULES
        for f in functions(path)
        for inner in ast.walk(f)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


@pytest.mark.parametrize(
    ("names", "allowed"),
    [(CLOCK_CALLS, "mailbot/domain/clock.py"), (ENVIRONMENT_NAMES, "mailbot/settings.py")],
    ids=["the time", "the environment"],
)
def test_one_module_alone_asks(names: set[str], allowed: str) -> None:
    assert not [
        f"{name_of(path)}:{getattr(node, 'lineno', 0)} {dotted(node)}"
        for path in MODULES
        if name_of(path) != allowed
        for node in ast.walk(tree(path))
        if dotted(node) in names
    ]


def test_every_dependency_is_used() -> None:
    """Decision 9: what nobody imports is not installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]}
    assert named - provided_by(imported_modules()) == set(LOADED_BY_ANOTHER)


def imported_modules() -> set[str]:
    """Return the top-level names of everything that is imported."""
    nodes = [node for path in MODULES for node in ast.walk(tree(path))]
    names = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    names |= {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    return {name.partition(".")[0] for name in names}


def provided_by(modules: set[str]) -> set[str]:
    """Return the distributions that hold these modules, named as pyproject.toml names them."""
    return {
        re.sub(r"[-_.]+", "-", name).lower()
        for module, names in packages_distributions().items()
        if module in modules
        for name in names
    }


def test_no_handler_imports_a_handler() -> None:
    """What happens next goes through the queue; only the registry knows them all."""
    handlers = {f"handlers.{name}" for name in handler_modules()}
    assert not [
        f"{name_of(path)}: {node.module}"
        for path in sorted((ROOT / "handlers").glob("*.py"))
        if path.stem != "registry"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module in handlers
    ]


def handler_modules() -> set[str]:
    """Return the modules of handlers/ that have a `handle` for jobs."""
    return {
        path.stem
        for path in (ROOT / "handlers").glob("*.py")
        if any(f.name == "handle" for f in functions(path))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_template(language: str) -> None:
    names = {tongue: template_names(tongue) for tongue in LANGUAGES}
    every = set().union(*names.values())
    assert every
    assert names[language] == every


def template_names(language: str) -> set[str]:
    folder = ROOT / "templates" / language
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_language_has_its_words() -> None:
    words = ROOT / "templates" / "words"
    assert {path.stem for path in words.glob("*.toml")} >= set(LANGUAGES)


def test_shipped_files_name_no_folder_of_the_machine_they_were_made_on() -> None:
    # spelled apart, so that this file does not name them
    folders = tuple(f"/{name}/".encode() for name in ("work", "farm", "root"))
    found = [
        f"{name_of(path)}: {folder.decode()}"
        for path in shipped_files()
        for folder in folders
        if folder in path.read_bytes()
    ]
    assert not found
