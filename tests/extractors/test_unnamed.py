"""Sources without a name."""

import pytest

from extractors.unnamed import head_noun


@pytest.mark.parametrize(
    "phrase, noun",
    [
        ("one of the diplomats", "diplomat"),
        ("One of its officials", "official"),
        ("one of\nthe diplomats", "diplomat"),
        # a source span that was cut short: this once recursed without end and stopped the whole pass
        ("one of", None),
        ("One of ", None),
        ("one of the", None),
    ],
)
def test_the_noun_after_one_of(phrase: str, noun: str | None) -> None:
    assert head_noun(phrase) == (noun, False)
