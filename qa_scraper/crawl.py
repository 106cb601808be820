"""One run over one site's ledger: what is due is leased in memory, every outcome goes back in one transaction.

A lease lives in this process only: if the process dies, its URL is simply due again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from qa_scraper.clock import Clock
from qa_scraper.commit_group import CommitGroup
from qa_scraper.crawl_values import Lease, Progress, outcome_of
from qa_scraper.extraction import EXTRACTOR_VERSION
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_format import LEDGER
from qa_scraper.ledger_values import (
    CommitResult,
    DueUrl,
    FoundUrl,
    PageOutcome,
    Revisit,
    RunKind,
    UnchangedPage,
)
from qa_scraper.outcomes import (
    Ended,
    Follow,
    HeldBack,
    Moved,
    Unchanged,
    Verdict,
    Whole,
    judge_failure,
    judge_response,
    last_modified,
)
from qa_scraper.politeness import HostGates
from qa_scraper.publication import settle
from qa_scraper.publish import check_begins_nothing_anew
from qa_scraper.refresh import Fate, RetryPolicy, RevisitPolicy, State
from qa_scraper.site import Site
from qa_scraper.site_links import SiteLinks
from qa_scraper.site_lock import SiteLock
from qa_scraper.unchanged_pages import UnchangedPages
from qa_scraper.urls import canonical_url, host_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

_NOT_FETCHED: Final = frozenset((State.DENIED, State.HELD))
_ENGINE_PULSE: Final = 5.0
_LONGEST_REASON: Final = 4096
_RANKED_AT_ONCE: Final = 100  # ranking looks at all that is due


class Crawl:
    """One run over one site's ledger: what is leased, what is counted, what ends the run early."""

    def __init__(self, crawler: Crawler, site: Site) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.site = site
        self.clock = Clock.from_setting(settings.get("FIXED_CLOCK"))
        self.policy = RetryPolicy(settings.getint("RETRY_TIMES") + 1, settings.getfloat("RETRY_BACKOFF"))
        self.wait_max = settings.getfloat("RETRY_WAIT_MAX")
        self.page_limit = settings.getint("PAGE_LIMIT")
        self.concurrency = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self.folder = Path(settings.get("OUTPUT_DIR")) / site.name
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.lock = SiteLock(self.folder, self.clock.stamp())
        revisits = RevisitPolicy(site.question_age, site.page_age, site.minimum_age, site.maximum_age)
        self.ledger = Ledger(self.folder / LEDGER, settings.getint("BARREN_BUDGET"), revisits)
        check_begins_nothing_anew(self.ledger, self.folder)
        settle(self.ledger, self.folder)
        self.group = CommitGroup(self.ledger, self.ledger_failed)
        self.gates = HostGates(self.ledger.pauses(), settings.getbool("ROBOTSTXT_OBEY"))
        self.leases: dict[str, Lease] = {}
        self.links = SiteLinks(site)
        self.progress = Progress(known_records=self.ledger.records.count())
        self.unchanged = UnchangedPages(self.ledger, self.clock, self.progress, self.ledger_failed)
        self.started = self.clock.seconds()
        self.kind: RunKind = settings["RUN_KIND"]
        self.run = self.ledger.begin_run(self.clock.stamp(), self.started, self.kind)
        self.trusts_lastmod = self.kind != "crawl" and self.ledger.pages.trusts_lastmod(site.trust_lastmod)
        self._ranks = bool(self.page_limit) or site.explores
        if self._ranks:
            with self.ledger.transaction():
                self.ledger.pages.rank_due(self.started)
        self.leased_pages = 0
        self.error = ""
        self.stopped_by = ""
        self._windows: defaultdict[str, deque[DueUrl]] = defaultdict(deque)
        self._sitemaps_first = self.trusts_lastmod
        self._again: deque[Request] = deque()
        self._wake: asyncio.Handle | None = None

    # Frontier

    @property
    def hosts(self) -> set[str]:
        """The hosts that belong to the site."""
        return self.links.hosts

    def add_start_url(self, address: str) -> None:
        """Notes a start URL; its host belongs to the run."""
        key, host = canonical_url(address), host_of(address)
        self.links.take_host(host)
        found = FoundUrl(key, address, host, is_start=True)
        self.progress.open += self.ledger.add_urls([found], self.clock.seconds(), self.clock.stamp())
        self.progress.open += self.ledger.mark_start(key, host, self.clock.seconds())

    def count_open(self, start_urls: Iterable[str] = ()) -> None:
        """Counts what is to be fetched, for the display. Not to be done for each page: a million take a second.

        *start_urls*: those to come, so that what waits on their hosts is counted before they are taken.
        """
        hosts = self.links.hosts_with(start_urls)
        self.progress.open = self.ledger.open_count(hosts, self.started) - len(self.unchanged)

    def found_on(
        self, lease: Lease, addresses: Iterable[str], lastmods: Mapping[str, str | None] | None = None
    ) -> list[FoundUrl]:
        """What a page's links are to the ledger; those of a sitemap (with *lastmods*) are noted as listed on it."""
        if lastmods is None:
            return self.links.on_page(addresses)
        listed = self.links.on_sitemap(lease.due.key, lastmods, addresses)
        lease.listed += [url.key for url in listed]
        return listed

    def note_urls(self, found: Iterable[FoundUrl]) -> None:
        """Notes URLs apart from the page that shows them, or that no page shows (sitemaps that robots.txt names)."""
        self.progress.open += self.ledger.add_urls(found, self.clock.seconds(), self.clock.stamp())

    def next_request(self, spider: Spider) -> Request | None:
        """The next page to fetch, None where nothing is due or may be asked right now."""
        if self._again:
            return self._again.popleft()
        if self.is_ending() or len(self.leases) >= self.concurrency * len(self.hosts):
            return None
        now = self.clock.seconds()
        is_moving = False
        in_flight = Counter([lease.due.host for lease in self.leases.values()])
        for host in sorted(self.hosts, key=in_flight.__getitem__):
            if in_flight[host] >= self.concurrency or not self.gates.may_lease(host, in_flight[host], now):
                continue
            window = self._windows[host]
            if not window and not self._waits_for_sitemap():
                in_hand = [*self.leases, *self.unchanged]
                window.extend(
                    self.ledger.due(
                        [host],
                        now,
                        self.started,
                        self._window_size(),
                        in_hand,
                        by_worth=self._ranks,
                    )
                )
                if len(self.leases) + len(window) > self.progress.open:  # a sitemap or a list made known pages due
                    self.count_open()
            while window:
                due = window.popleft()
                lease = self.leases[due.key] = Lease(due)
                if canonical_url(due.key) != due.key:  # noted by a version that told pages apart which are one
                    self._moved(lease, due.address)
                    is_moving = True
                    continue
                self.leased_pages += 1
                return self._request(lease, due.address, spider)
        if is_moving:
            asyncio.get_running_loop().call_soon(self._poke)
        else:
            self._wake_up(now)
        return None

    def _window_size(self) -> int:
        """How many pages are taken out of the ledger at once. Ranked ones few at first: each page teaches much then."""
        if not self._ranks:
            return self.concurrency
        return min(max(self.concurrency, self.progress.pages // 10), _RANKED_AT_ONCE)

    def _waits_for_sitemap(self) -> bool:
        """Whether a sitemap in hand may yet say that no other page needs a fetch."""
        if not self._sitemaps_first:
            return False
        if any(lease.due.is_sitemap for lease in self.leases.values()):
            return True
        self._sitemaps_first = self.ledger.pages.sitemaps_due(self.started)
        return False

    def is_ending(self) -> bool:
        """Whether no more pages are leased: an error, a signal, the limit."""
        return bool(self.error or self.stopped_by) or self.limit_reached()

    def limit_reached(self) -> bool:
        """Whether as many pages were leased as the run may fetch."""
        return bool(self.page_limit) and self.leased_pages >= self.page_limit

    def _request(self, lease: Lease, address: str, spider: Spider) -> Request:
        known = self._known(lease.due)
        validators = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
        return Request(
            address,
            callback=spider.parse,
            errback=self.on_failure,
            dont_filter=True,
            headers={name: value.encode("latin-1") for name, value in validators.items() if value},
            meta={"lease": lease, "verbatim_url": True},  # it is encoded already: urls.page_address
        )

    def _known(self, due: DueUrl) -> Revisit | None:
        """What *due* was when it was read last; None where it is to be read again in any case."""
        known = due.revisit
        return known if known and known.read_version == EXTRACTOR_VERSION and known.lost_at is None else None

    def send_next(self, request: Request) -> None:
        """A request inside a lease that is to be sent before any other."""
        self._again.append(request)

    def has_pending(self) -> bool:
        """Whether the run has more to do: pages in hand, or due within the time that it waits."""
        if self.leases or self._again:
            return True
        self.unchanged.write()
        if self.is_ending():
            return False
        now = self.clock.seconds()
        chance = self.next_chance()
        if chance is None or chance > now + self.wait_max:
            return False
        self._wake_up(now)
        return True

    def next_chance(self) -> float | None:
        """The first time at which a page is due whose host may be asked; None where nothing is left in this run."""
        times = ((self.ledger.next_due_at([host], self.started), self.gates.of(host).opens_at()) for host in self.hosts)
        return min((max(due_at, opens_at) for due_at, opens_at in times if due_at is not None), default=None)

    def _wake_up(self, now: float) -> None:
        """Makes the engine ask again at the next chance; its own pulse is 5 seconds."""
        chance = self.next_chance()
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        if chance is not None and now < chance < now + _ENGINE_PULSE:
            self._wake = asyncio.get_running_loop().call_later(chance - now + 0.005, self._poke)

    def _poke(self) -> None:
        # The engine asks for requests whenever it is handed one; this one the scheduler swallows.
        self._wake = None
        if self.crawler.engine.spider is not None:
            self.crawler.engine.crawl(Request("data:,", meta={"wake_up": True}))

    # Outcomes

    def on_failure(self, failure: Failure) -> list[Request]:
        """Errback of every leased request: a failed download, or a response that is no page (``UnusableResponse``)."""
        lease: Lease = failure.request.meta["lease"]  # type: ignore[attr-defined]
        verdict = lease.verdict
        if verdict is None:
            verdict = judge_failure(failure.value, lease.due, self.policy, self.clock.seconds(), random.random())
        if isinstance(verdict, Follow):
            lease.redirects += 1
            lease.verdict = None
            return [self._request(lease, verdict.address, self.crawler.spider)] if self.crawler.spider else []
        if isinstance(verdict, Unchanged):
            self._unchanged_page(lease)
        elif isinstance(verdict, HeldBack):
            self.leases.pop(lease.due.key, None)
            self.leased_pages -= 1
        elif isinstance(verdict, Moved):
            self._moved(lease, verdict.address)
        elif isinstance(verdict, Ended):
            if verdict.pause_until is not None:
                self.gates.of(lease.due.host).pause(verdict.pause_until)
            self._end(lease, verdict.fate, verdict)
        return []

    def pause_host(self, host: str, until: float) -> None:
        """Leaves *host* alone until then, in this run and in later ones."""
        self.gates.of(host).pause(until)
        self.ledger.note_pause(host, until)
        self.group.end()

    def judge(self, lease: Lease, response: Response) -> Verdict:
        """Judges the response to a leased request; the verdict stays with the lease."""
        lease.http_status = response.status
        lease.etag = (response.headers.get("ETag") or b"").decode("latin-1") or None
        lease.last_modified = last_modified(response)
        lease.took = response.meta.get("download_latency")
        lease.size = len(response.body)
        lease.verdict = judge_response(
            response,
            lease.due,
            lease.redirects,
            self.policy,
            self.clock.seconds(),
            random.random(),
            self._known(lease.due),
        )
        return lease.verdict

    def _moved(self, lease: Lease, address: str) -> None:
        found = self.links.found(address)
        if found is None or (found.state != State.NEW and lease.due.is_start):
            hint = f"a start URL that redirects to another host: start there instead (--start-url {address})"
            self._end(lease, Fate(State.FAILED, hint))
            return
        way = [found.key, *self.ledger.redirects(found.key)]
        # A loop only if it is one now: a page that moved back redirected to here when it was looked at last.
        if lease.due.key in way and not self.ledger.look_again(found.key, self.started):
            loop = " -> ".join([lease.due.key, *way[: way.index(lease.due.key) + 1]])
            self._end(lease, Fate(State.FAILED, f"a redirect loop: {loop}"[:_LONGEST_REASON]))
            return
        lease.found.append(found._replace(is_start=lease.due.is_start))
        self._end(lease, Fate(State.MOVED, f"redirects to {found.key}"), moved_to=found.key)

    def finish_page(self, lease: Lease) -> None:
        """Commits a page whose callback is done and whose records have all come back."""
        if lease.failure:
            self._end(lease, Fate(State.FAILED, lease.failure))
            return
        whole = lease.verdict if isinstance(lease.verdict, Whole) else Whole("")
        reasons = [] if lease.records else [lease.no_question]
        state = State.STORED if lease.records else State.NO_QUESTION
        self._end(lease, Fate(state, "; ".join([*reasons, *filter(None, [whole.doubt])])), whole)

    def _unchanged_page(self, lease: Lease) -> None:
        self.leases.pop(lease.due.key, None)
        key, at = lease.due.key, self.clock.stamp()
        self.unchanged.add(UnchangedPage(key, at, lease.http_status, lease.etag, lease.last_modified))
        if lease.due.is_sitemap:
            self._skip_listed(lease)

    def _skip_listed(self, lease: Lease) -> None:
        if self.trusts_lastmod:
            self.unchanged.skip_listed(lease.due.key, self.run, self.started, self.leases)

    def ledger_failed(self, error: sqlite3.Error) -> None:
        """Ends the run because of an error of its ledger."""
        self.fail(
            f"the ledger {self.ledger.path} cannot be read or written: {error}."
            " Free some space or mend the disk, then run again."
        )

    def _end(self, lease: Lease, fate: Fate, judged: Whole | Ended | None = None, moved_to: str | None = None) -> None:
        """Writes a page's outcome into the ledger and ends its lease. A ledger that cannot be written ends the run."""
        now = self.clock.seconds()
        outcome = outcome_of(lease, fate, judged, moved_to, self.clock.stamp())
        if fate.state in {State.FAILED, State.HELD, State.RETRY}:
            level = logging.INFO if fate.state == State.RETRY else logging.WARNING
            logger.log(level, "%s: %s: %s", fate.state, lease.due.key, fate.reason)
        self.leases.pop(lease.due.key, None)
        self.leased_pages -= fate.state in _NOT_FETCHED
        try:
            result = self.group.commit_page(outcome, now)
        except sqlite3.Error as error:
            self.ledger_failed(error)
            return
        self._count(outcome, result)
        if lease.is_sitemap and isinstance(judged, Whole):
            self._skip_listed(lease)

    def _count(self, outcome: PageOutcome, result: CommitResult) -> None:
        progress = self.progress
        progress.pages += outcome.state not in _NOT_FETCHED
        progress.added += result.added
        progress.changed += result.changed
        progress.removed += result.removed
        progress.states[outcome.state] += 1
        progress.retries += outcome.state == State.RETRY
        progress.given_up += outcome.state == State.FAILED
        progress.open += result.new_urls - (outcome.state != State.RETRY)

    def fail(self, message: str) -> None:
        """Ends the run because of an error that no page can be blamed for. The first one is kept."""
        if self.error:
            return
        self.error = message
        logger.error(message)
        self._end_soon()

    def stop(self, by: str) -> None:
        """Ends the run early; pages in hand are finished first. *by*: what ends it, for the summary."""
        self.stopped_by = self.stopped_by or by
        self._end_soon()

    def _end_soon(self) -> None:
        self.sleep_no_more()
        self._wake = asyncio.get_running_loop().call_soon(self._poke)

    @property
    def sends_no_more(self) -> bool:
        """Whether requests in hand that are not sent yet are to be held back."""
        return bool(self.error or self.stopped_by) or not self.crawler.crawling

    def sleep_no_more(self) -> None:
        """Takes back the call that was to wake the engine."""
        if self._wake is not None:
            self._wake.cancel()

    def let_go(self) -> None:
        """Closes the ledger and gives the site free."""
        self.ledger.close()
        self.lock.release()
