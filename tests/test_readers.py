"""Readers: every page that is asked for is answered, whatever becomes of the processes that read."""

from __future__ import annotations

import asyncio
import multiprocessing.resource_tracker
import multiprocessing.spawn
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import orjson
import pytest
import qa_scraper.readers
from qa_scraper.items import Question, Record
from qa_scraper.loaders import Provenance
from qa_scraper.near_duplicates import signature_of
from qa_scraper.readers import LONGEST_ROW, Readers, WorkerDied
from qa_scraper.reading import ReadPage, read_response
from qa_scraper.worker_process import _read_pages

from tests.charset_texts import TRADITIONAL

SMALL, LARGE = 1_000, 100_000


def page(name: str) -> ReadPage:
    return ReadPage([], [name])


def where() -> ReadPage:
    return page(f"{os.getpid()}")


def killing() -> ReadPage:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def refused() -> ReadPage:
    raise ValueError("no page")


def stopped() -> ReadPage:
    raise StopIteration


def unfit() -> ReadPage:
    return ReadPage([Record(id="s:1", site="s", question=Question(votes="123456"))], ["unfit"])  # type: ignore[arg-type]


def signed(records: list[Record]) -> dict[bytes, bytes]:
    return {body: signature_of(body) for body in map(orjson.dumps, records)}


def told(found: ReadPage | BaseException) -> str:
    return found.addresses[0] if isinstance(found, ReadPage) else type(found).__name__


def read_all(processes: int, *pages: tuple[int, object]) -> list[str]:
    """What is answered, in the order of the *pages*, each with its size."""

    async def read() -> list[str]:
        readers = Readers(processes)
        try:
            asked = [readers.read(size, each) for size, each in pages]  # type: ignore[arg-type]
            answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 60)
        finally:
            readers.close()
        return list(map(told, answers))

    return asyncio.run(read())


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_each_gets_its_own_answer(processes: int) -> None:
    names = [f"{number}" for number in range(60)]
    sizes = [LARGE if number % 7 == 3 else SMALL for number in range(60)]
    pages = [(size, partial(page, name)) for name, size in zip(names, sizes, strict=True)]
    assert read_all(processes, *pages) == names


@pytest.mark.parametrize("processes", [2, 3])
def test_no_more_processes_are_begun_than_there_are_to_be(processes: int) -> None:
    async def read() -> int:
        readers = Readers(processes)
        asked = []
        for _ in range(100):  # most of them while the first process is being begun
            asked.append(asyncio.ensure_future(readers.read(LARGE, partial(page, "x"))))
            await asyncio.sleep(0)
        await asyncio.wait_for(asyncio.gather(*asked), 60)
        begun = len(multiprocessing.active_children())
        readers.close()
        return begun

    assert asyncio.run(read()) == processes - 1


def test_workers_can_be_begun_ahead_of_the_first_page() -> None:
    async def read() -> tuple[int, str]:
        readers = Readers(2)
        readers.begin()
        readers.begin()
        await asyncio.sleep(0)
        answered = told(await asyncio.wait_for(readers.read(LARGE, partial(page, "a")), 60))
        begun = len(multiprocessing.active_children())
        readers.close()
        return begun, answered

    assert asyncio.run(read()) == (1, "a")


@pytest.mark.parametrize(("size", "is_here"), [(SMALL, True), (LARGE, False)])
def test_a_page_is_read_here_while_the_workers_are_being_begun(size: int, is_here: bool) -> None:
    answers = read_all(2, *[(size, where)] * 20)
    assert {answer == f"{os.getpid()}" for answer in answers} == {is_here}


@pytest.fixture
def process_that_ends_at_once() -> Iterator[None]:
    multiprocessing.resource_tracker.ensure_running()  # it is begun the same way
    executable = multiprocessing.spawn.get_executable()
    multiprocessing.set_executable(shutil.which("false") or "")
    yield
    multiprocessing.set_executable(executable)


@pytest.mark.usefixtures("process_that_ends_at_once")
def test_a_process_that_ends_before_it_can_read_is_told() -> None:
    assert read_all(2, (LARGE, where), (SMALL, where), (LARGE, where)) == ["OSError", f"{os.getpid()}", "OSError"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_process_that_gets_a_signal_while_it_is_begun_costs_no_page(
    number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    async def read() -> list[str]:
        readers = Readers(2)
        asked = [asyncio.ensure_future(readers.read(LARGE, partial(page, f"{at}"))) for at in range(10)]
        while not (begun := multiprocessing.active_children()):
            await asyncio.sleep(0)
        os.kill(begun[0].pid or 0, number)
        answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 60)
        readers.close()
        return list(map(told, answers))

    assert asyncio.run(read()) == [f"{at}" for at in range(10)]
    assert capfd.readouterr().err == ""


def test_a_process_that_nobody_waits_for_any_more_ends_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    process = multiprocessing.get_context("spawn").Process(target=_read_pages, args=(theirs,))
    process.start()
    process.join(60)
    assert (process.exitcode, capfd.readouterr().err) == (0, "")


def test_closing_ends_workers_that_are_still_being_begun() -> None:
    async def read() -> None:
        readers = Readers(3)
        readers.begin()
        while len(multiprocessing.active_children()) < 2:
            await asyncio.sleep(0)
        readers.close()
        await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, timeout=60)
        for process in multiprocessing.active_children():
            process.join(60)

    asyncio.run(read())
    assert multiprocessing.active_children() == []


def test_a_page_that_ends_its_process_takes_no_other_with_it() -> None:
    others = [(LARGE, partial(page, f"{number}")) for number in range(20)]
    assert read_all(2, *others[:10], (LARGE, killing), *others[10:]) == [
        *map(str, range(10)), "WorkerDied", *map(str, range(10, 20)),
    ]  # fmt: skip


def test_a_page_behind_many_that_end_their_processes_is_read() -> None:
    killers = [(LARGE, killing)] * 9
    assert read_all(2, *killers, (LARGE, partial(page, "last"))) == ["WorkerDied"] * 9 + ["last"]


def test_what_a_page_raises_is_told() -> None:
    here = read_all(1, (SMALL, refused))
    assert here == ["ValueError"]
    assert read_all(2, (LARGE, refused), (LARGE, partial(page, "b"))) == ["RuntimeError", "b"]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_record_that_fits_no_schema_is_left_to_the_pipelines(processes: int) -> None:
    assert read_all(processes, (LARGE, unfit), (LARGE, partial(page, "b"))) == ["unfit", "b"]


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_page_that_fails_in_a_row_takes_no_other_with_it(processes: int, size: int) -> None:
    pages = [partial(page, "a"), refused, partial(page, "b"), stopped, partial(page, "c")]
    answers = read_all(processes, *((size, each) for each in pages))
    assert (answers[::2], answers[3]) == (["a", "b", "c"], "RuntimeError")


def test_what_is_packed_is_unpacked() -> None:
    page = ReadPage([Record(id="s:1", site="s")], ["a"], "why", {"b": None}, 1, 2, "doubt")
    assert ReadPage.unpacked(page.packed()) == replace(page, valid=signed(page.records))


def test_a_page_is_the_same_wherever_it_is_read() -> None:
    read = partial(
        read_response,
        TRADITIONAL.html().encode(),
        url="https://example.org/q/1",
        content_type="text/html; charset=utf-8",
        content_language=None,
        provenance=Provenance(site="s", fetched_at="2026-01-31T08:00:00Z", http_status=200),
        layouts=(),
        may_be_question=True,
    )

    async def both() -> tuple[ReadPage, ReadPage]:
        readers = Readers(1), Readers(2)
        here, there = await asyncio.wait_for(asyncio.gather(*(each.read(LARGE, read) for each in readers)), 60)
        for each in readers:
            each.close()
        return here, there

    here, there = asyncio.run(both())
    assert here.records
    assert there == replace(here, valid=signed(here.records))
    assert all(there.valid.values())


def test_what_cannot_be_handed_over_is_told_and_mixes_up_nothing() -> None:
    answers = read_all(2, (LARGE, partial(page, "a")), (LARGE, lambda: page("b")), (LARGE, partial(page, "c")))
    assert answers[0] == "a"
    assert answers[1] in {"AttributeError", "PicklingError"}
    assert answers[2] == "c"


@pytest.mark.parametrize("processes", [1, 2])
def test_who_no_longer_waits_holds_nobody_up(processes: int) -> None:
    async def read() -> list[str]:
        readers = Readers(processes)
        asked = [asyncio.ensure_future(readers.read(SMALL, partial(page, f"{number}"))) for number in range(40)]
        await asyncio.sleep(0)
        for task in asked[::3]:
            task.cancel()
        answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 60)
        readers.close()
        return list(map(told, answers))

    assert asyncio.run(read()) == [str(n) if n % 3 else "CancelledError" for n in range(40)]


@pytest.mark.parametrize(("processes", "size"), [(1, SMALL), (2, LARGE)])
def test_closing_answers_who_waits(processes: int, size: int) -> None:
    async def read() -> list[str]:
        readers = Readers(processes)
        asked = [asyncio.ensure_future(readers.read(size, partial(page, "late"))) for _ in range(30)]
        await asyncio.sleep(0)
        readers.close()
        return list(map(told, await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 60)))

    assert set(asyncio.run(read())) <= {"late", WorkerDied.__name__}


def turns_at_which_are_read(pages: int, seconds: float = 0) -> list[int]:
    """How many turns the loop had had when each of so many small pages was read, which takes so many seconds."""

    async def read() -> list[int]:
        readers = Readers(1)
        turns, seen = 0, []

        def noted() -> ReadPage:
            time.sleep(seconds)  # what a page may take, not a wait for anything
            seen.append(turns)
            return page("noted")

        asked = [asyncio.ensure_future(readers.read(SMALL, noted)) for _ in range(pages)]
        while not all(task.done() for task in asked):
            await asyncio.sleep(0)
            turns += 1
        return seen

    return asyncio.run(read())


def test_pages_read_in_a_row_leave_the_loop_its_turn() -> None:
    seen = turns_at_which_are_read(20, 2 * LONGEST_ROW)
    assert len(seen) == 20
    assert sorted(set(seen)) == seen


def test_small_pages_are_read_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa_scraper.readers, "LONGEST_ROW", 60)
    seen = turns_at_which_are_read(5)
    assert len(seen) == 5
    assert len(set(seen)) == 1
