import pytest

from papers.withdrawal import says_withdrawn


@pytest.mark.parametrize(
    "comment",
    [
        "Withdrawn",
        "withdrawn by the authors, see the new paper",
        "Paper withdrawn",
        "12 pages. Submission withdrawn until the proof is mended",
        "This paper has been withdrawn by the author due to a mistake in Table 1",
        "This article is being temporarily withdrawn",
        "The manuscript was\n  withdrawn because of a wrong sign",
        "This paper (in all versions) is withdrawn",
        "This submission has been withdrawn by arXiv administrators",
        "This has been withdrawn by arXiv administrators",
        "We found a slip in Lemma 1 and hence withdraw this paper",
        "The authors wish to withdraw all versions of this manuscript",
        "The reason for the withdrawal: the data were mislabelled",
        "This paper was withdrawn from arXiv by its authors",
    ],
)
def test_a_notice_is_recognised(comment: str) -> None:
    assert says_withdrawn(comment)


@pytest.mark.parametrize(
    "comment",
    [
        None,
        "",
        "12 pages, 3 figures, accepted somewhere",
        "replaces an earlier withdrawn version",
        "A previous version of this paper was withdrawn",
        "This paper was withdrawn from a conference and is under review elsewhere",
        "Withdrawn conference submission, extended",
        "Supersedes another paper, which has been withdrawn",
        "This paper replaces our earlier paper, which was withdrawn",
        "Theorem 3 of v1 has been withdrawn",
        "A study of how banks withdraw the funds they lent",
        "Alcohol withdrawal symptoms in simulated patients",
        "This paper should not be withdrawn, whatever the rumour says",
    ],
)
def test_another_sense_of_the_word_is_no_notice(comment: str | None) -> None:
    assert not says_withdrawn(comment)


def test_a_hostile_comment_is_read_in_no_time() -> None:
    for stutter in ("this version of the ", "the paper has been ", "withdrawal of ", ".  ", "("):
        assert not says_withdrawn(stutter * 20_000)
