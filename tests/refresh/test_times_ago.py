"""A site that says only how long ago its posts were written: their dates stay what they were at the first look."""

from __future__ import annotations

from pathlib import Path

from tests.refresh.steps import Summary, a_day_passes, run
from tests.support.commands import records
from tests.support.routes import Answer, Routes
from tests.support.thread_page import thread_page

TEXTS = (
    "My knee hurts whenever I run downhill, does anybody know why that may be?",
    "Try shorter runs for two weeks and see whether that makes it any better.",
    "Mine went away by itself once I had new shoes, so have a look at yours.",
    "Thank you all, I am going to try that and shall tell you how it went.",
)


class Forum:
    """Four threads; ``labels`` say when their posts were written."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.labels: tuple[str, ...] = ()
        self.where = "/t/"
        self.served = Routes(self.answer)
        self.name = self.served.host.replace(":", "_")

    def answer(self, path: str) -> Answer:
        if path == "/":
            links = "".join(f'<p><a href="{self.where}{number}">Go on</a></p>' for number in range(4))
            return Answer(200, f"<html><body>{links}</body></html>")
        path = path.replace("/old/", "/t/")
        if not path.startswith("/t/"):
            return Answer(404)
        said = enumerate(zip(self.labels, TEXTS, strict=False))
        posts = [(f"user{at}", label, f"{text} ({path})") for at, (label, text) in said]
        return Answer(200, thread_page(f"Knee pain of the kind {path[3:]}", posts))

    def look(self, day: str, *labels: str, command: str = "refresh") -> Summary:
        """A run on *day* over what the site shows with *labels*."""
        self.labels = labels
        more = ("--all",) if command == "refresh" else ()
        if command == "refresh":
            a_day_passes(self.output, site=self.name)
        clock = ("-s", f"FIXED_CLOCK={day}T08:00:00Z")
        return run(self.served, self.output, *more, *clock, command=command, site=self.name)

    @property
    def dates(self) -> set[tuple[str, ...]]:
        """The dates of all posts of each thread."""
        return {
            (record["question"]["asked_on"], *(answer["answered_on"] for answer in record["answers"]))  # type: ignore[index, attr-defined]
            for record in records(self.output, self.name)
        }


def test_dates_that_the_page_counts_back_stay_as_they_were_read_first(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    with forum.served:
        assert forum.look("2026-01-31", "5 days ago", "3 days ago", "a day ago", command="crawl").exit_code == 0
        first = {("2026-01-26", "2026-01-28", "2026-01-30")}
        assert forum.dates == first
        wandered = forum.look("2026-01-31", "6 days ago", "4 days ago", "2 days ago")
        assert (wandered.exit_code, wandered.counts()) == (0, (0, 0, 0))
        vague = forum.look("2026-02-16", "3 weeks ago", "2 weeks ago", "2 weeks ago")
        assert (vague.exit_code, vague.counts()) == (0, (0, 0, 0))
        assert forum.dates == first
        answered = forum.look("2026-02-18", "3 weeks ago", "3 weeks ago", "2 weeks ago", "just now")
        assert (answered.exit_code, answered.counts()) == (0, (0, 4, 0))
        assert forum.dates == {("2026-01-26", "2026-01-28", "2026-01-30", "2026-02-18")}
        notes = records(tmp_path, forum.name)[0]["source"]["notes"]  # type: ignore[index]
        assert [note["field"] for note in notes] == ["question.asked_on", "answers.answered_on"]


def test_a_second_address_found_later_is_the_same_question(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    with forum.served:
        forum.look("2026-01-31", "5 days ago", "3 days ago", "a day ago", command="crawl")
        forum.where = "/old/"
        found = forum.look("2026-02-16", "3 weeks ago", "2 weeks ago", "2 weeks ago")
        assert (found.exit_code, len(records(tmp_path, forum.name))) == (0, 4)


def test_a_date_that_the_page_gives_goes_before_one_that_was_counted(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    with forum.served:
        forum.look("2026-01-31", "5 days ago", "3 days ago", "a day ago", command="crawl")
        dated = forum.look("2026-02-20", "25 January 2026", "28 January 2026", "29 January 2026")
        assert dated.exit_code == 0
        assert forum.dates == {("2026-01-25", "2026-01-28", "2026-01-29")}


def test_a_date_that_was_counted_wrong_is_not_kept(tmp_path: Path) -> None:
    """As after a mend of the reader: what is counted now is off by more than the hour of the fetch can do."""
    forum = Forum(tmp_path)
    with forum.served:
        forum.look("2026-01-31", "5 days ago", "3 days ago", "a day ago", command="crawl")
        forum.look("2026-01-31", "5 days ago", "3 days ago", "12 days ago")
        assert forum.dates == {("2026-01-26", "2026-01-28", "2026-01-19")}
