"""The pages that are read: GET alone, and nothing is changed by any of them."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from claims.assessment import StandingState
from reports.summary import costs, harvest, settings
from review.views.boards import PER_COLUMN, PER_LIST, board, boards
from review.views.claim import PER_PAGE, PER_PAGE_FOLLOWED, claim_page, history
from review.views.papers import paper_page
from review.views.queue import queue
from review.views.search import MAX_CHARS, search
from review.views.tonight import PER_PAGE as CHANGES_PER_PAGE
from review.views.tonight import newest_night, tonight
from review.web.desk import AtDesk, page

router = APIRouter()

PageNumber = Annotated[int, Query(alias="page", ge=1, le=10_000)]
_RUNS_PER_PAGE: Final = 50


@router.get("/")
def start() -> Response:
    """The day begins with the night."""
    return RedirectResponse("/tonight", 303)


@router.get("/tonight")
def tonight_page(request: Request, desk: AtDesk, n: PageNumber = 1) -> HTMLResponse:
    """What the newest night changed."""
    run = newest_night(desk.room)
    if run is None:
        return page(request, "first.html.j2", title="No night yet")
    night = tonight(desk.room, run, page=n)
    return page(
        request, "tonight.html.j2", title="Tonight", night=night, n=n, per_page=CHANGES_PER_PAGE
    )


@router.get("/queue")
def queue_page(request: Request, desk: AtDesk) -> HTMLResponse:
    """What waits for a person."""
    return page(request, "queue.html.j2", title="Queue", queue=queue(desk.room))


@router.get("/claims/{claim_id}")
def one_claim(request: Request, desk: AtDesk, claim_id: str, n: PageNumber = 1) -> HTMLResponse:
    """One claim, its history and its evidence."""
    progress = desk.retests.of(claim_id)
    per_page = PER_PAGE if progress is None or progress.ended else PER_PAGE_FOLLOWED
    found = claim_page(desk.room, claim_id, page=n, per_page=per_page)
    return page(
        request,
        "claim.html.j2",
        title=found.claim.text,
        found=found,
        n=n,
        per_page=per_page,
        progress=progress,
    )


@router.get("/claims/{claim_id}/history.svg")
def history_picture(
    desk: AtDesk, claim_id: str, theme: str = "light", width: str = "wide"
) -> Response:
    """The claim's history as a picture."""
    told = history(desk.room, claim_id)
    if not told:
        return Response("no run has tested this claim yet\n", 404, media_type="text/plain")
    from reports.timeline import history_svg

    drawn = history_svg(
        told,
        "dark" if theme == "dark" else "light",
        "narrow" if width == "narrow" else "wide",
    )
    return Response(drawn, media_type="image/svg+xml")


@router.get("/claims/{claim_id}/retest")
def retest_progress(request: Request, desk: AtDesk, claim_id: str) -> HTMLResponse:
    """How the retest of this claim goes, as a part of its page."""
    progress = desk.retests.of(claim_id)
    answer = page(request, "progress.html.j2", progress=progress, claim_id=claim_id)
    if progress is None or progress.ended:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.get("/evidence/{assessment_id}/{n_quote}.png")
def evidence_picture(desk: AtDesk, assessment_id: str, n_quote: int) -> Response:
    """The page that a quote stands on."""
    drawn = desk.pictures.png(assessment_id, n_quote)
    return Response(
        drawn, media_type="image/png", headers={"cache-control": "private, max-age=86400"}
    )


@router.get("/inquiries")
def inquiries(request: Request, desk: AtDesk) -> HTMLResponse:
    """Every inquiry."""
    return page(request, "inquiries.html.j2", title="Inquiries", boards=boards(desk.room))


@router.get("/inquiries/{inquiry_id}")
def one_inquiry(
    request: Request,
    desk: AtDesk,
    inquiry_id: str,
    state: StandingState | None = None,
    n: PageNumber = 1,
) -> HTMLResponse:
    """One inquiry as a board."""
    found = board(desk.room, inquiry_id, state=state, page=n)
    return page(
        request,
        "inquiry.html.j2",
        title=found.inquiry.question,
        board=found,
        only=state,
        n=n,
        per_page=PER_LIST if state else PER_COLUMN,
    )


@router.get("/inquiries/{inquiry_id}/answer")
def answer(request: Request, desk: AtDesk, inquiry_id: str, n: PageNumber = 1) -> HTMLResponse:
    """The answers to an inquiry's tasks, as `retest answer` writes them."""
    sheets = desk.answers.of(inquiry_id)
    title = f"Answers: {sheets.inquiry.question}"
    inside = sheets.pages[n - 1] if n <= len(sheets.pages) else ""
    return page(request, "answer.html.j2", title=title, sheets=sheets, inside=inside, n=n)


@router.get("/runs")
def runs(request: Request, desk: AtDesk) -> HTMLResponse:
    """The newest runs."""
    found = desk.room.ledger.runs.newest(limit=_RUNS_PER_PAGE)
    at_work = desk.room.ledger.runs.unfinished()
    return page(request, "runs.html.j2", title="Runs", runs=found, at_work=at_work)


@router.get("/runs/{run_id}")
def one_run(request: Request, desk: AtDesk, run_id: str) -> HTMLResponse:
    """One run: window, outcomes, failures, cost."""
    run = desk.room.ledger.runs.get(run_id)
    return page(
        request,
        "run.html.j2",
        title=f"Run {run.id}",
        run=run,
        costs=costs(run),
        harvest=harvest(run),
        settings=settings(run),
    )


@router.get("/papers/{number:path}")
def one_paper(request: Request, desk: AtDesk, number: str) -> HTMLResponse:
    """One paper; old-style numbers hold a slash."""
    found = paper_page(desk.room, number)
    return page(request, "paper.html.j2", title=found.newest.title, found=found)


@router.get("/search")
def search_page(
    request: Request, desk: AtDesk, q: Annotated[str, Query(max_length=MAX_CHARS)] = ""
) -> HTMLResponse:
    """Claims and papers that hold the words."""
    found = search(desk.room, q)
    return page(request, "search.html.j2", title="Search", found=found, words=found.words)
