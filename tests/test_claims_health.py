"""A cited source is real when every check says yes; what could not be checked is never a yes."""

import pytest

from claims.claim import Claim, SourceRef
from claims.evidence import Answer, Paper, Relation, TextSource
from claims.health import Records, SourceCheck, check, flags_of, notices
from claims.ids import ArxivId
from claims.standing import Flag
from tests.fakes import claim, paper

REAL = paper(
    "2401.00001v1", title="Lanterns That Answer: A Study", authors=("Ida Lampwright", "O. Wick")
)
GONE = paper(
    "2401.00001v2",
    title=REAL.title,
    authors=REAL.authors,
    withdrawn=True,
    comment="Withdrawn by the author: the wick in Table 2 was never lit.",
)


def ref(arxiv: str = "2401.00001", **more: str) -> SourceRef:
    return SourceRef.model_validate({"arxiv": arxiv, **more})


def asked(source: SourceRef, *papers: Paper) -> SourceCheck:
    return check(source, Records(papers))


def resting_on(*sources: SourceRef) -> Claim:
    return claim(sources=sources)


def test_a_source_that_resolves_agrees_and_stands_is_real() -> None:
    answer = asked(ref(title="Lanterns that answer - a study", first_author="I. Lampwright"), REAL)
    assert answer.is_real
    assert answer.newest == REAL
    assert flags_of([answer]) == frozenset()


def test_a_source_that_was_not_looked_up_is_unknown_and_not_real() -> None:
    answer = asked(ref())
    assert {answer.resolves, answer.agrees, answer.stands} == {Answer.UNKNOWN}
    assert not answer.is_real
    assert flags_of([answer]) == {Flag.UNGROUNDED, Flag.NOT_CHECKED}


def test_an_id_that_no_paper_has_is_a_mismatch() -> None:
    answer = check(ref(), Records([], absent=[ArxivId("2401.00001")]))
    assert answer.resolves is Answer.NO
    assert flags_of([answer]) == {Flag.UNGROUNDED, Flag.SOURCE_MISMATCH}


@pytest.mark.parametrize(
    "source",
    [
        ref(title="Lanterns That Sleep: A Study"),
        ref(title="Lanterns"),
        ref(first_author="O. Wick"),
        ref(title=REAL.title, first_author="Somebody Else"),
    ],
)
def test_a_real_id_of_another_paper_is_a_mismatch(source: SourceRef) -> None:
    answer = asked(source, REAL)
    assert (answer.resolves, answer.agrees) == (Answer.YES, Answer.NO)
    assert flags_of([answer]) == {Flag.UNGROUNDED, Flag.SOURCE_MISMATCH}


def test_a_title_that_changed_between_versions_still_agrees() -> None:
    renamed = paper("2401.00001v2", title="Lamps, revisited", authors=REAL.authors)
    assert asked(ref(title=REAL.title), REAL, renamed).agrees is Answer.YES


def test_a_withdrawal_in_the_newest_version_counts_in_any_order() -> None:
    for papers in ((REAL, GONE), (GONE, REAL)):
        answer = asked(ref(), *papers)
        assert answer.stands is Answer.NO
        assert flags_of([answer]) == {Flag.UNGROUNDED, Flag.SOURCE_WITHDRAWN}


def test_a_version_after_a_withdrawal_stands_again() -> None:
    back = paper("2401.00001v3", title=REAL.title, authors=REAL.authors)
    assert asked(ref(), REAL, GONE, back).stands is Answer.YES


def test_a_newer_version_than_the_cited_one_is_told() -> None:
    newer = paper("2401.00001v2", title=REAL.title, authors=REAL.authors)
    assert flags_of([asked(ref("2401.00001v1"), REAL, newer)]) == {Flag.SOURCE_REVISED}
    assert flags_of([asked(ref("2401.00001v2"), REAL, newer)]) == frozenset()
    assert flags_of([asked(ref("2401.00001"), REAL, newer)]) == frozenset()


def test_one_real_source_grounds_a_claim_and_the_others_are_still_told() -> None:
    other = ref("2401.00002")
    checks = [check(source, Records([REAL])) for source in (ref(), other)]
    assert flags_of(checks) == {Flag.NOT_CHECKED}


def test_a_claim_without_sources_is_ungrounded() -> None:
    assert flags_of([]) == {Flag.UNGROUNDED}


def test_a_claim_whose_only_source_was_withdrawn_is_superseded_in_the_authors_words() -> None:
    about = resting_on(ref())
    (notice,) = notices(about, [asked(ref(), REAL, GONE)])
    assert notice.relation is Relation.SUPERSEDES
    assert notice.evidence[0].quote == GONE.comment
    assert notice.evidence[0].passage.source is TextSource.COMMENT
    assert notice.claim_revision == about.revision


def test_no_notice_is_made_while_another_source_stands() -> None:
    other = paper("2401.00002v1")
    checks = [asked(ref(), REAL, GONE), asked(ref("2401.00002"), other)]
    assert notices(resting_on(ref(), ref("2401.00002")), checks) == ()


@pytest.mark.parametrize("comment", [None, "withdrawn"])
def test_a_withdrawal_without_words_to_quote_makes_no_notice(comment: str | None) -> None:
    silent = GONE.model_copy(update={"comment": comment})
    assert notices(resting_on(ref()), [asked(ref(), REAL, silent)]) == ()


def test_a_withdrawn_paper_that_was_never_meant_makes_no_notice() -> None:
    wrong = ref(first_author="Somebody Else")
    assert notices(resting_on(wrong), [asked(wrong, REAL, GONE)]) == ()
