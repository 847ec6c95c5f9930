"""The whole morning in Chromium: by mouse, by keyboard, by two people, followed live, and measured.

Run with `make test-browser`. Screenshots of every page go into pytest's temporary folder.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from claims.assessment import Ruling, StandingState
from claims.ledger import Ledger
from claims.present import present
from claims.waiting import waiting
from flows.nightly import Finished
from flows.start import start
from review.web.serving import page_beside
from tests.mornings import Morning, morning

CHROMIUM = os.environ.get("RETEST_CHROMIUM", "/usr/bin/chromium")
AXE = Path(__file__).parent / "axe.min.js"
DESKTOP, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}
PAGES = (
    "/tonight", "/queue", "/claims/lantern-0000", "/claims/lantern-0001", "/inquiries",
    "/inquiries/lanterns", "/inquiries/lanterns/answer", "/runs", "/runs/night-2026-01-03",
    "/papers/2503.00002", "/search?q=lantern", "/nowhere",
)  # fmt: skip

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Morning, str]]:
    """Twelve claims after their nights, and the address of their page."""
    made = morning(tmp_path / "world", 12, n_pieces=2)
    with page_beside(made.workspace, host="127.0.0.1", port=0) as address:
        yield made, address.rstrip("/")


@pytest.fixture
def opened(chromium: Browser, world: tuple[Morning, str]) -> Iterator[Open]:
    """A way to open a page in a session of its own; a script error fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def page(
        path: str = "/", *, scheme: str = "light", javascript: bool = True, **more: object
    ) -> Page:
        context = chromium.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]  # a literal of playwright's
            java_script_enabled=javascript,
            viewport=more.get("viewport", DESKTOP),  # type: ignore[arg-type]  # the same
        )
        contexts.append(context)
        made = context.new_page()
        made.on("pageerror", lambda error: troubles.append(str(error)))
        made.on(
            "console",
            lambda said: (
                troubles.append(said.text)
                if said.type == "error" and "404" not in said.text
                else None
            ),
        )
        made.goto(world[1] + path)
        return made

    yield page
    for context in contexts:
        context.close()
    assert troubles == []


def name(page: Page, who: str) -> None:
    """Say who sits there."""
    page.get_by_text("You decide as").click()
    page.get_by_label("Your name").fill(who)
    page.get_by_role("button", name="Keep it in this browser").click()
    expect(page.get_by_text(f"You decide as {who}")).to_be_visible()


def ledger_of(made: Morning) -> Ledger:
    return Ledger.open(made.workspace.ledger_url)


def test_the_morning_goes_by_mouse(opened: Open, world: tuple[Morning, str]) -> None:
    page = opened("/")
    expect(page).to_have_url(re.compile("/tonight$"))
    name(page, "Ada")
    first = page.locator("[data-item]").first
    expect(first).to_contain_text("SUPERSEDED")
    expect(first.locator("blockquote")).to_contain_text("gave the same colour in 83 %")
    first.get_by_text("Slots compared").click()
    expect(first.locator(".slots")).to_contain_text("asking twice")
    first.get_by_text("Reject", exact=False).first.click()
    first.get_by_role("button", name="It only reports what others hold.").click()
    expect(page.get_by_role("status")).to_contain_text("reject by Ada: It only reports")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("withdraw by Ada")
    page.get_by_role("link", name="Queue").click()
    expect(page.locator("h1")).to_contain_text("12 claims wait for a person")
    page.locator("[data-item] h2 a").first.click()
    expect(page.locator("img.history")).to_be_visible()
    expect(page.locator("img.history")).to_have_js_property("complete", True, timeout=30_000)
    assert page.locator("img.history").evaluate("image => image.naturalWidth") > 100
    page.get_by_label("Search claims and papers").fill("lantern 5")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Search for “lantern 5”")
    page.get_by_role("link", name="Lantern number 5").click()
    page.get_by_role("link", name="Do lanterns answer alike?").click()
    expect(page.locator(".board")).to_contain_text("CONTESTED")
    expect(page.locator("main")).to_contain_text("Say whether the premise holds.")
    page.get_by_role("link", name="Runs").click()
    page.get_by_role("link", name="night-2026-01-03").click()
    expect(page.locator("main")).to_contain_text("Window (UTC)")
    ledger = ledger_of(world[0])
    assert [d.ruling for d in ledger.work.decisions("lantern-0003")] == [
        Ruling.REJECT, Ruling.WITHDRAW,
    ]  # fmt: skip
    ledger.close()


def test_ten_claims_are_settled_by_keyboard_alone(opened: Open, world: tuple[Morning, str]) -> None:
    page, keys = opened("/queue"), 0
    order = [w.stand.claim_id for w in waiting(ledger_of(world[0]))]

    def press(*pressed: str) -> None:
        nonlocal keys
        for key in pressed:
            page.keyboard.press(key)
            keys += 1

    press("j")
    expect(page.locator("#item-0")).to_be_focused()
    press("j", "k")
    expect(page.locator("#item-0")).to_be_focused()
    for claim_id in order[:9]:
        expect(page.locator("#item-0")).to_contain_text(claim_id)
        with page.expect_navigation():
            press("a")
        expect(page.get_by_role("status")).to_contain_text(claim_id)
    with page.expect_navigation():
        press("r", "2")
    expect(page.get_by_role("status")).to_contain_text("Task, population, measure or setting")
    with page.expect_navigation():
        press("u")
    expect(page.get_by_role("status")).to_contain_text("withdraw")
    with page.expect_navigation():
        press("m", "2")
    expect(page.get_by_role("status")).to_contain_text("amend")
    press("/")
    expect(page.get_by_label("Search claims and papers")).to_be_focused()
    page.keyboard.type("ajr")
    expect(page).to_have_url(re.compile("/queue"))
    assert keys < 30
    left = waiting(ledger_of(world[0]))
    assert len(left) == len(order) - 10


def test_a_typed_reason_is_kept_and_enter_means_reject(
    opened: Open, world: tuple[Morning, str]
) -> None:
    page = opened("/queue")
    claim_id = waiting(ledger_of(world[0]))[0].stand.claim_id
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.locator("#item-0").get_by_label("In your own words", exact=True).fill(
        "A lamp is no <b>lantern</b>."
    )
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("A lamp is no <b>lantern</b>.")
    made = ledger_of(world[0]).work.decisions(claim_id)
    assert [(d.ruling, d.why) for d in made] == [(Ruling.REJECT, "A lamp is no <b>lantern</b>.")]


def test_two_people_decide_on_the_same_and_nothing_is_lost(
    opened: Open, world: tuple[Morning, str]
) -> None:
    ada, bo = opened("/queue"), opened("/queue")
    name(ada, "Ada")
    name(bo, "Bo")
    claim_id = waiting(ledger_of(world[0]))[0].stand.claim_id
    for page in (ada, bo):
        expect(page.locator("#item-0")).to_contain_text(claim_id)
    ada.keyboard.press("a")
    expect(ada.get_by_role("status")).to_contain_text("accept by Ada")
    bo.keyboard.press("r")
    bo.keyboard.press("1")
    expect(bo.get_by_role("status")).to_contain_text("Meanwhile Ada ruled accept on the same")
    made = ledger_of(world[0]).work.decisions(claim_id)
    assert [(d.by, d.ruling) for d in made] == [("Ada", Ruling.ACCEPT), ("Bo", Ruling.REJECT)]
    bo.keyboard.press("u")
    expect(bo.get_by_role("status")).to_contain_text("accept by Bo")


def test_what_came_of_a_ruling_is_in_sight_beside_what_was_ruled_on(opened: Open) -> None:
    for size in (DESKTOP, PHONE):
        page = opened("/tonight", viewport=size)
        for _ in range(6):
            page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.get_by_role("status")).to_be_in_viewport(ratio=1)
        expect(page.locator("#item-5")).to_be_focused()
        below = page.locator(".outcome").evaluate("aside => aside.getBoundingClientRect().bottom")
        assert page.locator("#item-5 h2").evaluate("h => h.getBoundingClientRect().top") > below


def test_one_claim_is_retested_and_followed_live(
    opened: Open, world: tuple[Morning, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Event()

    def ends_when_seen(*given: Any, **named: Any) -> Finished:  # noqa: ANN401 - handed on as it is
        finished = start(*given, **named)
        seen.wait(30)
        return finished

    monkeypatch.setattr("review.live.start", ends_when_seen)
    page = opened("/claims/lantern-0002")
    page.get_by_role("button", name="Retest now").click()
    expect(page.locator(".progress")).to_be_visible()
    expect(page.locator(".progress li").first).to_be_visible(timeout=20_000)
    seen.set()
    expect(page.locator("#retest")).to_contain_text("The retest has ended", timeout=60_000)
    page.get_by_role("link", name=re.compile("^claim-lantern-0002")).first.click()
    expect(page.locator("main")).to_contain_text("One claim")
    ledger = ledger_of(world[0])
    assert ledger.runs.history("lantern-0002", limit=1)[0][0].claim_id == "lantern-0002"
    ledger.close()


def test_a_retest_is_followed_without_a_script(opened: Open) -> None:
    page = opened("/claims/lantern-0002", javascript=False)
    page.get_by_role("button", name="Retest now").click()
    expect(page.locator("#retest")).to_contain_text("The retest has ended", timeout=60_000)


def test_the_link_of_a_message_leaves_open_pages_alone(opened: Open) -> None:
    page = opened("/queue")
    mail = page.context.new_page()
    # Another site to the browser: another name of this machine.
    mail.goto(page.url.replace("127.0.0.1", "localhost"))
    mail.evaluate("address => location.assign(address)", page.url)
    expect(mail).to_have_url(page.url)
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("accept")


def test_the_way_back_after_a_ruling_leads_to_a_page_that_takes_another(
    chromium: Browser, world: tuple[Morning, str]
) -> None:
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    page = browser.new_page()
    page.goto(f"{world[1]}/claims/lantern-0002")
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("accept")
    page.go_back()
    expect(page.get_by_text("Rulings (1)")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.get_by_role("status")).to_contain_text("reject")
    browser.close()


def test_reading_and_deciding_need_no_script(opened: Open, world: tuple[Morning, str]) -> None:
    page = opened("/queue", javascript=False)
    card = page.locator("#item-0")
    card.get_by_text("Amend").click()
    card.get_by_role("button", name="It is SUPPORTS").click()
    expect(page.get_by_role("status")).to_contain_text("amend")
    page.locator("[data-item] h2 a").first.click()
    expect(page.locator("h1")).to_contain_text("Lantern number")
    page.get_by_role("button", name="Hold it as").click()
    claim_id = page.url.split("/claims/")[1].split("?")[0].split("#")[0]
    standing = present(ledger_of(world[0]), claim_id).standing
    assert standing.reason.startswith("held by")
    assert standing.state is not StandingState.UNTESTED


def test_hostile_words_run_nothing(opened: Open) -> None:
    for path in ("/tonight", "/claims/lantern-0001", "/papers/2503.00062", "/search?q=<script>"):
        page = opened(path)
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        assert page.locator("main script, main img[onerror]").count() == 0
        expect(page.locator("main")).to_contain_text("<script>")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_every_page_passes_axe_and_fits_the_screen(
    opened: Open, tmp_path: Path, scheme: str, width: str
) -> None:
    faults = []
    for path in PAGES:
        page = opened(path, scheme=scheme, viewport=DESKTOP if width == "desktop" else PHONE)
        expect(page.get_by_text("are being worked out")).to_have_count(0, timeout=30_000)
        for details in page.locator("main details").all()[:12]:
            details.evaluate("element => element.open = true")
        # Not as a script element: the page's own policy forbids any but its own.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        )
        faults += [
            f"{path}: {fault['id']}: {fault['nodes'][0]['html'][:120]}"
            for fault in found["violations"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        faults += [f"{path}: wider than the screen"] if wide else []
        shot = re.sub(r"\W+", "-", path).strip("-")
        page.screenshot(path=tmp_path / f"{scheme}-{width}-{shot}.png", full_page=True)
        page.context.close()
    assert faults == []


def test_nothing_jumps_while_a_page_loads(opened: Open) -> None:
    for path in ("/tonight", "/claims/lantern-0000"):
        page = opened(path)
        page.wait_for_load_state("networkidle")
        shift = page.evaluate(
            """() => new Promise(done => {
                let sum = 0;
                new PerformanceObserver(list => {
                    for (const entry of list.getEntries()) sum += entry.value;
                }).observe({type: "layout-shift", buffered: true});
                setTimeout(() => done(sum), 300);
            })"""
        )
        assert shift < 0.01
