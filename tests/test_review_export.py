"""Exports, commits and notifications as commands."""

import json
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from review.cli import app
from tests import lamps
from tests.lamps import AGREES, DENIES, FIRST
from tests.mornings import Morning, morning
from tests.test_review_cli import one_line, retest


class Receiver(ThreadingHTTPServer):
    """A loopback server that keeps every JSON message it is sent."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                outer.messages.append(json.loads(self.rfile.read(length)))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Its address, as Apprise writes it."""
        return f"json://127.0.0.1:{self.server_port}/"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    lamps.workspace(tmp_path, FIRST, AGREES, DENIES)
    return tmp_path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    return morning(tmp_path_factory.mktemp("world"), 3)


@pytest.mark.parametrize(
    ("form", "beginning"),
    [
        ("json", '{\n  "format": "retest-export-1"'), ("csv", "claim_id,inquiry,"),
        ("bibtex", "@misc{arxiv-2503."), ("ris", "TY  - ELEC"), ("atom", "<feed xmlns="),
    ],
)  # fmt: skip
def test_every_form_is_printed_and_written(
    world: Morning, tmp_path: Path, form: str, beginning: str
) -> None:
    folder = world.workspace.folder
    asked = ["export", form, "--workspace", str(folder)]
    printed = CliRunner().invoke(app, asked)
    assert printed.exit_code == 0, printed.output
    assert printed.stdout.startswith(beginning)
    out = tmp_path / "out"
    assert CliRunner().invoke(app, [*asked, "--out", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8") == printed.stdout


def test_one_claim_is_exported_and_an_unknown_one_is_told(world: Morning) -> None:
    folder = world.workspace.folder
    where = ["--workspace", str(folder)]
    one = CliRunner().invoke(app, ["export", "json", "--claim", "lantern-0001", *where])
    told = json.loads(one.stdout)
    assert [claim["id"] for claim in told["claims"]] == ["lantern-0001"]
    assert "no claim 'none'" in one_line(retest("export", "csv", "--claim", "none", cwd=folder))
    schema = json.loads(CliRunner().invoke(app, ["export", "json", "--schema"]).stdout)
    assert schema["title"] == "Export"


def test_a_site_and_markdown_files_are_written(world: Morning, tmp_path: Path) -> None:
    where = ["--workspace", str(world.workspace.folder)]
    assert CliRunner().invoke(app, ["site", str(tmp_path / "site"), *where]).exit_code == 0
    assert (tmp_path / "site" / "claims" / "lantern-0000.html").is_file()
    CliRunner().invoke(app, ["export", "markdown", str(tmp_path / "md"), *where])
    assert len(list((tmp_path / "md").glob("*.md"))) == 3


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@claims.example")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_night_is_one_readable_commit(place: Path) -> None:
    first = retest("nightly", "--until", "2026-01-01", "--commit", cwd=place)
    assert "not a git repository" in first.stderr
    assert first.returncode == 2
    git(place, "init", "--quiet")
    git(place, "config", "user.name", "Ada")
    git(place, "config", "user.email", "ada@claims.example")
    (place / "draft.txt").write_text("not ours", encoding="utf-8")
    for until in ("2026-01-01", "2026-07-01"):
        done = retest("nightly", "--until", until, "--commit", cwd=place)
        assert done.returncode == 0, done.stderr
    subjects = git(place, "log", "--format=%s").splitlines()
    assert len(subjects) == 2
    assert subjects[0].startswith("Nightly retest, ")
    assert "draft.txt" not in git(place, "ls-files")
    assert "standings/lanterns-agree.md" in git(place, "ls-files")


def test_a_claim_that_left_the_library_leaves_the_commits(place: Path) -> None:
    git(place, "init", "--quiet")
    git(place, "config", "user.name", "Ada")
    git(place, "config", "user.email", "ada@claims.example")
    assert retest("nightly", "--until", "2026-01-01", "--commit", cwd=place).returncode == 0
    (place / "standings" / "README.md").write_text("mine", encoding="utf-8")
    file = place / "claims" / "lanterns.toml"
    head, *claims = file.read_text(encoding="utf-8").split("[[claims]]")
    kept = [claim for claim in claims if '"lanterns-agree"' not in claim]
    file.write_text("[[claims]]".join([head, *kept]), encoding="utf-8")
    assert retest("nightly", "--until", "2026-07-01", "--commit", cwd=place).returncode == 0
    assert "standings/lanterns-agree.md" not in git(place, "ls-files")
    assert (place / "standings" / "README.md").is_file()


def test_a_night_that_could_not_be_committed_or_begun_on_its_server_speaks(
    place: Path, receiver: Receiver
) -> None:
    done = retest(
        "nightly", "--until", "2026-07-01", "--commit", cwd=place, RETEST_NOTIFY=receiver.url
    )
    assert done.returncode == 2
    assert receiver.messages[0]["title"] == "The night failed"
    assert "not a git repository" in receiver.messages[0]["message"]
    gone = "http://127.0.0.1:9/api"
    done = retest("nightly", cwd=place, RETEST_NOTIFY=receiver.url, PREFECT_API_URL=gone)
    assert done.returncode == 2
    assert "no Prefect server answers" in receiver.messages[1]["message"]


def test_a_night_that_changed_something_is_told_in_three_lines_and_a_link(
    place: Path, receiver: Receiver
) -> None:
    settings = place / "retest.toml"
    text = f'\n[notify]\nurls = ["{receiver.url}"]\n[review]\nurl = "https://claims.example"\n'
    settings.write_text(settings.read_text(encoding="utf-8") + text, encoding="utf-8")
    done = retest("nightly", "--until", "2026-07-01", cwd=place)
    assert done.returncode == 0, done.stderr
    assert len(receiver.messages) == 1
    lines = receiver.messages[0]["message"].splitlines()
    assert receiver.messages[0]["title"].startswith("Nightly retest")
    assert 1 < len(lines) <= 4
    assert lines[-1] == "https://claims.example/tonight"
    retest("nightly", "--until", "2026-07-01", cwd=place)
    assert len(receiver.messages) == 1


def test_a_failed_night_speaks_and_so_does_a_quiet_one_that_is_asked(
    place: Path, receiver: Receiver
) -> None:
    settings = place / "retest.toml"
    written = settings.read_text(encoding="utf-8")
    retest("nightly", "--until", "2026-07-01", cwd=place)
    asked = written + "\n[notify]\nquiet_nights = true\n"
    settings.write_text(asked, encoding="utf-8")
    retest("nightly", "--until", "2026-07-01", cwd=place, RETEST_NOTIFY=receiver.url)
    assert len(receiver.messages) == 1
    assert "Nothing changed" in receiver.messages[0]["message"]
    (place / "claims" / "lanterns.toml").write_text("[inquiry", encoding="utf-8")
    done = retest("nightly", cwd=place, RETEST_NOTIFY=receiver.url)
    assert done.returncode == 2
    assert receiver.messages[1]["title"] == "The night failed"
    assert "lanterns.toml" in receiver.messages[1]["message"]


def test_a_night_without_a_source_is_told_as_failed(place: Path, receiver: Receiver) -> None:
    (place / "dump.jsonl").unlink()
    assert retest("nightly", cwd=place, RETEST_NOTIFY=receiver.url).returncode == 2
    assert receiver.messages[0]["title"] == "The night failed"
    assert "there is no dump" in receiver.messages[0]["message"].splitlines()[0]


def test_a_message_that_cannot_be_delivered_fails_no_night(place: Path, receiver: Receiver) -> None:
    receiver.status = 500
    done = retest("nightly", "--until", "2026-07-01", cwd=place, RETEST_NOTIFY=receiver.url)
    assert done.returncode == 0
    assert "could not be delivered to number 1 of" in done.stderr
    assert receiver.url not in done.stderr


def test_one_address_out_of_order_keeps_nothing_from_the_others(
    place: Path, receiver: Receiver
) -> None:
    urls = f"json://127.0.0.1:9/ {receiver.url}"
    told = retest("doctor", "--notify", cwd=place, RETEST_NOTIFY=urls)
    assert "could not be delivered to number 1 of" in told.stdout
    assert len(receiver.messages) == 1


def test_doctor_sends_a_test_and_says_when_nobody_is_to_be_told(
    place: Path, receiver: Receiver
) -> None:
    told = retest("doctor", "--notify", "--json", cwd=place, RETEST_NOTIFY=receiver.url)
    checks = {check["name"]: check for check in json.loads(told.stdout)}
    assert checks["notifications"]["told"] == "a test was sent to 1 address"
    assert receiver.messages[0]["title"] == "retest: a test"
    off = json.loads(retest("doctor", "--json", cwd=place).stdout)
    assert {check["name"]: check for check in off}["notifications"]["fine"]
    nobody = retest("doctor", "--notify", "--json", cwd=place)
    assert nobody.returncode == 2
    wrong = retest("doctor", "--notify", cwd=place, RETEST_NOTIFY="nonsense://secret")
    assert "secret" not in wrong.stdout + wrong.stderr
