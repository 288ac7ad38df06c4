"""Articles to versions: does each belong to the story?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from extractors.coding import version_id
from extractors.links import canonical_url
from extractors.models import ArticleText, Version
from extractors.relevance import StoryProfile, assess
from flows.stages.job import Job, batches, short_id
from storage.records import NewVersion


@dataclass(frozen=True, slots=True)
class GivenArticle:
    """An article that is at hand, from a page or from a file."""

    url: str
    outlet: str
    title: str
    article: ArticleText
    published_at: datetime | None
    page: bytes | None = None


def keep_articles(job: Job, articles: Iterable[GivenArticle]) -> None:
    """Store articles that are at hand (replay)."""
    for batch in batches(articles):
        usable = [given for given in batch if not given.article.notice]
        for given in batch:
            if given.article.notice:
                job.report.skip(given.article.notice)
        job.report.pages += len(usable)
        job.ledger.save_versions(job.watch.id, [new_version(job, given, given.url) for given in usable])


def new_version(job: Job, given: GivenArticle, address: str) -> NewVersion:
    """An article's text as a version, marked as skipped where it does not belong to the story."""
    article_id = short_id(canonical_url(address))
    version = Version(
        id=version_id(article_id, given.title, given.article.text),
        article_id=article_id,
        url=given.url,
        outlet=given.outlet,
        title=given.title,
        text=given.article.text,
        published_at=given.published_at,
        recorded_at=job.now,
        language=given.article.language,
        author=given.article.author,
        page_sha256=job.ledger.save_page(given.page) if given.page else None,
    )
    if version.language not in (None, job.watch.file.watch.language):
        return NewVersion(version)  # relevance reads English only; the coder records it as not coded
    relevance = assess(_profile(job), version.title, version.text)
    if relevance.relevant:
        return NewVersion(version)
    job.report.skip("other story")
    return NewVersion(version, skipped=f"other story: {relevance.reason}")


def _profile(job: Job) -> StoryProfile:
    if job.profile is None:
        baseline = job.ledger.baseline(job.watch.id)
        title, text = (baseline.title, baseline.text) if baseline else (job.watch.title, "")
        job.profile = StoryProfile.from_watch(title, text, job.watch.codebook)
    return job.profile
