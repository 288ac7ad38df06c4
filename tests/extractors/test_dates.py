"""When was it said? Every case: article sentence with [c cue] and [t content], day of publication, expected day."""

from datetime import UTC, date, datetime

import pytest

from extractors.dates import said_on
from extractors.gold import parse_marked

WEDNESDAY = datetime(2025, 3, 12, 9, tzinfo=UTC)

CASES = [
    ("[s Lund] [c said] on Tuesday [t the levy stays].", date(2025, 3, 11), "on Tuesday"),
    ("[s Lund] [c said] Wednesday [t the levy stays].", date(2025, 3, 12), "Wednesday"),
    ("[s Lund] [c said] on Thursday [t the levy stays].", date(2025, 3, 6), "Thursday"),
    ("On Monday, [s Lund] [c told] reporters [t the levy stays].", date(2025, 3, 10), "Monday"),
    ('[t "It stays on Friday,"] [s Lund] [c said].', date(2025, 3, 12), "published"),
    ("[s Lund] [c said] yesterday [t the levy stays].", date(2025, 3, 11), "yesterday"),
    ("[s Lund] [c said] last month [t the levy stays].", date(2025, 2, 28), "last month"),
    ("[s Lund] [c said] in January [t the levy stays].", date(2025, 1, 31), "in January"),
    ("[s Lund] [c said] in March [t the levy stays].", date(2025, 3, 12), "in March"),
    ("[s Lund] [c said] in October [t the levy stays].", date(2024, 10, 31), "in October"),
    ("[s Lund] [c said] in 2019 [t the levy stays].", date(2019, 12, 31), "in 2019"),
    ("[s Lund] [c said] three weeks ago [t the levy stays].", date(2025, 2, 19), "three weeks ago"),
    ("[s Lund] [c said] 7 hours ago [t the levy stays].", date(2025, 3, 12), "7 hours ago"),
    ("[s Lund] [c said] earlier this week [t the levy stays].", date(2025, 3, 12), "this week"),
    ("[s Lund] [c said] last week [t the levy stays].", date(2025, 3, 9), "last week"),
    ("In an interview on 14 December [s Lund] [c said] [t the levy stays].", date(2024, 12, 14), "14 December"),
    ("[s Lund] [c said] on March 3 [t the levy stays].", date(2025, 3, 3), "March 3"),
    ("[s Lund] [c said] on Dec. 3, 2023, [t the levy stays].", date(2023, 12, 3), "2023"),
    ("[s Lund] [c has long demanded] [t that the levy go].", None, "has long"),
    ("[s Lund] [c has previously said] [t the levy stays].", None, "has previously"),
    ("[t The levy stays], [s Lund] [c said] at the time.", None, "at the time"),
    ("[s Lund] [c said] [t the levy would fall on Tuesday].", date(2025, 3, 12), "published"),
    ("[s Lund] [c said] [t the levy stays]. On Monday it rained.", date(2025, 3, 12), "published"),
    ("It rained on Monday. [s Lund] [c said] [t the levy stays].", date(2025, 3, 12), "published"),
    ("[s Lund], who may resign, [c said] [t the levy stays].", date(2025, 3, 12), "published"),
    ("[s Lund] [c said] two days ago that [t the levy stays].", date(2025, 3, 10), "two days ago"),
]


@pytest.mark.parametrize(("marked", "expected", "basis"), CASES)
def test_day_of_the_utterance(marked: str, expected: date | None, basis: str) -> None:
    text, attribution = parse_marked(marked)
    day, why = said_on(text, attribution, WEDNESDAY)
    assert day == expected
    assert basis.lower() in why.lower()


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[s Lund] [c said] on Tuesday [t the levy stays].", None),
        ("[s Lund] [c said] last month [t the levy stays].", None),
        ("[s Lund] [c said] on 3 May 2021 [t the levy stays].", date(2021, 5, 3)),
        ("[s Lund] [c said] [t the levy stays].", None),
    ],
)
def test_an_undated_page_gives_only_absolute_days(marked: str, expected: date | None) -> None:
    text, attribution = parse_marked(marked)
    assert said_on(text, attribution, None)[0] == expected


@pytest.mark.parametrize(
    ("lead", "looks_back"),
    [
        ("Ten years ago this week a tower fell in the south, and four thousand people clapped.", True),
        ("It rained, and still they went to vote. On 11 October 1998 they were asked about the levy.", True),
        ("Ten years ago a tower fell. On Monday its owner spoke of it again.", False),
        ("Two years ago the levy came, and nobody noticed.", False),
        ("The levy of 2024 is back.", False),
    ],
)
def test_what_a_page_tells_of_another_time_is_not_of_today(lead: str, looks_back: bool) -> None:
    text, attribution = parse_marked(f"{lead}\n\nIt was loud.\n\n[s Lund] [c said] [t the levy had to go].")
    expected = (None, "a page that looks back") if looks_back else (WEDNESDAY.date(), "published")
    assert said_on(text, attribution, WEDNESDAY) == expected
