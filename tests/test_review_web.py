"""The review page as a browser meets it: over loopback, with real requests."""

import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from claims.assessment import StandingState
from claims.errors import SettingsError
from claims.ledger import Ledger
from claims.present import present
from claims.waiting import waiting
from flows.settings import read_settings
from flows.workspace import Workspace
from review.views.answers import PER_PAGE
from review.web.serving import page_beside
from tests.fakes import assessment, paper
from tests.mornings import HOSTILE, Morning, morning, night

MAX_PAGE_BYTES = 100_000


@dataclass
class Browser:
    """A session of one person, without scripts."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **headers: str) -> requests.Response:
        """The page at `path`."""
        return self.session.get(self.address.rstrip("/") + path, headers=headers, timeout=20)

    def mark(self) -> str:
        """What our own forms carry in this session."""
        found = re.search(r'name="mark" value="([0-9a-f]+)"', self.get("/queue").text)
        assert found
        return found[1]

    def post(self, path: str, fields: dict[str, str], **headers: str) -> requests.Response:
        """The page that the form leads to."""
        return self.session.post(
            self.address.rstrip("/") + path, data=fields, headers=headers, timeout=20
        )

    def decide(self, claim_id: str, assessment_id: str, act: str, **more: str) -> requests.Response:
        """The page after a ruling."""
        fields = {
            "mark": self.mark(), "claim": claim_id, "assessment": assessment_id, "act": act,
            "back": "/queue#item-0",
        }  # fmt: skip
        return self.post("/decide", fields | more)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    """Ten claims after two nights; nothing is decided on it."""
    return morning(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def served(world: Morning) -> Iterator[str]:
    """Its page, only to be read."""
    with page_beside(world.workspace, host="127.0.0.1", port=0) as address:
        yield address


@pytest.fixture
def reader(served: str) -> Browser:
    return Browser(served)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[tuple[Morning, str]]:
    """A world and page of one's own, to decide on."""
    made = morning(tmp_path, 4)
    with page_beside(made.workspace, host="127.0.0.1", port=0) as address:
        yield made, address


PAGES = (
    "/tonight", "/queue", "/inquiries", "/inquiries/lanterns", "/runs", "/runs/night-2026-01-03",
    "/claims/lantern-0000", "/claims/lantern-0001", "/papers/2503.00001", "/papers/2503.00061",
    "/search?q=lantern", "/search?q=%3Cscript%3E", "/inquiries/lanterns?state=CONTESTED",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_small_and_safe(reader: Browser, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 200, answer.text
    loaded = set(re.findall(r'="(/static/[^"]+)"', answer.text))
    assert len(loaded) >= 3
    static = sum(len(reader.get(name).content) for name in loaded)
    assert len(answer.content) + static < MAX_PAGE_BYTES
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    for told in re.findall(r"<script[^>]*>([^<]*)", answer.text):
        assert told == ""
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", re.sub("&lt;.*?&gt;", "", answer.text))


def test_the_answers_to_an_inquirys_tasks_are_worked_out_and_shown(reader: Browser) -> None:
    assert "/inquiries/lanterns/answer" in reader.get("/inquiries/lanterns").text
    told = answers(reader)
    assert "Task 1: re-test the premise" in told
    assert "Say whether the premise holds." in told
    assert "Next inquiring lines" in told
    assert "<script>alert" not in told
    assert reader.get("/inquiries/none/answer").status_code == 404


def test_answers_are_worked_out_anew_after_a_ruling(fresh: tuple[Morning, str]) -> None:
    made, address = fresh
    browser = Browser(address)
    assert "(as of 2024) is CONTESTED" in answers(browser)
    browser.decide(made.claims[0].id, "", "amend:QUALIFIED")
    assert "(as of 2024) is CONTESTED" not in answers(browser)


def test_answers_to_many_questions_go_over_several_pages(tmp_path: Path) -> None:
    made = morning(tmp_path, PER_PAGE + 2)
    with page_beside(made.workspace, host="127.0.0.1", port=0) as address:
        browser = Browser(address)
        first, second = answers(browser), answers(browser, "?page=2")
    assert f"Lantern number {PER_PAGE} " not in first.split("Task 2")[0]
    assert f"Lantern number {PER_PAGE} " in second
    assert "Task 2" in first
    assert "Task 2" not in second


def test_a_page_that_is_followed_live_is_small_too(tmp_path: Path) -> None:
    made = morning(tmp_path, 2)
    about, long = made.claims[0], "Task and measure are the same on both sides. " * 40
    found = [assessment(about, paper(f"2504.{n:05}v1"), reason=long) for n in range(1, 41)]
    ledger = Ledger.open(made.workspace.ledger_url)
    night(ledger, made.claims, {about.id: found}, "2026-01-04", made.workspace)
    ledger.close()
    with page_beside(made.workspace, host="127.0.0.1", port=0) as address:
        browser = Browser(address)
        still = browser.get(f"/claims/{about.id}").text
        followed = browser.post(f"/claims/{about.id}/retest", {"mark": browser.mark()}).text
        for page, n_shown in ((still, 8), (followed, 4)):
            names = set(re.findall(r'="(/static/[^"]+)"', page))
            static = sum(len(browser.get(name).content) for name in names)
            assert ("/static/htmx.min.js" in names) == (page is followed)
            assert f"1 to {n_shown} of 42" in page
            assert len(page.encode()) + static < MAX_PAGE_BYTES


def answers(browser: Browser, query: str = "") -> str:
    """The page with the answers, once they are worked out."""
    for _ in range(1500):
        told = browser.get(f"/inquiries/lanterns/answer{query}").text
        if "being worked out" not in told:
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_words_full_of_markup_are_shown_as_text(reader: Browser) -> None:
    for path in ("/tonight", "/queue", "/claims/lantern-0001", "/papers/2503.00062"):
        told = reader.get(path).text
        assert "<script>alert" not in told
        assert "<img src=x" not in told
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told
        assert "{{ 7*7 }}" in told
        assert "\u202e" not in told
    assert "&lt;script&gt;" in reader.get("/search?q=" + HOSTILE[:30]).text


def test_tonight_ranks_what_overturns_first(reader: Browser) -> None:
    told = reader.get("/tonight").text
    assert "7 standings of 10 claims moved. 2 more claims have other evidence" in re.sub(
        r"\s+", " ", told
    )
    places = [told.index(f"/claims/lantern-000{n}") for n in (3, 4, 0, 1)]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404), ("/claims/none", 404), ("/runs/none", 404), ("/papers/none", 404),
        ("/papers/2509.99999", 404), ("/inquiries/none", 404), ("/static/../settings.py", 404),
        ("/static/review.py", 404), ("/tonight?page=0", 400), ("/tonight?page=x", 400),
        ("/inquiries/lanterns?state=NONSENSE", 400), ("/evidence/sha256:0/0.png", 404),
        ("/evidence/x/-1.png", 404), ("/search?q=" + "x" * 300, 400),
        ("/tonight?" + "x" * 3000, 414),
        ("/claims/%2e%2e%2f%2e%2e%2fetc", 404), ("/openapi.json", 404), ("/docs", 404),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_plainly(reader: Browser, path: str, status: int) -> None:
    answer = reader.get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_a_rebound_name_is_refused(reader: Browser) -> None:
    assert reader.get("/tonight", Host="evil.example").status_code == 421
    assert reader.get("/tonight", Host="localhost:4300").status_code == 200
    assert reader.get("/tonight", Host="[::1]:4300").status_code == 200
    assert reader.get("/tonight", Host="127.0.0.1.evil.example").status_code == 421


def test_a_form_that_another_site_sent_is_not_entered(fresh: tuple[Morning, str]) -> None:
    made, address = fresh
    browser, queue = Browser(address), _queue(made)
    claim_id, assessment_id = queue[0]
    fields = {"claim": claim_id, "assessment": assessment_id, "act": "accept"}
    mark = browser.mark()
    assert browser.post("/decide", fields).status_code == 400
    assert browser.post("/decide", fields | {"mark": "0" * 64}).status_code == 400
    whole = fields | {"mark": mark}
    assert browser.post("/decide", whole, Origin="http://evil.example").status_code == 403
    assert browser.post("/decide", whole, Origin="null").status_code == 403
    crossing = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post("/decide", whole, **crossing).status_code == 403
    assert Browser(address).post("/decide", whole).status_code == 400
    assert _queue(made) == queue


def test_a_body_that_is_too_large_is_refused(fresh: tuple[Morning, str]) -> None:
    browser = Browser(fresh[1])
    assert browser.post("/decide", {"why": "x" * 70_000}).status_code == 413
    chunks = (b"x" * 10_000 for _ in range(10))
    answer = browser.session.post(f"{fresh[1]}decide", data=chunks, timeout=20)
    assert answer.status_code == 413


def test_a_ruling_is_entered_told_and_undone(fresh: tuple[Morning, str]) -> None:
    made, address = fresh
    browser = Browser(address)
    browser.post("/name", {"mark": browser.mark(), "name": "Ada Ö.", "back": "/queue"})
    claim_id, assessment_id = _queue(made)[0]
    answer = browser.decide(claim_id, assessment_id, "reject:2")
    assert answer.status_code == 200
    assert "by Ada Ö.: Task, population, measure or setting differ." in answer.text
    assert claim_id not in {id for id, _ in _queue(made)} or _queue(made)[0][1] != assessment_id
    decided = re.search(r'name="decision" value="([^"]+)"', answer.text)
    assert decided
    fields = {
        "mark": browser.mark(), "claim": claim_id, "decision": decided[1], "back": "/queue",
    }  # fmt: skip
    undone = browser.post("/undo", fields)
    assert "<strong>withdraw</strong> by Ada Ö." in undone.text
    assert _queue(made)[0] == (claim_id, assessment_id)


def test_the_second_of_two_people_is_told_of_the_first(fresh: tuple[Morning, str]) -> None:
    made, address = fresh
    ada, bo = Browser(address), Browser(address)
    for browser, name in ((ada, "Ada"), (bo, "Bo")):
        browser.post("/name", {"mark": browser.mark(), "name": name, "back": "/queue"})
    claim_id, assessment_id = _queue(made)[0]
    ada.decide(claim_id, assessment_id, "accept")
    answer = bo.decide(claim_id, assessment_id, "reject", why="Not for me.")
    assert "Meanwhile Ada ruled <strong>accept</strong> on the same" in answer.text
    ledger = Ledger.open(made.workspace.ledger_url)
    assert [d.by for d in ledger.work.decisions(claim_id)] == ["Ada", "Bo"]
    ledger.close()


def test_a_standing_is_held_and_amended(fresh: tuple[Morning, str]) -> None:
    made, address = fresh
    browser, claim_id = Browser(address), made.claims[0].id
    ledger = Ledger.open(made.workspace.ledger_url)
    answer = browser.decide(claim_id, "", "amend:QUALIFIED", back=f"/claims/{claim_id}#standing")
    assert answer.url.endswith("#standing")
    assert present(ledger, claim_id).standing.state is StandingState.QUALIFIED
    # Any ruling in force can be taken back from the claim's page, the newest by the key u.
    assert 'data-key="u">Take back' in browser.get(f"/claims/{claim_id}").text
    browser.decide(claim_id, "", "reject:1")
    assert present(ledger, claim_id).standing.state is StandingState.CONTESTED
    assert browser.decide(claim_id, "", "amend:NONSENSE").status_code == 400
    assert browser.decide(claim_id, "", "reject", why=" ").status_code == 400
    ledger.close()


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil", "x\r\ny"])
def test_nobody_is_sent_elsewhere_after_a_ruling(fresh: tuple[Morning, str], back: str) -> None:
    made, address = fresh
    answer = Browser(address).decide(*_queue(made)[0], "accept", back=back)
    assert answer.url.startswith(address)


def test_another_host_needs_the_token(tmp_path: Path) -> None:
    made = morning(tmp_path, 2)
    with page_beside(made.workspace, host="0.0.0.0", port=0) as address:  # noqa: S104 - what is tested is that it is guarded
        port = re.search(r":(\d+)/\?token=([0-9a-f]{64})$", address)
        assert port
        browser = Browser(f"http://127.0.0.1:{port[1]}/")
        assert browser.get("/tonight").status_code == 401
        assert browser.get("/tonight?token=" + "0" * 64).status_code == 401
        assert browser.get("/static/keys.js").status_code == 401
        let_in = browser.get(f"/tonight?page=1&token={port[2]}")
        assert let_in.status_code == 200
        assert "token" not in let_in.url
        assert browser.get("/queue").status_code == 200
        assert "Say who you are" in browser.get("/queue").text
        refused = browser.decide(*_queue(made)[0], "accept")
        assert "who decides: it is empty" in refused.text


def test_a_port_that_is_taken_is_told(world: Morning, served: str) -> None:
    port = int(served.rstrip("/").rsplit(":", 1)[1])
    with (
        pytest.raises(SettingsError, match=r"already in use .*; choose another"),
        page_beside(world.workspace, host="127.0.0.1", port=port),
    ):
        pass


def test_the_secret_is_for_its_owner_alone(world: Morning, served: str) -> None:
    del served
    assert (world.workspace.state / "review-secret").stat().st_mode & 0o077 == 0


def test_the_history_is_a_picture_that_says_the_same_twice(reader: Browser) -> None:
    first = reader.get("/claims/lantern-0000/history.svg")
    assert first.headers["content-type"] == "image/svg+xml"
    assert first.content == reader.get("/claims/lantern-0000/history.svg").content
    assert "CONTESTED" in first.text
    for other in ("?theme=dark", "?width=narrow", "?width=narrow&theme=dark"):
        assert first.content != reader.get(f"/claims/lantern-0000/history.svg{other}").content


def test_a_claim_that_changed_its_file_is_seen_at_once(fresh: tuple[Morning, str]) -> None:
    made, address = fresh
    browser = Browser(address)
    assert browser.get("/claims/new-lantern").status_code == 404
    file = made.workspace.folder / "claims" / "lanterns.toml"
    added = '\n[[claims]]\nid = "new-lantern"\ntext = "A new lantern shines."\nas_of = "2024"\n'
    file.write_text(file.read_text(encoding="utf-8") + added, encoding="utf-8")
    told = browser.get("/claims/new-lantern").text
    assert "never tested" in told
    assert "no run has tested it yet" in told


def test_pages_are_read_while_somebody_writes(fresh: tuple[Morning, str]) -> None:
    made, address = fresh
    browser = Browser(address)
    writer = sqlite3.connect(made.workspace.state / "ledger.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    for path in ("/tonight", "/queue", "/claims/lantern-0000", "/papers/2503.00001"):
        assert browser.get(path).status_code == 200
    assert time.monotonic() - began < 10
    writer.execute("ROLLBACK")
    writer.close()


def test_a_workspace_before_its_first_night_says_what_to_do(tmp_path: Path) -> None:
    from tests import lamps

    place = lamps.workspace(tmp_path, lamps.FIRST)
    with page_beside(place, host="127.0.0.1", port=0) as address:
        browser = Browser(address)
        assert "No night yet" in browser.get("/").text
        assert "Nothing waits" in browser.get("/queue").text
        assert browser.get("/inquiries/lanterns").status_code == 200
        assert browser.get("/search?q=lantern").status_code == 200


def test_further_names_of_the_host_come_from_the_settings(world: Morning, tmp_path: Path) -> None:
    file = tmp_path / "retest.toml"
    file.write_text('[review]\nhosts = ["claims.example"]\n', encoding="utf-8")
    place = Workspace(
        folder=world.workspace.folder,
        settings=read_settings(file),
        environment=world.workspace.environment,
    )
    with page_beside(place, host="127.0.0.1", port=0) as address:
        start, token = address.split("?")
        browser = Browser(start)
        assert browser.get("/tonight", Host="other.example").status_code == 421
        # What a proxy passes on comes from loopback, too.
        assert browser.get("/tonight", Host="claims.example").status_code == 401
        browser.session.cookies.set("retest-token", token.removeprefix("token="))
        assert "Say who you are" in browser.get("/tonight", Host="claims.example").text


def _queue(made: Morning) -> list[tuple[str, str]]:
    ledger = Ledger.open(made.workspace.ledger_url)
    found = [(w.stand.claim_id, w.assessment_id) for w in waiting(ledger)]
    ledger.close()
    return found
