"""Articles to versions: does it belong to the story, and of which texts is it a copy?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from extractors.coding import version_id
from extractors.duplicates import Fingerprint, fingerprint, join
from extractors.links import canonical_url
from extractors.models import ArticleText, Version
from extractors.relevance import StoryProfile, assess
from flows.stages.job import Job, batches, short_id
from storage.ledger import Transaction
from storage.records import Role, StoredPrint


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
        versions = [as_version(job, given, given.url) for given in usable]
        job.report.pages += len(versions)
        with job.ledger.transaction() as tx:
            for version, skipped in versions:
                save(tx, job, version, skipped=skipped)


def as_version(job: Job, given: GivenArticle, address: str) -> tuple[Version, str | None]:
    """An article's text as a version, and, where it does not belong to the story, why."""
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
        return version, None  # relevance reads English only; the coder records it as not coded
    relevance = assess(_profile(job), version.title, version.text)
    if relevance.relevant:
        return version, None
    job.report.skip("other story")
    return version, f"other story: {relevance.reason}"


def _profile(job: Job) -> StoryProfile:
    if job.profile is None:
        baseline = job.ledger.baseline(job.watch.id)
        title, text = (baseline.title, baseline.text) if baseline else (job.watch.title, "")
        job.profile = StoryProfile.from_watch(title, text, job.watch.codebook)
    return job.profile


def save(tx: Transaction, job: Job, version: Version, role: Role = "coverage", skipped: str | None = None) -> None:
    """Save a version in the group of its copies; groups that it joins become one."""
    print_ = fingerprint(version.text)
    found = {
        c.version_id: (Fingerprint(**asdict(c.fingerprint)), c.copy_group) for c in tx.copy_candidates(print_.keys)
    }
    joined = join(version.id, print_, found)
    tx.save_version(
        job.watch.id,
        version,
        fingerprint=StoredPrint(**asdict(print_)),
        keys=print_.keys,
        copy_group=joined.group,
        role=role,
        skipped=skipped,
    )
    if joined.merged:
        tx.regroup(dict.fromkeys(tx.copy_groups(joined.merged), joined.group), job.now)
