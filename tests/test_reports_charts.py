"""Charts: the same figures give the same file, and a file that cannot be is told in one line."""

from pathlib import Path

import pytest

from claims.errors import SettingsError
from reports.charts import reliability

BINS = (
    {"from": 0.5, "pairs": 4, "said": 0.55, "right": 0.5},
    {"from": 0.9, "pairs": 6, "said": 0.95, "right": 0.8},
)


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_same_figures_give_the_same_file(tmp_path: Path, kind: str) -> None:
    for name in ("a", "b"):
        reliability({"forced": BINS}, "lamps", tmp_path / f"{name}.{kind}")
    assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_a_chart_names_its_series_and_how_many_answers_each_has(tmp_path: Path) -> None:
    reliability({"<b>forced</b>": BINS}, "lamps", tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<b>forced" not in text
    assert "forced" in text
    assert "(10)" in text


def test_a_file_that_cannot_be_written_is_a_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        reliability({"forced": BINS}, "lamps", tmp_path / "none" / "a.svg")
    with pytest.raises(SettingsError, match="a chart is a"):
        reliability({"forced": BINS}, "lamps", tmp_path / "a.gif")
