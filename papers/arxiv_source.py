"""arXiv as one source: OAI-PMH for what changed, the search API for questions, feeds as a check.

A nightly harvest goes through `slices`; `fetch` with phrases or words is a targeted search;
`lookup` asks in batches. All three share the governor of the workspace.
"""

from collections.abc import Iterator, Mapping, Sequence

from claims.clock import Window
from claims.errors import SourceError
from claims.evidence import Failure, Paper
from claims.ids import ArxivId
from papers.arxiv_api import ArxivApi
from papers.feed import Feeds
from papers.oai import OaiSource
from papers.sources import Announcement, Request, Slice
from papers.states import latest_states


class ArxivSource:
    """arXiv, or a mirror of it, by all its interfaces for metadata."""

    def __init__(self, *, api: ArxivApi, oai: OaiSource, feeds: Feeds) -> None:
        self.api, self.oai, self.feeds = api, oai, feeds

    @property
    def name(self) -> str:
        """That of the search API: `arxiv`, with the host of a mirror."""
        return self.api.name

    def fetch(self, request: Request) -> Iterator[Paper | Failure]:
        """A targeted search where there are phrases or words, else everything that changed.

        Raises SourceError.
        """
        is_targeted = request.phrases or request.together
        yield from (self.api if is_targeted else self.oai).fetch(request)

    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        """What the search API says of each id; what it does not know is asked of OAI-PMH too.

        Raises SourceError.
        """
        said = dict(self.api.lookup(ids))
        doubtful = [id_ for id_ in dict.fromkeys(ids) if said.get(id_) is None]
        for id_ in doubtful:
            said.pop(id_, None)
            try:
                said |= self.oai.lookup([id_])
            except SourceError:
                continue
        return said

    def latest_states(
        self, ids: Sequence[ArxivId], known: Mapping[str, Paper]
    ) -> Mapping[ArxivId, Paper | None]:
        """The latest version of each paper, withdrawals told for certain. Raises SourceError."""
        return latest_states(ids, known=known, batches=self.api, exact=self.oai)

    def slices(self, category: str, window: Window) -> Iterator[Slice]:
        """What arXiv changed in `category`, oldest first. Raises SourceError, SettingsError."""
        return self.oai.slices(category, window)

    def announced(self, category: str) -> Announcement:
        """What was announced last in `category`. Raises SourceError."""
        return self.feeds.read(category)
