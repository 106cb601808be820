"""Sites whose pages move, vanish for a while, come back, or hide their texts: what a refresh makes of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.refresh.steps import a_day_passes, run
from tests.support.commands import records
from tests.support.routes import Answer, Routes

SITE = "edoctor"
ASKED = "For {} weeks my knee creaks."
REPLY = "Rest it {} days."


class Clinic:
    """A site of question pages and one list; a test changes ``pages`` as it goes on."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.pages: dict[str, Answer] = {}
        self.served = Routes(lambda path: self.pages.get(path, Answer(404, "<h1>Nothing here</h1>")))

    def shows(self, *numbers: int, at: str = "/q/{}") -> None:
        """Question pages, the list that leads to them, and the start page that leads to the list."""
        paths = {at.format(number): number for number in numbers}
        self.pages |= {path: question(number) for path, number in paths.items()}
        self.pages["/list"] = page("List", "".join(f'<p><a href="{path}">Go on</a></p>' for path in paths))
        self.pages["/"] = page("Clinic", '<p><a href="/list">All questions</a></p>')

    def run(self, command: str = "refresh", *more: str) -> int:
        """Runs the command a day after the last one. Gives its exit code."""
        if command != "crawl":
            a_day_passes(self.output, site=SITE)
        self.last = run(self.served, self.output, "-s", "RETRY_TIMES=1", *more, command=command, site=SITE)
        return self.last.exit_code

    @property
    def records(self) -> dict[str, dict[str, object]]:
        """The published records by path and query of their URL."""
        found = records(self.output, SITE)
        return {str(record["url"]).removeprefix(self.served.url): record for record in found}

    def answers(self, path: str) -> list[str]:
        """The texts of the answers at *path*."""
        answers = self.records[path]["answers"]
        assert isinstance(answers, list)
        return [answer["text"] for answer in answers]


def page(title: str, body: str) -> Answer:
    return Answer(200, f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>")


def question(number: int, text: str = ASKED, reply: str = REPLY) -> Answer:
    return page(
        f"Knee trouble of the kind {number} - Orthopedics",
        f"<p>{text.format(number)}</p><p>MEI{number}, 20~29 year old female. Ask Date: 2021/03/04</p>"
        f"<h3>Dr. Wen Hua reply Orthopedics</h3><p>{reply.format(number)}</p><p>Reply Date: 2021/03/05</p>",
    )


def moved(path: str) -> Answer:
    return Answer(301, "", {"Location": path})


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic(tmp_path)
    with clinic.served:
        yield clinic


def test_a_site_that_moves_all_its_pages_is_no_fault(clinic: Clinic) -> None:
    clinic.shows(*range(20))
    assert clinic.run("crawl") == 0
    ids = {str(record["id"]) for record in clinic.records.values()}
    clinic.shows(*range(20), at="/question/{}-knee")
    clinic.pages |= {f"/q/{number}": moved(f"/question/{number}-knee") for number in range(20)}
    assert clinic.run("refresh", "--all") == 0, clinic.last.said
    assert clinic.run("refresh", "--all") == 0, clinic.last.said
    assert clinic.records.keys() == {f"/question/{number}-knee" for number in range(20)}
    assert {str(record["id"]) for record in clinic.records.values()} == ids


def test_a_site_that_loses_most_of_its_pages_is_one_still(clinic: Clinic) -> None:
    clinic.shows(*range(20))
    assert clinic.run("crawl") == 0
    clinic.pages |= {f"/q/{number}": moved("/") for number in range(4, 20)}
    assert clinic.run("refresh", "--all") == 4
    assert "16 of 20 records would be removed" in str(clinic.last.said["rejected"])
    assert len(clinic.records) == 20


def test_a_page_that_moves_back_is_no_loop(clinic: Clinic) -> None:
    clinic.shows(1, 2, 3)
    assert clinic.run("crawl") == 0
    clinic.pages["/q/1"] = moved("/q/1-knee")
    clinic.pages["/q/1-knee"] = question(1)
    for _ in range(2):
        assert clinic.run("refresh", "--all") == 0, clinic.last.said
    assert "/q/1-knee" in clinic.records
    clinic.pages["/q/1-knee"] = moved("/q/1")
    clinic.pages["/q/1"] = question(1, reply="Now do exercise {}.")
    for _ in range(2):
        assert clinic.run() == 0, clinic.last.said
        a_day_passes(clinic.output, 12, SITE)
    assert clinic.answers("/q/1") == ["Now do exercise 1."]
    assert "/q/1-knee" not in clinic.records


def test_a_loop_is_one_still(clinic: Clinic) -> None:
    clinic.shows(1, 2, 3)
    clinic.pages |= {"/q/1": moved("/q/1-knee"), "/q/1-knee": moved("/q/1")}
    assert clinic.run("crawl") == 3
    for _ in range(2):
        assert clinic.run("refresh", "--all") == 3
        assert clinic.last.said["given_up"] == 1
    assert clinic.served.requests.count("/q/1") <= 6


@pytest.mark.parametrize("outage", [Answer(404, "<h1>Nothing here</h1>"), moved("/maintenance")], ids=["404", "302"])
@pytest.mark.parametrize("gone", ["/", "/list"])
def test_lists_are_looked_for_again_after_an_outage(clinic: Clinic, gone: str, outage: Answer) -> None:
    clinic.shows(1, 2, 3)
    assert clinic.run("crawl") == 0
    clinic.pages[gone] = outage
    clinic.pages["/maintenance"] = page("We are back soon", "<p>Maintenance.</p>")
    clinic.run()
    clinic.shows(1, 2, 3, 4)
    assert clinic.run() == 0, clinic.last.said
    assert "/q/4" in clinic.records


def test_a_start_page_that_was_missing_is_looked_for_by_the_next_crawl(clinic: Clinic) -> None:
    clinic.pages["/"] = Answer(404, "<h1>Nothing here</h1>")
    assert clinic.run("crawl") == 3
    clinic.shows(1, 2)
    assert clinic.run("crawl") == 0, clinic.last.said
    assert clinic.records.keys() == {"/q/1", "/q/2"}


def test_urls_that_an_older_version_told_apart_become_one(clinic: Clinic) -> None:
    """As a ledger has them from before session ids of phpBB were left out."""
    clinic.shows(*range(30), at="/q?n={}")
    assert clinic.run("crawl") == 0
    ids = {str(record["id"]) for record in clinic.records.values()}
    session = "&sid=0123456789abcdef0123456789abcdef"
    clinic.pages |= {path + session: answer for path, answer in clinic.pages.items() if "?" in path}
    with sqlite3.connect(clinic.output / SITE / "ledger.sqlite") as ledger:
        for table, column in (("urls", "key"), ("urls", "address"), ("records", "url_key")):
            ledger.execute(f"UPDATE {table} SET {column}={column}||? WHERE {column} LIKE '%?n=%'", (session,))
    for _ in range(2):
        assert clinic.run("refresh", "--all") == 0, clinic.last.said
    assert clinic.records.keys() == {f"/q?n={number}" for number in range(30)}
    assert {str(record["id"]) for record in clinic.records.values()} == ids


def test_a_moved_question_costs_no_request_each_time(clinic: Clinic) -> None:
    clinic.shows(1, 2, 3)
    clinic.pages["/q/1"] = question(1, text='For {} weeks. <a href="/q/9">Like this one</a>')
    clinic.pages["/q/9"] = question(9, text='For {} weeks. <a href="/q/1">Like this one</a>')
    assert clinic.run("crawl") == 0
    for number in (1, 9):
        clinic.pages[f"/q/{number}-knee"] = clinic.pages[f"/q/{number}"]
        clinic.pages[f"/q/{number}"] = moved(f"/q/{number}-knee")
    for _ in range(2):
        assert clinic.run("refresh", "--all") == 0, clinic.last.said
    clinic.served.requests.clear()
    assert clinic.run() == 0
    assert not {"/q/1", "/q/9"} & set(clinic.served.requests)


def test_two_missing_pages_reject_no_run(clinic: Clinic) -> None:
    clinic.shows(*range(20))
    assert clinic.run("crawl") == 0
    for number in (5, 6):
        clinic.pages[f"/q/{number}"] = Answer(410, "<h1>Gone</h1>")
    for _ in range(2):
        assert clinic.run("refresh", "--all") == 0, clinic.last.said
    assert len(clinic.records) == 18


@pytest.mark.parametrize("field", ["question.text", "answers.text"])
def test_a_login_wall_in_the_usual_layout_is_rejected(clinic: Clinic, field: str) -> None:
    clinic.shows(*range(10))
    assert clinic.run("crawl") == 0
    good = clinic.records
    text, reply = ("Please log in.", REPLY) if field == "question.text" else (ASKED, "Please log in.")
    clinic.pages |= {f"/q/{number}": question(number, text, reply) for number in range(10)}
    assert clinic.run("refresh", "--all") == 4
    assert "block page" in str(clinic.last.said["rejected"])
    assert field in str(clinic.last.said["rejected"])
    assert clinic.records == good


def test_texts_that_many_pages_had_and_that_are_edited_are_no_wall(clinic: Clinic) -> None:
    clinic.shows(*range(10))
    canned = ("Please come to our clinic.", "Please call our clinic.")
    clinic.pages |= {f"/q/{number}": question(number, reply=canned[number % 2]) for number in range(10)}
    assert clinic.run("crawl") == 0
    clinic.pages |= {f"/q/{number}": question(number, reply="Please come to our new clinic.") for number in range(10)}
    assert clinic.run("refresh", "--all") == 0, clinic.last.said
    assert clinic.last.counts() == (0, 10, 0)


def test_one_title_is_not_one_question(clinic: Clinic) -> None:
    """Where all that is known of the question is its title, the answer tells which one it is."""
    for doctor in ("a", "b", "c"):
        clinic.pages[f"/q/{doctor}"] = page(
            "Chest pain - Cardiology",
            f"<h3>Dr. Wen Hua reply Cardiology</h3><p>Advice {doctor}.</p><p>Reply Date: 2021/03/05</p>",
        )
    clinic.pages["/q/copy"] = clinic.pages["/q/c"]
    links = "".join(f'<p><a href="/q/{name}">Go on</a></p>' for name in ("a", "b", "c", "copy"))
    clinic.pages["/"] = page("Clinic", links)
    assert clinic.run("crawl") == 0
    assert [clinic.answers(f"/q/{doctor}") for doctor in ("a", "b", "c")] == [
        ["Advice a."],
        ["Advice b."],
        ["Advice c."],
    ]
    assert clinic.records.keys() == {"/q/a", "/q/b", "/q/c"}
