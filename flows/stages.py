"""What each stage of a pass does.

Every stage asks the ledger what is left to do, does it in small batches that are committed one by one, and can
therefore be killed anywhere and taken up again by the next pass. Expected failures of one feed or page become
records; anything else is a bug and stops the pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import TypeVar
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from extractors.changes import ChangeRules, derive_changes
from extractors.coding import CODER, code_version, version_id
from extractors.duplicates import Fingerprint, fingerprint, join
from extractors.errors import ArticleError, FetchError, SettingsError
from extractors.links import canonical_url
from extractors.models import ArticleText, Change, Statement, Version
from extractors.relevance import StoryProfile, assess
from flows import channels, mailer, outgoing
from flows.alerts import Note
from flows.baseline import read_baseline_file, read_baseline_url
from flows.blindness import blindness
from flows.delivery import Outcome
from flows.fetch import Fetcher, FetchPolicy
from flows.hours import is_quiet
from flows.pages import PageRequest, PageResult
from flows.pages import read_pages as fetch_pages
from flows.polling import poll
from flows.report import PassReport
from flows.searches import search_url
from flows.settings import Environment, Watch, load_environment, load_watch
from storage.ledger import Ledger, Transaction
from storage.records import (
    CodedVersion,
    FeedSource,
    FeedState,
    FetchRecord,
    NewEntry,
    PendingPage,
    Role,
    StoredPrint,
)

BATCH = 20
T = TypeVar("T")


@dataclass
class Job:
    """One pass: what it works on, and what it has done so far."""

    watch: Watch
    environment: Environment
    ledger: Ledger
    now: datetime
    run_id: str
    lock: FileLock
    report: PassReport = field(default_factory=PassReport)
    profile: StoryProfile | None = None
    ok: bool = False

    @property
    def policy(self) -> FetchPolicy:
        table = self.watch.file.fetch
        return FetchPolicy(
            allow_hosts=frozenset(host.lower() for host in table.allow_hosts),
            gap_seconds=table.gap_seconds,
            timeout_seconds=table.timeout_seconds,
            max_bytes=table.max_bytes,
            contact=table.contact,
        )

    def fetcher(self) -> Fetcher:
        return Fetcher(self.policy, robots_folder=self.environment.home / "robots")


@dataclass(frozen=True, slots=True)
class GivenArticle:
    """An article that is at hand, from a page or from a file."""

    url: str
    outlet: str
    title: str
    article: ArticleText
    published_at: datetime | None
    page: bytes | None = None


def begin(watch_path: str, now: datetime | None) -> Job:
    """Read watch and environment, take the watch's lock, note the start. Raises SettingsError."""
    return begin_with(load_watch(watch_path), load_environment(), now)


def begin_with(watch: Watch, environment: Environment, now: datetime | None) -> Job:
    """As ``begin``, for settings that are read already. ``now`` None: the clock."""
    folder = environment.home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{watch.id}.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        advice = "Wait for it to end; the lock of a killed one is free at once"
        raise SettingsError(str(watch.path), "another pass over this watch is running", advice) from None
    ledger = Ledger(environment.home)
    started = now or datetime.now(UTC)
    with ledger.transaction() as tx:
        tx.save_watch(watch.id, watch.title, watch.toml, started)
        tx.save_codebook(watch.id, watch.codebook, started)
        tx.save_feeds(watch.id, list(_feeds(watch)), started)
        run_id = tx.start_run(watch.id, started)
    return Job(watch, environment, ledger, started, run_id, lock)


def _feeds(watch: Watch) -> Iterator[FeedSource]:
    for feed in watch.file.feed:
        yield FeedSource(_id(feed.url), feed.url, feed.outlet)
    for search in watch.file.search:
        url = search_url(search.engine, search.query, search.language, search.country)
        yield FeedSource(_id(url), url, None, search.engine)


def _id(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def adopt_baseline(job: Job) -> None:
    """Read and store the baseline article, once, unless the watch names another one now."""
    known = job.ledger.baseline(job.watch.id)
    table, path = job.watch.file.baseline, job.watch.baseline_path
    url = path.as_uri() if path else str(table.url)
    if known and known.url == url and not path:
        return
    try:
        article, raw = read_baseline_file(path) if path else read_baseline_url(url, job.policy)
    except (FetchError, ArticleError) as error:
        # coverage is read and kept all the same; changes wait until there is something to compare with
        job.report.problems.append(f"the baseline is missing: {error}")
        return
    article_id = _id(canonical_url(url) if not path else url)
    title = table.title or article.title
    version = Version(
        id=version_id(article_id, title, article.text),
        article_id=article_id,
        url=url,
        outlet=table.outlet,
        title=title,
        text=article.text,
        published_at=table.published_at or article.published_at,
        recorded_at=job.now,
        language=article.language,
        author=article.author,
        page_sha256=job.ledger.save_page(raw),
    )
    with job.ledger.transaction() as tx:
        _save(tx, job, version, role="baseline")


def poll_feeds(job: Job) -> None:
    """Ask the feeds that are due, and record their answers and their new entries, feed by feed."""
    states = job.ledger.feed_states(job.watch.id)
    quiet: list[FetchRecord] = []
    with job.fetcher() as fetcher:
        for result in poll(states, job.now, fetcher):
            job.report.feeds += 1
            record = FetchRecord(
                url=result.url,
                requested_at=job.now,
                outcome=result.outcome,
                feed_id=result.feed_id,
                status=result.status,
                final_url=result.final_url,
                moved_to=result.moved_to,
                etag=result.etag,
                last_modified=result.last_modified,
                body_sha256=result.body_sha256,
                bytes=result.bytes,
                error=result.error,
                next_at=result.next_at,
                last_item_at=result.last_item_at,
            )
            if result.error:
                job.report.feeds_failed.append(f"{result.url}: {result.error}")
            if not result.entries:
                quiet.append(record)
                continue
            entries = [NewEntry(_id(canonical_url(e.url)), canonical_url(e.url), e) for e in result.entries]
            with job.ledger.transaction() as tx:
                job.report.entries += tx.save_entries(job.watch.id, result.feed_id, entries, job.now)
                tx.record_fetch(job.watch.id, record)
    job.ledger.record_fetches(job.watch.id, quiet)  # most feeds have nothing new: one transaction for all of them
    _report_blindness(job)


def _report_blindness(job: Job) -> None:
    """Warn once when the watch sees nothing any more, and tell once when it sees again."""
    smtp = job.environment.smtp
    with job.ledger.transaction() as tx:
        blind = blindness(tx.feed_states(job.watch.id), tx.entry_moments(job.watch.id), job.now)
        last = next((n for n in tx.notices(job.watch.id) if n.topic == "blind"), None)
        warned = last is not None and last.state == "warned"
        if bool(blind) == warned:
            return
        sender = smtp.sender if smtp else None
        if blind:
            tx.save_notice(job.watch.id, "blind", "warned", blind.reason, job.now)
            note = Note("This watch sees nothing", "This watch sees nothing", (blind.reason,))
            items = outgoing.notice(job.watch, sender, job.now, "warning", note)
        else:
            detail = "Feeds answer again, and bring news."
            tx.save_notice(job.watch.id, "blind", "recovered", detail, job.now)
            note = Note("This watch sees again", "This watch sees again", (detail,))
            items = outgoing.notice(job.watch, sender, job.now, "recovery", note)
        tx.add_alerts(items, job.now)


def read_pages(job: Job) -> None:
    """Fetch the pages of new entries, and those due for a second look, and keep their text."""
    limit = job.watch.file.fetch.max_articles
    states = {s.feed_id: s for s in job.ledger.feed_states(job.watch.id)}
    pages = job.ledger.pending_pages(job.watch.id, job.now, limit)
    pages += job.ledger.recheck_due(job.watch.id, job.now, max(0, limit - len(pages)))
    if not pages:
        return
    requests = {page.article_id: _request(job, page, states) for page in pages}
    with job.fetcher() as fetcher:
        for result in fetch_pages(list(requests.values()), job.now, fetcher):
            _keep_page(job, requests[result.article_id], result)


def _request(job: Job, page: PendingPage, states: dict[str, FeedState]) -> PageRequest:
    kept = job.ledger.latest_version(page.article_id) if page.has_text else None
    state = states.get(page.feed_id)
    return PageRequest(
        article_id=page.article_id,
        url=page.entry.url,
        title=page.entry.title,
        published_at=page.entry.published_at,
        outlet=page.entry.outlet or (state.outlet if state else None),
        etag=page.etag,
        last_modified=page.last_modified,
        body_sha256=kept.page_sha256 if kept else None,
        text=kept.text if kept else None,
        attempts=page.attempts,
        has_text=page.has_text,
        first_seen_at=kept.recorded_at if kept else job.now,
    )


def _keep_page(job: Job, request: PageRequest, result: PageResult) -> None:
    """Store what one page gave, and the record of the request, in one go."""
    reason = result.reason or result.error
    version: Version | None = None
    skipped: str | None = None
    if result.outcome == "fetched" and result.article is not None:
        article = result.article
        given = GivenArticle(
            url=result.final_url or result.url,
            outlet=article.outlet or request.outlet or "unknown outlet",
            title=article.title or request.title,
            article=article,
            published_at=article.published_at,
            page=result.body,
        )
        version, skipped = _version(job, given, _address(result, request))
        job.report.pages += 1
    elif result.outcome in ("skipped", "failed", "gone"):
        job.report.skip(reason or result.outcome)
    record = FetchRecord(
        url=result.url,
        requested_at=job.now,
        outcome=result.outcome,
        article_id=request.article_id,
        status=result.status,
        final_url=result.final_url,
        etag=result.etag,
        last_modified=result.last_modified,
        body_sha256=result.body_sha256,
        bytes=result.bytes,
        error=reason,
        next_at=result.next_at,
        version_id=version.id if version else None,
    )
    with job.ledger.transaction() as tx:
        if version:
            _save(tx, job, version, skipped=skipped)
        tx.record_fetch(job.watch.id, record)


def _address(result: PageResult, request: PageRequest) -> str:
    """The article's one address. A page may name another of its own host; one of a foreign host anybody can claim."""
    named = result.canonical_url
    own = {urlsplit(url).hostname for url in (result.final_url, request.url) if url}
    return named if named and urlsplit(named).hostname in own else result.final_url or request.url


def keep_articles(job: Job, articles: Iterable[GivenArticle]) -> None:
    """Store articles that are at hand (replay)."""
    for batch in _batches(articles):
        usable = [given for given in batch if not given.article.notice]
        for given in batch:
            if given.article.notice:
                job.report.skip(given.article.notice)
        versions = [_version(job, given, given.url) for given in usable]
        job.report.pages += len(versions)
        with job.ledger.transaction() as tx:
            for version, skipped in versions:
                _save(tx, job, version, skipped=skipped)


def _version(job: Job, given: GivenArticle, address: str) -> tuple[Version, str | None]:
    """An article's text as a version, and, where it does not belong to the story, why."""
    article_id = _id(canonical_url(address))
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


def _save(tx: Transaction, job: Job, version: Version, role: Role = "coverage", skipped: str | None = None) -> None:
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


def code_versions(job: Job, coder: str | None = None) -> None:
    """Code the versions that nobody has coded, or that ``coder`` has not (recoding), batch by batch."""
    for batch in _batches(job.ledger.versions_to_code(job.watch.id, coder)):
        coded = []
        for todo in batch:
            result = code_version(
                todo.version,
                job.watch.codebook,
                job.watch.id,
                job.now,
                todo.copy_group,
                job.watch.file.watch.language,
            )
            coded.append(CodedVersion(todo.version.id, CODER, result.statements, result.actors, result.note, job.now))
            job.report.statements += len(result.statements)
            job.report.coded += 1
            if result.note:
                job.report.skip(result.note)
        job.ledger.save_codings(job.watch.id, coded)


def detect_changes(job: Job, alerting: bool = True) -> None:
    """Derive the changes of every position that may have moved; store them with their alerts in one transaction."""
    if job.ledger.baseline(job.watch.id) is None:
        return  # nothing is marked as done, so nothing is lost
    todo = job.ledger.to_detect(job.watch.id)
    if todo.pairs is not None and not todo.pairs:
        return
    changes = _derive(job, todo.pairs)
    with job.ledger.transaction() as tx:
        pairs = todo.pairs if todo.pairs is not None else {(c.actor, c.concept) for c in changes}
        steps = tx.save_changes(job.watch.id, changes, job.run_id, job.now, pairs=pairs)
        tx.save_detection(job.watch.id, todo, job.run_id, job.now)
        if alerting:
            _queue(job, tx)
    for step in steps:
        if step.previous != step.change.status:
            job.report.found(step.change.status)


def _derive(job: Job, pairs: frozenset[tuple[str, str]] | None) -> list[Change]:
    return derive_all(job, job.ledger.statements_for(job.watch.id, pairs))


def derive_all(job: Job, statements: Iterable[Statement]) -> list[Change]:
    """The changes that follow from ``statements``, which must be all of their pairs of actor and concept."""
    baseline = job.ledger.baseline(job.watch.id)
    known: set[str | None] = set()
    since: date | None = None
    if baseline:
        known = {s.actor for s in job.ledger.statements_of_version(job.watch.id, baseline.id)}
        since = baseline.published_at.date() if baseline.published_at else None
    by_pair: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements:
        if statement.actor and statement.concept:
            by_pair.setdefault((statement.actor, statement.concept), []).append(statement)
    rules = ChangeRules(confirm_by=job.watch.file.alerts.confirm_by)
    changes: list[Change] = []
    for (actor, _), told in sorted(by_pair.items()):
        ground = [s for s in told if baseline and s.version_id == baseline.id]
        changes += derive_changes(told, ground, rules, actor_known=actor in known, since=since)
    return changes


def _queue(job: Job, tx: Transaction) -> None:
    """Put into the outbox what is due to be told."""
    smtp = job.environment.smtp
    plan = outgoing.queue(tx, job.watch, smtp.sender if smtp else None, job.now, job.run_id)
    job.report.problems += [problem for problem in plan.problems if problem not in job.report.problems]


def deliver(job: Job) -> None:
    """Send what is due in the outbox; what cannot be delivered stays there."""
    with job.ledger.transaction() as tx:
        _queue(job, tx)  # digests, quiet hours and cooldowns end by themselves
    rules = job.watch.file.alerts
    if not is_quiet(rules, job.now):  # a retry must not ring at night either
        due = job.ledger.claim_alerts(job.now, watch_id=job.watch.id)

        def record(outcome: Outcome) -> None:
            job.ledger.record_attempt(outcome.alert_id, job.now, error=outcome.error, next_try_at=outcome.next_try_at)

        senders = channels.senders(rules, job.environment.webhook_key, job.now)
        outcomes = mailer.deliver(due, job.environment.smtp, job.now, record, senders)
        job.report.sent += sum(outcome.error is None for outcome in outcomes)
        job.report.problems += [f"{o.alert_id}: {o.error}" for o in outcomes if o.error]
    job.report.waiting = len(job.ledger.alerts(job.watch.id, "pending"))
    job.ok = True


def finish(job: Job) -> PassReport:
    """Publish the snapshot, note how the pass ended, and let go of the watch."""
    try:
        status = "ok" if job.ok else "failed"
        job.ledger.finish_run(job.run_id, job.now, status, job.report.as_dict())
        job.ledger.publish_snapshot()
    finally:
        job.lock.release()
    return job.report


def _batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
