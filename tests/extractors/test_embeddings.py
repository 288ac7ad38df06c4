import numpy as np
import pytest

from extractors.embeddings import SIZE, embed

SENTENCES = ["The port will close in May.", "Nurses want a pay rise.", "No.", "x " * 1000]


def test_vectors_are_normalised_and_shaped() -> None:
    vectors = embed(SENTENCES)
    assert vectors.shape == (len(SENTENCES), SIZE)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_nothing_gives_no_vector() -> None:
    assert embed([]).shape == (0, SIZE)


def test_a_text_has_one_vector_whatever_stands_beside_it() -> None:
    together = embed(SENTENCES)
    for i, sentence in enumerate(reversed(SENTENCES)):
        np.testing.assert_array_equal(embed([sentence])[0], together[len(SENTENCES) - 1 - i])


def test_white_space_does_not_matter() -> None:
    np.testing.assert_array_equal(embed(["a  port\ncloses"]), embed(["a port closes"]))


def test_a_vector_cannot_be_changed_by_those_who_share_it() -> None:
    embed(["The port will close."])[0][0] = 5.0  # the stacked copy
    assert abs(float(embed(["The port will close."])[0][0])) < 1.0


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("The harbour is to be shut.", "The port will close.", "Nurses want a pay rise."),
        ("Hospital staff ask for higher wages.", "Nurses want a pay rise.", "The port will close."),
        ("The carbon levy goes up.", "A higher tax on emissions.", "The choir sang in the church."),
    ],
)
def test_like_topics_lie_closer(text: str, near: str, far: str) -> None:
    a, b, c = embed([text, near, far])
    assert float(a @ b) > float(a @ c) + 0.2
