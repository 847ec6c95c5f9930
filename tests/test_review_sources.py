"""The queue offers proposed sources, and a person's click makes one a source."""

import asyncio
from pathlib import Path

from claims.library import read_inquiry
from review.web.serving import page_beside
from tests import lamps
from tests.lamps import AGREES, FIRST, LIBRARY, LampJudge
from tests.test_flows_grounding import LATER, WICKS
from tests.test_flows_spare_time import NOTE
from tests.test_review_web import Browser


def test_a_proposed_source_is_adopted_or_dismissed_on_the_queue(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES, WICKS, LATER, library=LIBRARY + NOTE)
    asyncio.run(lamps.night(place, LampJudge(), "2026-07-01"))
    with page_beside(place, host="127.0.0.1", port=0) as address:
        browser = Browser(address)
        browser.post("/name", {"mark": browser.mark(), "name": "R. Reader", "back": "/queue"})
        shown = browser.get("/queue").text
        assert "Proposed sources (2)" in shown
        assert "a longer wick burns for a longer time, by 12 %" in shown
        fields = {"mark": browser.mark(), "paper": "2306.00009", "back": "/queue"}
        adopted = browser.post("/sources", fields | {"holder": "wicks-burn", "act": "adopt"})
        assert "Proposed sources (1)" in adopted.text
        twice = browser.post("/sources", fields | {"holder": "wicks-burn", "act": "adopt"})
        assert (twice.status_code, "not proposed" in twice.text) == (400, True)
        left = browser.post("/sources", fields | {"holder": "why", "act": "dismiss"}).text
        assert "2306.00009" not in left
        assert (
            browser.post("/sources", fields | {"holder": "why", "act": "burn"}).status_code == 400
        )
        assert browser.post("/sources", {"act": "adopt"}).status_code == 400
    (source,) = read_inquiry(place.folder / "claims" / "lanterns.toml").claims[1].sources
    assert str(source.arxiv) == "2306.00009v1"
