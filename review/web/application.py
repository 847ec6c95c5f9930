"""The application: pages, acts, files that do not change, and how trouble is told."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from claims.errors import (
    CitationError,
    ClaimNotFound,
    DecisionRefused,
    LedgerConflict,
    PaperUnavailable,
    RetestError,
    RunNotFound,
    UnreadablePdf,
)
from reports import render
from review.web import acts, pages
from review.web.desk import Desk, page
from review.web.guard import Guard

_STATIC: Final = Path(__file__).parent.parent / "static"
_FILES: Final = {
    "report.css": render.STYLE,
    "review.css": _STATIC / "review.css",
    "keys.js": _STATIC / "keys.js",
    "icon.svg": _STATIC / "icon.svg",
    "htmx.min.js": _STATIC / "htmx.min.js",
}
"""By name alone: no path of a request is ever joined to a folder."""

_TOLD: Final = {404: "There is no such page.", 413: "That is too large."}

_STATUS: Final[tuple[tuple[type[RetestError], int], ...]] = (
    (ClaimNotFound, 404),
    (RunNotFound, 404),
    (PaperUnavailable, 404),
    (CitationError, 404),
    (UnreadablePdf, 404),
    (DecisionRefused, 400),
    (LedgerConflict, 409),
)


def application(desk: Desk, hosts: frozenset[str]) -> ASGIApp:
    """The whole page, guarded."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.include_router(pages.router)
    app.include_router(acts.router)
    app.add_api_route("/static/{name}", _static, methods=["GET"])
    app.add_exception_handler(RetestError, _trouble)
    app.add_exception_handler(HTTPException, _no_page)
    app.add_exception_handler(RequestValidationError, _no_page)
    return Guard(app, keys=desk.keys, hosts=hosts)


def _static(name: str) -> Response:
    if name not in _FILES:
        raise HTTPException(404)
    return FileResponse(_FILES[name], headers={"cache-control": "private, max-age=3600"})


def _trouble(request: Request, error: Exception) -> Response:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return page(request, "trouble.html.j2", status=status, title="Trouble", told=str(error))


def _no_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    told = _TOLD.get(status, "That cannot be asked.")
    return page(request, "trouble.html.j2", status=status, title="Trouble", told=told)
