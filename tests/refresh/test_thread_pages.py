"""A thread of several pages is one record, in whatever order its pages are found, and stays one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.refresh.steps import Summary, a_day_passes, run
from tests.support.commands import qa_scraper, records
from tests.support.routes import Answer, Routes
from tests.support.thread_page import thread_page

STYLES = {
    "page": ("/t/{}", "/t/{}?page={}"),
    "path": ("/t/{}-knee-pain", "/t/{}-knee-pain/page-{}"),
    "start": ("/viewtopic.php?t={}", "/viewtopic.php?start={}0&t={}"),
}


class Forum:
    """Threads of one title, some posts a page. ``posts``: how many each thread has, by its number."""

    def __init__(self, output: Path, style: str = "page", *, repeats: bool = False) -> None:
        self.output = output
        self.first, self.further = STYLES[style]
        self.repeats = repeats
        self.posts = {1: 9, 2: 8}
        self.hidden: set[str] = set()  # pages that are not there
        self.moved: dict[str, str] = {}
        self.title = "Knee pain"
        self.served = Routes(self.answer)
        self.name = self.served.host.replace(":", "_")

    def path(self, thread: int, number: int) -> str:
        if number == 1:
            return self.first.format(thread)
        return self.further.format(*((number, thread) if "start" in self.further else (thread, number)))

    def pages(self) -> dict[str, tuple[int, int]]:
        """The thread and number of each page by its path."""
        return {
            self.path(thread, number): (thread, number)
            for thread, posts in self.posts.items()
            for number in range(1, (posts + 2) // 3 + 1)
        }

    def answer(self, path: str) -> Answer:
        pages = self.pages()
        if path == "/":
            links = "".join(f'<p><a href="{page}">Go on</a></p>' for page in pages if page not in self.hidden)
            return Answer(200, f"<html><body>{links}</body></html>")
        if path in self.moved:
            return Answer(301, "", {"Location": self.moved[path]})
        path = {new: old for old, new in self.moved.items()}.get(path, path)
        if path not in pages or path in self.hidden:
            return Answer(404)
        thread, number = pages[path]
        shown = list(range(3 * number - 2, min(3 * number, self.posts[thread]) + 1))
        if self.repeats and number > 1:
            shown.insert(0, 1)
        posts = [(f"user{at % 3}", f"{at} May 2024", self.text(thread, at)) for at in shown]
        title = self.title.format(number) if number > 1 else self.title.removesuffix(" - Page {}")
        return Answer(200, thread_page(title, posts))

    def text(self, thread: int, post: int) -> str:
        return f"This is what I have to say in thread {thread} as number {post} of all who write."

    def look(self, *more: str, command: str = "refresh") -> Summary:
        """A run, a day after the last one."""
        if command == "refresh":
            a_day_passes(self.output, site=self.name)
            more = ("--all", *more)
        return run(self.served, self.output, *more, command=command, site=self.name)

    def threads(self) -> dict[str, list[str]]:
        """The texts of question and answers of each record by its path."""
        return {
            str(record["url"]).removeprefix(self.served.url): [
                record["question"]["text"],  # type: ignore[index]
                *(answer["text"] for answer in record["answers"]),  # type: ignore[attr-defined]
            ]
            for record in records(self.output, self.name)
        }

    def truth(self) -> dict[str, list[str]]:
        return {
            self.path(thread, 1): [self.text(thread, post) for post in range(1, posts + 1)]
            for thread, posts in self.posts.items()
        }


@pytest.fixture(params=STYLES)
def forum(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forum]:
    forum = Forum(tmp_path, request.param)
    with forum.served:
        yield forum


def test_all_answers_are_in_one_record(forum: Forum) -> None:
    crawled = forum.look(command="crawl")
    assert crawled.exit_code == 0, crawled.said
    assert crawled.counts() == (2, 0, 0)
    assert forum.threads() == forum.truth()
    first, second = records(forum.output, forum.name)
    pages = {forum.served.url + path for path in forum.pages()}
    assert {first["url"], second["url"], *first["source"]["other_urls"], *second["source"]["other_urls"]} == pages  # type: ignore[index]
    # user1 asked; what that user wrote on further pages is by the asker too
    assert [answer["by_asker"] for answer in first["answers"]] == [
        at % 3 == 1 for at in range(2, len(first["answers"]) + 2)
    ]  # type: ignore[index, arg-type, attr-defined]


def test_a_new_answer_on_the_last_page_changes_the_one_record(forum: Forum) -> None:
    forum.look(command="crawl")
    before = {record["url"]: record for record in records(forum.output, forum.name)}
    assert forum.look().counts() == (0, 0, 0)
    forum.posts[2] += 1
    grown = forum.look()
    assert (grown.exit_code, grown.counts()) == (0, (0, 1, 0))
    forum.posts[1] += 2  # a page of their own
    grown = forum.look()
    assert (grown.exit_code, grown.counts()) == (0, (0, 1, 0))
    assert forum.threads() == forum.truth()
    for record in records(forum.output, forum.name):
        was = before[record["url"]]
        assert record["id"] == was["id"]
        assert record["source"]["version"] > was["source"]["version"]  # type: ignore[index]
        assert record["source"]["content_hash"] != was["source"]["content_hash"]  # type: ignore[index]


def test_a_refresh_looks_at_the_last_page_like_at_any_question(forum: Forum) -> None:
    forum.look(command="crawl")
    forum.posts[2] += 1
    a_day_passes(forum.output, 7, forum.name)
    assert run(forum.served, forum.output, site=forum.name).counts() == (0, 1, 0)
    assert forum.threads() == forum.truth()


def test_a_thread_that_loses_its_last_page_goes_on_counting(forum: Forum) -> None:
    forum.look(command="crawl")
    before = {record["url"]: record["source"] for record in records(forum.output, forum.name)}
    forum.posts[1] -= 3
    for _ in range(2):  # a page that is missing is looked for once more, a day later
        assert forum.look().exit_code == 0
    assert forum.threads() == forum.truth()
    url = forum.served.url + forum.path(1, 1)
    (after,) = [record["source"] for record in records(forum.output, forum.name) if record["url"] == url]
    assert after["version"] > before[url]["version"]  # type: ignore[index]
    assert len(after["other_urls"]) == len(before[url]["other_urls"]) - 1  # type: ignore[index, arg-type]


def test_a_first_page_that_moves_keeps_its_further_pages(forum: Forum) -> None:
    forum.look(command="crawl")
    was = {str(record["id"]) for record in records(forum.output, forum.name)}
    forum.moved = {forum.path(1, 1): "/moved/1"}
    for _ in range(3):
        assert forum.look().exit_code == 0
    assert sorted(forum.threads().values()) == sorted(forum.truth().values())
    assert {str(record["id"]) for record in records(forum.output, forum.name)} == was


def test_another_title_on_all_pages_is_followed_page_by_page(forum: Forum) -> None:
    forum.look(command="crawl")
    forum.title = "Knee pain (solved)"
    for first in (False, True):  # the further pages are looked at a run ahead of the first ones
        forum.hidden = set() if first else {forum.path(1, 1), forum.path(2, 1)}
        forum.look("-s", "RETRY_TIMES=0")
    assert forum.look().exit_code == 0
    assert forum.threads() == forum.truth()


def test_pages_whose_titles_say_their_number_are_of_one_thread(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    forum.title = "Knee pain - Page {}"
    with forum.served:
        assert forum.look(command="crawl").exit_code == 0
        assert forum.threads() == forum.truth()


def test_questions_of_a_list_with_pages_are_no_further_pages(tmp_path: Path) -> None:
    def faq(path: str) -> Answer:
        clinic = {"/faq": "East", "/faq?page=2": "West", "/faq?page=3": "South"}.get(path)
        if path == "/":
            links = "".join(f'<p><a href="{page}">Go on</a></p>' for page in ("/faq", "/faq?page=2", "/faq?page=3"))
            return Answer(200, f"<html><body>{links}</body></html>")
        if clinic is None:
            return Answer(404)
        asked = {
            "Do I need a referral?": f"No, the {clinic} clinic takes anybody who comes.",
            "When is it open?": f"The {clinic} clinic is open from eight to four.",
            f"Where is the {clinic} clinic?": f"At the {clinic} end of the harbour, behind the church.",
        }
        terms = "".join(f"<h3>{question}</h3><p>{answer}</p>" for question, answer in asked.items())
        return Answer(200, f"<html lang=en><head><title>FAQ</title></head><body><h1>FAQ</h1>{terms}</body></html>")

    with Routes(faq) as served:
        name = served.host.replace(":", "_")
        assert run(served, tmp_path, command="crawl", site=name).exit_code == 0
        assert len(records(tmp_path, name)) == 9


def test_pages_that_are_found_ahead_of_the_first_one_join_it(forum: Forum) -> None:
    forum.hidden = {forum.path(1, 1), forum.path(2, 1)}
    assert forum.look(command="crawl").exit_code == 0
    assert sorted(map(len, forum.threads().values())) == [6, 7]  # no question, and the answers of further pages
    forum.hidden = set()
    found = forum.look()
    assert found.exit_code == 0, found.said
    assert forum.threads() == forum.truth()
    replayed = qa_scraper("replay", forum.name, "--output", str(forum.output))
    assert replayed.stdout == (forum.output / forum.name / "questions.jsonl").read_text("utf-8")


def test_a_question_that_each_page_repeats_is_one_record(tmp_path: Path) -> None:
    forum = Forum(tmp_path, repeats=True)
    with forum.served:
        assert forum.look(command="crawl").exit_code == 0
        assert forum.threads() == forum.truth()


def test_who_is_forgotten_is_gone_from_all_pages(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    with forum.served:
        forum.look(command="crawl")
        first = records(tmp_path, forum.name)[0]
        done = qa_scraper("forget", forum.name, "--id", str(first["id"]), "--yes", "--output", str(tmp_path))
        assert done.returncode == 0, done.stderr
        assert [record["url"] for record in records(tmp_path, forum.name)] != [first["url"]]
        assert len(records(tmp_path, forum.name)) == 1
        assert forum.look().exit_code == 0
        kept = json.dumps(records(tmp_path, forum.name))
        thread = int(str(first["url"])[-1])
        assert f"thread {thread} " not in kept
        # A page that the forgotten thread grows is not published; one of another thread of that title is.
        forum.posts = {number: posts + 3 for number, posts in forum.posts.items()}
        assert forum.look().exit_code == 0
        assert forum.threads() == {
            path: texts for path, texts in forum.truth().items() if path != forum.path(thread, 1)
        }
