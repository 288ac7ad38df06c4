"""What each stage of a pass does.

Every stage asks the ledger what is left to do, does it in small batches that are committed one by one, and can
therefore be killed anywhere and taken up again by the next pass. Expected failures of one feed or page become
records; anything else is a bug and stops the pass.
"""

from flows.stages.baseline import adopt_baseline
from flows.stages.coding import code_versions
from flows.stages.delivering import deliver
from flows.stages.detecting import PAIRS, Ground, derive, detect_changes
from flows.stages.feeds import poll_feeds
from flows.stages.job import Job, PassRunning, batches, begin, begin_with, finish
from flows.stages.keeping import GivenArticle, keep_articles
from flows.stages.pages import read_pages
from flows.stages.showing import show

__all__ = [
    "PAIRS",
    "GivenArticle",
    "Ground",
    "Job",
    "PassRunning",
    "adopt_baseline",
    "batches",
    "begin",
    "begin_with",
    "code_versions",
    "deliver",
    "derive",
    "detect_changes",
    "finish",
    "keep_articles",
    "poll_feeds",
    "read_pages",
    "show",
]
