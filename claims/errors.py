"""Every error that retest raises on purpose, as one tree.

A RetestError is something a person can act on: its message is one line that says what, where
and how to fix it. The command line prints that line and exits 2; any other exception is a fault
of ours and keeps its traceback. `retryable` is a fact of the class, read by `flows.runner` alone.

    RetestError
    ├── SourceError
    │   ├── FeedError                 (retryable)
    │   ├── RateLimited               (retryable)
    │   ├── PaperUnavailable
    │   └── UnreadablePdf
    ├── JudgeError
    │   ├── JudgeBusy                 (retryable)
    │   ├── JudgeRefused
    │   ├── JudgeUnavailable
    │   ├── MalformedAnswer
    │   └── BudgetExceeded
    ├── CitationError
    │   ├── UnknownPassage
    │   └── QuoteNotFound
    ├── DecisionRefused
    ├── SearchIndexError
    ├── LedgerError
    │   ├── ClaimNotFound
    │   ├── RunNotFound
    │   ├── LedgerConflict            (retryable)
    │   └── LedgerTooNew
    ├── LibraryError
    ├── NotificationFailed
    └── SettingsError
"""

from typing import ClassVar


class RetestError(Exception):
    """One line for a person: what went wrong, where, and what to do about it."""

    retryable: ClassVar[bool] = False


class SourceError(RetestError):
    """A source of papers could not give what was asked."""


class FeedError(SourceError):
    """The source answered with something that is not a whole, valid answer."""

    retryable = True


class RateLimited(SourceError):
    """The source asked us to slow down. `retry_after_s` is its wish in seconds, if it had one."""

    retryable = True

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message, retry_after_s)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return str(self.args[0])


class PaperUnavailable(SourceError):
    """The source does not have, or refuses, this paper."""


class UnreadablePdf(SourceError):
    """The bytes cannot be read as a PDF within the limits."""


class JudgeError(RetestError):
    """A judge could not give an assessment."""


class JudgeBusy(JudgeError):
    """The judge is overloaded or unreachable for now; `retry_after_s` is its wish, if it had one.

    `is_begun`: it may have begun to answer, and charge for it.
    """

    retryable = True

    def __init__(
        self, message: str, retry_after_s: float | None = None, *, is_begun: bool = False
    ) -> None:
        super().__init__(message, retry_after_s)
        self.retry_after_s = retry_after_s
        self.is_begun = is_begun

    def __str__(self) -> str:
        return str(self.args[0])


class JudgeRefused(JudgeError):
    """The judge declined to answer."""


class JudgeUnavailable(JudgeError):
    """The judge's endpoint turns every question away: a wrong key, model, address or account."""


class MalformedAnswer(JudgeError):
    """The judge answered outside the closed vocabulary or the schema."""


class BudgetExceeded(JudgeError):
    """The next call would pass a ceiling that was set for the run."""


class CitationError(RetestError):
    """A citation does not hold."""


class UnknownPassage(CitationError):
    """The citation names a passage that was not shown."""


class QuoteNotFound(CitationError):
    """The quoted words do not stand in the passage."""


class DecisionRefused(RetestError):
    """A ruling that cannot be entered: it says too little, or names what is not there."""


class SearchIndexError(RetestError):
    """The search index cannot be opened or written."""


class LedgerError(RetestError):
    """The ledger cannot be read or written."""


class ClaimNotFound(LedgerError):
    """No claim has this id."""


class RunNotFound(LedgerError):
    """No run has this id."""


class LedgerConflict(LedgerError):
    """Another process holds the ledger or changed it first."""

    retryable = True


class LedgerTooNew(LedgerError):
    """The ledger was written by a newer retest."""


class LibraryError(RetestError):
    """A library file is wrong: `file`, `line` (from 1, or None) and `problem` say where and how."""

    def __init__(self, file: str, line: int | None, problem: str) -> None:
        super().__init__(file, line, problem)
        self.file = file
        self.line = line
        self.problem = problem

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.problem}"


class NotificationFailed(RetestError):
    """People were to be told, and could not be."""


class SettingsError(RetestError):
    """A setting is missing, unknown or out of range."""
