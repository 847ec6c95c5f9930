"""What you see is what you import, and the rules of the layout hold."""

import ast
import importlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("claims", "papers", "agents", "reports", "flows", "review")
MAX_LINES = 400
SLOW = ("prefect", "langgraph", "chromadb", "openai", "sqlalchemy", "rich.console")


def modules(*folders: str) -> list[Path]:
    return [f for folder in folders for f in sorted((ROOT / folder).rglob("*.py"))]


def where(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def nodes(file: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def imported(file: Path) -> Iterator[tuple[str, ast.stmt]]:
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


@pytest.mark.parametrize("name", [*OURS, "tests"])
def test_a_package_of_ours_is_imported_from_the_checkout(name: str) -> None:
    package = importlib.import_module(name)
    assert [Path(place) for place in package.__path__] == [ROOT / name]


def test_no_other_distribution_provides_a_name_of_ours() -> None:
    providers = metadata.packages_distributions()
    taken = {name: set(providers.get(name, [])) - {"retest"} for name in (*OURS, "tests")}
    assert {name: others for name, others in taken.items() if others} == {}


def test_every_folder_that_is_packaged_is_one_of_ours() -> None:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert tuple(written["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == OURS


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout
    assert " 0 broken" in linted.stdout


def test_every_import_is_absolute() -> None:
    relative = [
        where(file, node)
        for file in modules(*OURS, "tests", "bench")
        for node in nodes(file)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_nothing_pickles_and_nothing_is_mocked() -> None:
    banned = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "unittest.mock"}
    found = [
        f"{where(file, node)} {name}"
        for file in modules(*OURS, "tests", "bench")
        for name, node in imported(file)
        if name in banned
    ]
    assert found == []


def test_no_module_bears_the_name_of_a_package_that_it_wraps() -> None:
    clashes = [
        f"{where(file, node)} {name}"
        for file in modules(*OURS, "bench")
        for name, node in imported(file)
        if name.split(".")[0] == file.stem and file.stem not in OURS
    ]
    assert clashes == []


def test_only_verify_makes_a_verified_citation() -> None:
    makers = {
        str(file.relative_to(ROOT))
        for file in modules(*OURS, "tests", "bench")
        for node in nodes(file)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] == "VerifiedCitation"
    }
    # The second is the test that shows how it is refused.
    assert makers == {"claims/verify.py", "tests/test_claims_verify.py"}


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        str(file.relative_to(ROOT))
        for file in modules(*OURS)
        for node in nodes(file)
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (
            isinstance(node, ast.ImportFrom)
            and {"environ", "getenv"} & {a.name for a in node.names}
        )
    }
    assert readers == {"flows/settings.py"}


def test_no_module_is_longer_than_the_limit() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in modules(*OURS, "tests", "bench")
    }
    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}


def test_the_command_line_imports_nothing_slow() -> None:
    program = (
        f"import sys; import review.cli; print([name for name in {SLOW!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
