"""A picture of the evidence: the page that a quote stands on, with its words marked."""

from claims.errors import PaperUnavailable
from claims.evidence import TextSource
from claims.verify import VerifiedCitation
from papers.pdf.reader import PdfReader
from papers.quoting import locate_in
from papers.shelf import Shelf


def evidence_picture(
    shelf: Shelf, reader: PdfReader, citation: VerifiedCitation, *, dpi: int = 110
) -> bytes:
    """A PNG of the page on which the quote begins, its words marked there.

    Made from the PDF on the shelf; nothing is fetched. Raises PaperUnavailable where there is no
    page to show, UnreadablePdf, and QuoteNotFound when the file does not hold the words any more.
    """
    id_, source = citation.paper.id, citation.passage.source
    if source is not TextSource.PAPER:
        raise PaperUnavailable(f"the words of {id_} are quoted from its {source}: it has no pages")
    path = shelf.get(id_)
    if path is None:
        raise PaperUnavailable(f"the PDF of {id_} is not on the shelf any more")
    full = reader.read(path, id_)
    start, end = citation.passage.start + citation.start, citation.passage.start + citation.end
    if full.text[start:end] == citation.quote:
        places = full.places(start, end)
    else:
        # Read by another version of retest: the same words may stand at another place.
        places = locate_in(full, citation.quote).places
    page = places[0][0]
    return reader.page_picture(path, page, [box for on, box in places if on == page], dpi=dpi)
