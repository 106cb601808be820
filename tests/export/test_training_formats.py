"""``chat``, ``rag``, ``huggingface``, ``croissant``: what stands in them, and that their own consumers load it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from qa_scraper.cli import app
from qa_scraper.demo import demo_site, truth
from qa_scraper.errors import InputError
from qa_scraper.export import FORMATS, ExportOptions, Written
from qa_scraper.export.chat import asked, best_answer
from qa_scraper.export.rag import chunker, chunks, tokens
from qa_scraper.export_job import Choice, export
from qa_scraper.items import Answer, Author, Question, Record
from qa_scraper.record_source import find_records

from tests.bench.made_records import made_records
from tests.support.commands import environment
from tests.support.thorny_records import as_json, thorny_records, write_lines

HALF = (0.5, 0.25, 0.25)
DAY = "2026-02-03"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lines(tmp_path_factory.mktemp("source") / "qa.jsonl", [*made_records(120), *thorny_records()])


def written(source: Path, out: Path, to: str, options: ExportOptions | None = None) -> Written:
    given = options or ExportOptions('a "name": # <b>', DAY)
    return export(find_records(str(source), source.parent), out, FORMATS[to], Choice(), given).written


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def record(question: str | None, *answers: Answer, title: str | None = None, more_info: str | None = None) -> dict:
    made = Record("s:1", "s", "http://h/1", "en", title, question=Question(None, question), answers=list(answers))
    made.more_info = more_info
    return orjson.loads(orjson.dumps(made))


# chat


def test_a_conversation_is_a_question_and_its_best_answer(source: Path, tmp_path: Path) -> None:
    done = written(source, tmp_path / "chat", "chat", ExportOptions(system="You are a doctor."))
    found = lines(tmp_path / "chat")
    records = {each["id"]: each for each in lines(source)}
    assert done.counts == {"conversations": len(found)}
    for each in found:
        roles = [message["role"] for message in each["messages"]]
        assert roles == ["system", "user", "assistant"]
        assert each["messages"][2]["content"] in [answer["text"] for answer in records[each["id"]]["answers"]]
        assert (records[each["id"]]["question"]["text"] or "") in each["messages"][1]["content"]
    left_out = sum(int(note.split()[2]) for note in done.notes)
    assert len(found) + left_out == done.records == len(records)
    reasons = [note.split(maxsplit=3)[3] for note in done.notes]
    assert reasons == ["without a question's text or title", "without an answer by someone else than the asker"]


def test_which_answer_is_the_best() -> None:
    own, first, voted = Answer(text="Thanks", by_asker=True, votes=99), Answer(text="First"), Answer(text="V", votes=2)
    accepted = Answer(text="Accepted", accepted=True, votes=-1)
    for answers, best in (
        ((own, first, voted, accepted), "Accepted"),
        ((own, first, voted), "V"),
        ((own, first, Answer(text="Second")), "First"),
        ((own, Answer(text=None)), None),
    ):
        found = best_answer(record("Why?", *answers))
        assert (found["text"] if found else None) == best


def test_what_was_asked() -> None:
    assert asked(record("Why does it hurt?", title="My knee")) == "My knee\n\nWhy does it hurt?"
    assert asked(record("My knee hurts. Why?", title="my knee")) == "My knee hurts. Why?"
    assert asked(record(None, title="My knee")) == "My knee"
    assert asked(record(None)) is None


def test_splits_are_files_of_a_folder_and_hold_every_record_once(source: Path, tmp_path: Path) -> None:
    for to, name in (("chat", "id"), ("rag", "parent_id")):
        written(source, tmp_path / to, to)
        done = written(source, tmp_path / f"{to}-splits", to, ExportOptions(splits=HALF))
        files = sorted((tmp_path / f"{to}-splits").glob("*.jsonl"))
        assert [path.stem for path in files] == ["test", "train", "validation"]
        found = [{line[name] for line in lines(path)} for path in files]
        assert len(set.union(*found)) == sum(map(len, found))
        together = sorted(line["id"] for path in files for line in lines(path))
        assert together == sorted(line["id"] for line in lines(tmp_path / to))
        assert done.counts["in_train"] == len(lines(files[1]))
        assert not list(tmp_path.glob(".*"))


def test_a_split_without_a_line_is_no_file_and_told(tmp_path: Path) -> None:
    records = [as_json(each) for each in made_records(40)]
    for each in records:
        each["answers"] = []
    source = write_lines(tmp_path / "t.jsonl", records)
    done = written(source, tmp_path / "chat", "chat", ExportOptions(splits=HALF))
    assert not list((tmp_path / "chat").glob("*.jsonl"))
    assert done.counts == {"conversations": 0}
    assert "there is nothing in train and validation and test: their records have no conversations" in done.notes


# rag


class Letters:
    """Texts in which no letter comes twice, so that it is plain which part of them a chunk holds."""

    def __init__(self) -> None:
        self.words, self.signs = map(chr, range(0xAC00, 0xD7A4)), map(chr, range(0x4E00, 0x9FA5))

    def text(self, sentences: list[str], glue: str) -> str:
        return glue.join(map(self.sentence, sentences))

    def sentence(self, kind: str) -> str:
        if kind == "words":
            return " ".join(next(self.words) + next(self.words) for _ in range(6)) + "."
        return "".join(next(self.signs) for _ in range(12 if kind == "signs" else 70)) + "。"


drawn = st.tuples(
    st.lists(st.sampled_from(["words", "signs", "long"]), min_size=1, max_size=12),
    st.sampled_from([" ", "\n", "\n\n"]),
)


@settings(max_examples=150, deadline=None)
@given(drawn, st.lists(drawn, max_size=3), st.sampled_from([(40, 0, False), (90, 20, False), (60, 15, True)]))
def test_chunks_hold_all_and_no_answer_begins_without_its_question(
    question_drawn: tuple[list[str], str], answers_drawn: list[tuple[list[str], str]], sizes: tuple[int, int, bool]
) -> None:
    letters = Letters()
    question, *answers, more = [letters.text(*each) for each in (question_drawn, *answers_drawn, (["signs"] * 9, ""))]
    size, overlap, in_tokens = sizes
    cut = chunker(ExportOptions(chunk_size=size, overlap=overlap, in_tokens=in_tokens))
    found = list(chunks(record(question, *[Answer(text=answer) for answer in answers], more_info=more), cut))
    assert len({chunk["id"] for chunk in found}) == len(found)
    assert all(0 < (tokens if in_tokens else len)(str(chunk["text"])) <= size for chunk in found)
    assert held(found, "more_info") == set(bare(more))
    whole = held(found, "question")
    assert whole in (set(), set(bare(question)))
    for at, answer in enumerate(answers):
        first, *rest = [bare(str(chunk["text"])) for chunk in found if chunk["answer"] == at]
        assert bare(question)[-1] + bare(answer)[0] in first
        assert all(text in bare(question) + bare(answer) for text in (first, *rest))
        assert set("".join([first, *rest])) >= set(bare(answer))
        assert whole or first.startswith(bare(question))
    if not answers:
        assert whole


def bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def held(found: list[Mapping[str, object]], part: str) -> set[str]:
    """The letters in the chunks of *part*."""
    return {letter for chunk in found if chunk["part"] == part for letter in bare(str(chunk["text"]))}


def test_a_chunk_says_whose_it_is(source: Path, tmp_path: Path) -> None:
    options = ExportOptions(chunk_size=400, overlap=40)
    done = written(source, tmp_path / "rag", "rag", options)
    found = lines(tmp_path / "rag")
    assert done.counts == {"chunks": len(found)}
    records = {each["id"]: each for each in lines(source)}
    for each in found:
        parent = records[each["parent_id"]]
        assert (each["url"], each["language"]) == (parent["url"], parent["language"])
        assert each["context"].split("\n")[0] in (parent["title"] or "", parent["question"]["title"] or "")
        if each["part"] == "answer":
            assert each["author"] == parent["answers"][each["answer"]]["author"]["name"]
    for one, other in pairwise(found):
        assert one["parent_id"] <= other["parent_id"]


def test_a_short_question_is_in_the_chunks_of_its_answers_only() -> None:
    cut = chunker(ExportOptions())
    answers = [Answer(Author("Lin"), "Rest.", DAY), Answer(Author("Ho"), "Walk.")]
    found = list(chunks(record("Why?", *answers, title="Knee"), cut))
    assert [(each["id"], each["text"]) for each in found] == [
        ("s:1/a0.0", "Why?\n\nRest."),
        ("s:1/a1.0", "Why?\n\nWalk."),
    ]
    assert (found[0]["author"], found[0]["answered_on"], found[0]["context"]) == ("Lin", DAY, "Knee")
    assert [each["id"] for each in chunks(record("Why?"), cut)] == ["s:1/q.0"]
    assert list(chunks(record(None), cut)) == []


def test_chinese_is_cut_where_a_sentence_ends() -> None:
    answer = (
        "依您的描述有可能是神經受到壓迫。建議做神經傳導檢查！晚上睡覺時可以戴護腕。平時避免提重物，也不要長時間騎車。"
    )
    cut = chunker(ExportOptions(chunk_size=48, overlap=0))
    found = [str(each["text"]) for each in chunks(record("手麻怎麼辦？", Answer(text=answer)), cut)]
    assert len(found) > 1
    assert all(text[-1] in "。！" for text in found)


@pytest.mark.parametrize(("size", "overlap"), [(39, 0), (100, 26), (100, -1)])
def test_sizes_that_cannot_be(size: int, overlap: int) -> None:
    with pytest.raises(InputError, match=r"--chunk-size|--overlap"):
        chunker(ExportOptions(chunk_size=size, overlap=overlap))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "chat", "--chunk-size", "100"], "--chunk-size does not go with chat, only with rag"),
        (["--to", "rag", "--system", "x"], "--system does not go with rag, only with chat"),
        (["--to", "rag", "--chunk-size", "many"], "--chunk-size 'many' is no size"),
        (["--to", "croissant", "--splits", "90,5,5"], "--splits does not go with croissant"),
        (["--to", "chat", "--splits", "90,5"], "are no three shares"),
        (["--to", "chat", "--splits", ""], "--splits '' are no three shares"),
        (["--to", "rag", "--chunk-size", ""], "--chunk-size '' is no size"),
    ],
)
def test_options_that_cannot_be(source: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["export", str(source), "--out", str(tmp_path / "x"), *arguments])
    assert isinstance(done.exception, InputError)
    assert said in str(done.exception)
    assert not (tmp_path / "x").exists()


def test_sizes_in_tokens_from_the_command_line(source: Path, tmp_path: Path) -> None:
    options = ["--to", "rag", "--chunk-size", "60t", "--overlap", "10", "--out", str(tmp_path / "x")]
    done = CliRunner().invoke(app, ["export", str(source), *options], catch_exceptions=False)
    assert done.exit_code == 0
    assert 40 < max(tokens(str(each["text"])) for each in lines(tmp_path / "x")) <= 60


# huggingface, croissant


def run(code: str, *arguments: str, **variables: str) -> dict[str, object]:
    """What *code* prints as JSON, in a process of its own: these packages are slow to load and keep files open."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120, check=False,
        env={**environment(), **variables},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


_LOAD = """
import json, sys, datasets
found = datasets.load_dataset(sys.argv[1])
builder = datasets.load_dataset_builder(sys.argv[1])
rows = {name: [str(json.dumps(row, default=str)) for row in found[name]] for name in found}
print(json.dumps({"rows": rows, "same": all(found[name].features == builder.info.features for name in found),
    "declared": {name: split.num_examples for name, split in builder.info.splits.items()}}))
"""


def test_datasets_loads_the_folder(source: Path, tmp_path: Path) -> None:
    done = written(source, tmp_path / "hub", "huggingface", ExportOptions('a "name": # <b>', DAY, splits=HALF))
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    loaded = run(_LOAD, str(tmp_path / "hub"), **offline)
    assert loaded["same"], "the card says other types than the files have"
    assert {f"in_{name}": count for name, count in loaded["declared"].items()} == done.counts
    rows = {row["id"]: row for split in loaded["rows"].values() for row in map(json.loads, split)}
    assert sum(map(len, loaded["rows"].values())) == len(rows) == done.records
    for each in lines(source):
        row = rows[each["id"]]
        assert row["question"] == each["question"]
        assert row["answers"] == each["answers"]
        assert row["related_questions"] == each["related_questions"]


def test_a_data_set_without_a_record_is_refused(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "none.jsonl", [])
    with pytest.raises(InputError, match="there is no record"):
        written(source, tmp_path / "hub", "huggingface")
    assert not (tmp_path / "hub").exists()


def test_the_card_says_what_there_is(source: Path, tmp_path: Path) -> None:
    hostile = as_json(thorny_records()[0]) | {"categories": ["a | b\n# <script>"], "language": "zh-Hant: [x"}
    text = source.read_bytes() + orjson.dumps(hostile | {"id": "zz"}) + b"\n"
    path = tmp_path / "qa.jsonl"
    path.write_bytes(text)
    written(path, tmp_path / "hub", "huggingface", ExportOptions("Doctors", DAY, privacy="pseudonym"))
    card = (tmp_path / "hub" / "README.md").read_text("utf-8")
    count = len(lines(path))
    assert f"# Doctors\n\n{count} questions" in card
    assert "Askers' names are pseudonyms" in card
    assert "license: unknown" in card
    assert '- "n<1K"' in card
    assert '- "zh-Hant: [x"' in card
    assert "| a \\| b # &lt;script> | 1 |" in card


def test_the_card_says_of_near_duplicates_what_the_records_do(tmp_path: Path) -> None:
    marked = [record("Why?") | {"duplicate_cluster": "c", "id": f"s:{number}"} for number in range(2)]
    for records, said in ((marked, True), ([record("Why?")], False)):
        path = tmp_path / "qa.jsonl"
        path.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in records))
        done = written(path, tmp_path / "hub", "huggingface")
        card = (tmp_path / "hub" / "README.md").read_text("utf-8")
        assert ("Near-duplicates (`duplicate_cluster`)" in card) is said
        assert "pages show each other as related are in one split." in card
        assert ("no record says of which near-duplicates it is one" in " ".join(done.notes)) is not said


_ITERATE = """
import json, logging, sys
logging.disable(logging.WARNING)
import mlcroissant
found = mlcroissant.Dataset(sys.argv[1])
issues = found.metadata.ctx.issues
def told(value):
    if isinstance(value, list):
        return [told(each) for each in value]
    return value.decode() if isinstance(value, bytes) else value
rows = [{name.split("/")[1]: told(value) for name, value in row.items()} for row in found.records("answers")]
print(json.dumps({"rows": rows, "errors": sorted(issues.errors), "warnings": sorted(issues.warnings)}, default=str))
"""


def test_mlcroissant_validates_and_reads_it(source: Path, tmp_path: Path) -> None:
    done = written(source, tmp_path / "cr", "croissant")
    read = run(_ITERATE, str(tmp_path / "cr" / "croissant.json"), HF_HOME=str(tmp_path))
    assert (read["errors"], read["warnings"]) == ([], [])
    assert len(read["rows"]) == done.counts["rows"]
    true = lines(tmp_path / "cr" / "rows.jsonl")
    for row, expected in zip(read["rows"], true, strict=True):
        for name in ("id", "question_text", "answer_text", "answer_position", "categories", "asker_age_min"):
            assert row[name] == expected[name], name


def test_the_demo_data_in_each_format(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "demo.jsonl", sorted(truth(demo_site(), "http://x"), key=lambda each: each.id))
    for to in ("chat", "rag", "huggingface", "croissant"):
        done = written(source, tmp_path / to, to)
        assert done.records == len(demo_site().questions)
