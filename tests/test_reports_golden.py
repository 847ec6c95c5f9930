"""Whole reports, byte for byte. `RETEST_RENEW_GOLDEN=1 pytest tests/test_reports_golden.py` renews.

Read the difference in version control before keeping it.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.render import to_html, to_json, to_markdown
from reports.report import Report
from tests.golden.world import busy_night, quiet_night

GOLDEN = Path(__file__).parent / "golden"
FORMS = {".md": to_markdown, ".html": to_html, ".json": to_json}


@pytest.mark.parametrize("night", [busy_night, quiet_night], ids=["busy_night", "quiet_night"])
@pytest.mark.parametrize("form", FORMS)
def test_a_report_is_the_same_to_the_byte(night: Callable[[], Report], form: str) -> None:
    written = FORMS[form](night()).encode()
    file = GOLDEN / f"{night.__name__}{form}"
    if os.environ.get("RETEST_RENEW_GOLDEN") == "1":
        file.write_bytes(written)
    assert written == file.read_bytes()
