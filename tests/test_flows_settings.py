"""Settings, workspaces and the environment: what is read, and how faults are told."""

import json
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from claims.errors import SettingsError
from flows.settings import Environment, JudgeSettings, Settings, quiet_libraries, read_settings
from flows.workspace import Workspace


def _file(folder: Path, text: str) -> Path:
    file = folder / "retest.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_setting_has_a_default(tmp_path: Path) -> None:
    assert read_settings(_file(tmp_path, "")) == Settings()


def test_the_file_that_init_writes_reads_as_the_defaults(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path, Environment.read({}))
    assert made.settings == Settings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[source]\npace = 3\n", r"retest.toml:2: source.pace: unknown key"),
        ("[search]\npapers_per_claim = 0\n", r"retest.toml:2: search.papers_per_claim: .*1"),
        ("[schedule]\n\ncron = 'soon'\n", r"retest.toml:3: schedule.cron: 'soon' is not a cron"),
        ("[schedule]\ntimezone = 'Mars'\n", r"retest.toml:2: schedule.timezone: 'Mars'"),
        ("[search]\nembedder = 'psychic'\n", r"retest.toml:2: search.embedder: "),
    ],
)
def test_a_wrong_setting_is_told_with_file_line_and_key(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        read_settings(_file(tmp_path, text))


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="retest init"):
        Workspace.open(tmp_path, Environment.read({}))


def test_the_environment_names_workspace_ledger_and_server(tmp_path: Path) -> None:
    Workspace.create(tmp_path, Environment.read({}))
    variables = {
        "RETEST_WORKSPACE": str(tmp_path),
        "RETEST_LEDGER": "sqlite:///elsewhere.sqlite",
        "PREFECT_API_URL": "http://127.0.0.1:4200/api",
    }
    place = Workspace.open(None, Environment.read(variables))
    assert place.folder == tmp_path.resolve()
    assert place.ledger_url == "sqlite:///elsewhere.sqlite"
    assert place.prefect_api_url == "http://127.0.0.1:4200/api"


def test_a_key_is_not_shown() -> None:
    environment = Environment.read({"OPENAI_API_KEY": "sk-invented"})
    assert environment.openai_api_key == "sk-invented"
    assert "sk-invented" not in repr(environment)


@pytest.mark.parametrize("key", ["sk-invented\n", " sk-invented", "sk-invented\r\n"])
def test_white_space_around_a_key_is_no_part_of_it(key: str) -> None:
    assert Environment.read({"OPENAI_API_KEY": key}).openai_api_key == "sk-invented"
    assert JudgeSettings(api_key=key).api_key == "sk-invented"


@pytest.mark.parametrize("key", ["sk-in\nvented", "sk-invénted", "sk-in vented", 'sk-in"vented'])
def test_what_can_be_no_key_is_refused_without_being_shown(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY: the key holds") as told:
        Environment.read({"OPENAI_API_KEY": key})
    file = _file(tmp_path, f"[judge]\napi_key = {json.dumps(key)}\n")
    with pytest.raises(SettingsError, match=r"retest.toml:2: judge.api_key: the key holds") as read:
        read_settings(file)
    for error in (told, read):
        assert "vented" not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize(
    "address", ["foo", "http://", "http://127.0.0.1:99999/v1", "http://me:pass-0@host/v1"]
)
def test_an_endpoint_that_is_no_address_is_one_line(address: str) -> None:
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL: ") as told:
        Environment.read({"OPENAI_BASE_URL": address})
    assert "pass-0" not in str(told.value)


def test_init_leaves_what_is_there(tmp_path: Path) -> None:
    _file(tmp_path, "[search]\npapers_per_claim = 7\n")
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "mine.toml").write_text('[inquiry]\nid = "mine"\nquestion = "Why?"\n')
    made = Workspace.create(tmp_path, Environment.read({}))
    assert made.settings.search.papers_per_claim == 7
    assert [inquiry.id for inquiry in made.inquiries()] == ["mine"]


def test_a_workspace_where_none_can_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="cannot make a workspace"):
        Workspace.create(tmp_path / "file", Environment.read({}))


def test_a_users_own_variable_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    quiet_libraries(tmp_path)
    names = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"]
    shown = subprocess.run(
        [sys.executable, "-c", f"import os; print(*map(os.getenv, {names}))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split() == ["8", "1"]
