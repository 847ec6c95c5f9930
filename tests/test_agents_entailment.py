"""The door to the model: what it answers, and what it says when the model is not as shipped."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.entailment import FOLDER, Model, likelihood, shipped
from claims.errors import SettingsError

CLAIM = "A daily walk improves the memory of older adults."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the model's folder."""
    return Path(shutil.copytree(FOLDER, tmp_path / "model"))


def test_the_model_tells_support_contradiction_and_something_else_apart() -> None:
    same = likelihood("Walking every day improved memory in older adults.", CLAIM)
    other = likelihood("A daily walk did not improve the memory of older adults.", CLAIM)
    else_ = likelihood("The reef lost half of its corals within ten years.", CLAIM)
    assert same.supports > 0.5
    assert other.contradicts > 0.5
    assert else_.no_bearing > 0.5


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=300), st.text(min_size=1, max_size=200))
def test_any_two_texts_have_shares_that_add_up_to_one(text: str, claim: str) -> None:
    read = likelihood(text, claim)
    assert read.supports + read.contradicts + read.no_bearing == pytest.approx(1)


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    first = shipped().read("Walking every day improved memory.", CLAIM)
    shipped().read("Something much longer was asked in between. " * 12, CLAIM)
    assert shipped().read("Walking every day improved memory.", CLAIM) == first


def test_very_long_texts_are_cut() -> None:
    long = "Walking every day improved memory in older adults. " + "It rained. " * 2000
    for text, claim in ((long, CLAIM), (CLAIM, long), (long, long)):
        assert likelihood(text, claim).no_bearing < 1


@pytest.mark.parametrize("name", ["model.onnx", "shipped.json"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(SettingsError, match=f"{name} cannot be read"):
        Model(folder)


def test_a_model_that_is_not_the_one_shipped_is_refused(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(SettingsError, match="not the model that was shipped"):
        Model(folder)


@pytest.mark.parametrize("damaged", ["", "{}", '{"weights": {"whole": 1}}', "[1]"])
def test_weights_that_cannot_be_read_are_refused(folder: Path, damaged: str) -> None:
    (folder / "shipped.json").write_text(damaged, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"shipped\.json is not the file that was shipped"):
        Model(folder)


def test_other_weights_are_another_model(folder: Path) -> None:
    told = (folder / "shipped.json").read_text(encoding="utf-8")
    whole = json.loads(told)
    whole["weights"]["offset"] += 1
    (folder / "shipped.json").write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(SettingsError, match="not the model that was shipped"):
        Model(folder)


def test_the_model_fits_the_limit() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 30_000_000


def test_importing_the_judge_loads_no_runtime() -> None:
    code = "import sys, agents.local_judge; print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
