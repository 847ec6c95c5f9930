"""*Retest now* from the page: followed, one at a time, and its quotes shown on their pages."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from claims.errors import LedgerConflict
from review.live import Progress, Retests
from review.web.serving import page_beside
from tests.lamps import FIRST, workspace
from tests.test_review_shelf import ID, SAID, shelved
from tests.test_review_web import Browser


def until(holds: Callable[[], bool], *, within_s: float = 60.0) -> None:
    """Wait."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def test_a_retest_is_followed_and_its_quote_is_shown_on_its_page(tmp_path: Path) -> None:
    place = shelved(tmp_path)
    with page_beside(place, host="127.0.0.1", port=0) as address:
        browser, told = Browser(address), list[str]()
        begun = browser.post("/claims/lanterns-agree/retest", {"mark": browser.mark()})
        assert "htmx.min.js" in begun.text
        # A refresh to a place within the page, as the address after the form is, loads nothing.
        assert 'content="3; url=/claims/lanterns-agree"' in begun.text

        def ended() -> bool:
            answer = browser.get("/claims/lanterns-agree/retest")
            told.append(answer.text)
            return "HX-Refresh" in answer.headers

        until(ended)
        assert any('hx-trigger="every 1s"' in text for text in told)
        page = browser.get("/claims/lanterns-agree").text
        assert "The retest has ended" in page
        assert "htmx.min.js" not in page
        assert SAID.split()[0] in page
        picture = re.search(r'src="(/evidence/[^"]+\.png)"', page)
        assert picture
        drawn = browser.get(picture[1])
        assert drawn.headers["content-type"] == "image/png"
        assert drawn.content.startswith(b"\x89PNG")
        beyond = browser.get(picture[1].replace("/0.png", "/7.png"))
        assert beyond.status_code == 404
        place.shelf().drop(ID)
        without = browser.get("/claims/lanterns-agree").text
        assert "its PDF is not kept here any more" in without
        assert "/evidence/" not in without


def test_only_one_claim_is_retested_at_a_time(tmp_path: Path) -> None:
    retests = Retests(workspace(tmp_path, FIRST))
    first = retests.begin("lanterns-agree")
    assert retests.begin("lanterns-agree") is first
    with pytest.raises(LedgerConflict, match="lanterns-agree is being retested"):
        retests.begin("wicks-burn")
    until(lambda: first.ended)
    assert first.trouble is None
    second = retests.begin("wicks-burn")
    until(lambda: second.ended)
    assert retests.of("wicks-burn") is second


def test_a_retest_beside_another_run_says_why_it_ended(tmp_path: Path) -> None:
    place = workspace(tmp_path, FIRST)
    with place.only_run():
        progress = Retests(place).begin("lanterns-agree")
        until(lambda: progress.ended)
    assert progress.run_id is None
    assert "another retest run is at work" in (progress.trouble or "")


def test_progress_keeps_the_last_steps_alone() -> None:
    progress = Progress(claim_id="lanterns-agree")
    progress.begin("retest", 30)
    for n in range(30):
        progress.advance(f"paper {n}")
    assert (progress.stage, progress.n_done, progress.n_total) == ("retest", 30, 30)
    assert len(progress.lines) == 12
    assert progress.lines[-1] == "retest 30 of 30: paper 29"
