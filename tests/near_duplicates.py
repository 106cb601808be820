"""How right near-duplicates are found, on records made for it; ``python -m tests.near_duplicates`` renews the figures.

Each record is written from parts drawn at random by a seed. A pair is a record and what an edit of some kind makes of
it; records of different problems share greetings, closings and advice as those of one clinic do.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from qa_scraper.items import Answer, Question, Record, content_hash, question_hash
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_values import FoundUrl, PageOutcome, StoredRecord
from qa_scraper.refresh import State

from tests.support.commands import ROOT

DOCUMENT: Final = ROOT / "docs" / "accuracy.md"
BEGIN, END = "<!-- near-duplicates -->\n", "<!-- end of near-duplicates -->\n"
AT: Final = "2026-01-31T08:00:00Z"
PAIRS: Final = 100
"""Of each kind and language."""

ENGLISH: Final = {
    "greeting": "Hello doctor, thank you for taking the time to read my letter.",
    "opening": "Hello, thank you for your question and for your trust in our clinic.",
    "closing": "This cannot replace an examination, so please see a doctor nearby. I wish you a good recovery.",
    "words": (
        "knee shoulder stomach sleep skin throat heart ankle elbow lung fever cough rash swelling pain burning walking"
        " climbing eating lying running working morning evening night winter spring tablets ointment exercise scan"
        " blood pressure doctor hospital daughter mother husband week month year slowly suddenly sometimes often"
        " never worse better left right lower upper deep sharp dull itching numb tired dizzy after before during"
        " without with while"
    ).split(),
}
CHINESE: Final = {
    "greeting": "醫師您好，謝謝您撥空看我的問題。",
    "opening": "您好，感謝您的提問與信任。",
    "closing": "以上說明無法取代門診檢查，請就近就醫，祝您早日康復。",
    "words": (
        "膝蓋 肩膀 胃部 睡眠 皮膚 喉嚨 心臟 腳踝 手肘 肺部 發燒 咳嗽 紅疹 腫脹 疼痛 灼熱 走路 爬山 吃飯 平躺"
        " 跑步 工作 早上 傍晚 半夜 冬天 春天 藥片 藥膏 運動 超音波 抽血"
        " 血壓 醫院 女兒 母親 先生 一週 兩個月 三年 慢慢 突然 有時 經常 從未 更嚴重"
        " 好轉 左邊 右邊 下方 上方 深處 刺痛 悶痛 搔癢 麻木 疲倦 頭暈 之後 之前 期間 沒有 而且 因為"
        " 可是 所以 需要 檢查 建議 可能"
    ).split(),
}
NAMES: Final = (("林宗哲", "Lin Tsung-Che"), ("陳美玲", "Chen Mei-Ling"), ("Ana Núñez", "安娜"), ("Peter Ho", "何彼得"))


class Writer:
    """Writes records in one language."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.parts, self.rng, self.language = ENGLISH if language == "en" else CHINESE, rng, language

    def sentence(self) -> str:
        words = self.rng.choices(self.parts["words"], k=self.rng.randint(8, 14))
        return " ".join(words).capitalize() + "." if self.language == "en" else "".join(words) + "。"

    def text(self, sentences: int) -> str:
        glue = " " if self.language == "en" else ""
        return glue.join(self.sentence() for _ in range(sentences))

    def record(self) -> Record:
        parts, name = self.parts, self.rng.choice(NAMES)[0]
        question = Question(self.sentence(), f"{parts['greeting']}\n\n{self.text(self.rng.randint(4, 9))}")
        answer = f"{parts['opening']}\n\n{self.text(self.rng.randint(4, 9))}\n\n{parts['closing']}\n{name}"
        return Record(site="s", language=self.language, question=question, answers=[Answer(text=answer)])

    def edited(self, text: str, share: float) -> str:
        """*text* with a share of its words (in Chinese: of its characters, two by two) replaced."""
        units = text.split(" ") if self.language == "en" else [text[at : at + 2] for at in range(0, len(text), 2)]
        for at in self.rng.sample(range(len(units)), round(len(units) * share)):
            units[at] = self.rng.choice(self.parts["words"])
        return (" " if self.language == "en" else "").join(units)


def _with(record: Record, question: str, answers: list[str]) -> Record:
    return replace(
        record,
        question=replace(record.question, text=question),
        answers=[Answer(text=answer) for answer in answers],
    )


def _edit(writer: Writer, record: Record, share: float) -> Record:
    question, answer = record.question.text or "", record.answers[0].text or ""
    return _with(record, writer.edited(question, share), [writer.edited(answer, share)])


def _cut(record: Record, share: float) -> Record:
    question, answer = record.question.text or "", record.answers[0].text or ""
    return _with(record, question, [answer[: round(len(answer) * share)]])


def _grown(writer: Writer, record: Record) -> Record:
    answer = record.answers[0].text or ""
    return _with(record, record.question.text or "", [answer, writer.text(3)])


def _translated_names(record: Record) -> Record:
    answer = record.answers[0].text or ""
    for one, other in NAMES:
        answer = answer.replace(one, other)
    return _with(record, record.question.text or "", [answer])


def _reset(record: Record) -> Record:
    """Other case, other line breaks, full-width forms, other punctuation."""
    question, answer = record.question.text or "", record.answers[0].text or ""
    return _with(record, question.upper().replace("\n\n", "\n"), [answer.replace(". ", "! ").replace("，", ", ")])


def _boilerplate(writer: Writer, record: Record) -> Record:
    """Another problem; greeting, opening, closing, name and the end of the advice are the same."""
    other = writer.record()
    question, answer = record.question.text or "", record.answers[0].text or ""
    greeting, text = question.split("\n\n")[0], (other.question.text or "").split("\n\n")[1]
    parts = (other.answers[0].text or "").split("\n\n")
    advice = answer.split("\n\n")[1]
    return _with(other, f"{greeting}\n\n{text}", ["\n\n".join([*parts[:2], advice[len(advice) // 2 :], *parts[2:]])])


def _greeting(writer: Writer) -> Record:
    return Record(site="s", question=Question(writer.parts["greeting"][:16], None), answers=[])


@dataclass(frozen=True)
class Planted:
    """A pair by its numbers among all records; ``similar``: whether it is to be found."""

    kind: str
    language: str
    similar: bool
    one: int
    other: int


def planted(seed: int = 7) -> tuple[list[Record], list[Planted]]:
    """Records, and what is known of pairs of them."""
    rng = random.Random(seed)
    records: list[Record] = []
    pairs: list[Planted] = []
    for language in ("en", "zh-Hant"):
        writer = Writer(language, rng)
        kinds = {
            "4% of the words replaced": lambda w, r: _edit(w, r, 0.04),
            "8% of the words replaced": lambda w, r: _edit(w, r, 0.08),
            "answer cut to a half": lambda _, r: _cut(r, 0.5),
            "a short answer more": _grown,
            "names translated": lambda _, r: _translated_names(r),
            "case, line breaks, punctuation": lambda _, r: _reset(r),
            "the same boilerplate": _boilerplate,
            "a greeting only": lambda w, _: _greeting(w),
        }
        for kind, made in kinds.items():
            similar = kind not in {"the same boilerplate", "a greeting only"}
            for _ in range(PAIRS):
                first = _greeting(writer) if kind == "a greeting only" else writer.record()
                pairs.append(Planted(kind, language, similar, len(records), len(records) + 1))
                records += [first, made(writer, first)]
    for number, record in enumerate(records):
        record.id, record.url = f"s:{number:06}", f"http://h/{number:06}"
        record.question.asked_on = f"2020-01-{1 + number % 2:02}"  # else copies of one question would be one record
    return records, pairs


def clusters(records: list[Record], folder: Path) -> dict[str, str | None]:
    """The cluster of each record by its id, as a ledger finds them."""
    import orjson

    ledger = Ledger(folder / "ledger.sqlite")
    with ledger.transaction():
        for record in records:
            key = record.url or ""
            ledger.add_urls([FoundUrl(key, key, "h")], 0.0, AT)
            stored = StoredRecord(
                "", record.id, question_hash(record) + key, content_hash(record), "1", orjson.dumps(record)
            )
            ledger.commit_page(PageOutcome(key, State.STORED, AT, records=(stored,)), 0.0)
    ledger.records.issue_ids()
    with ledger.transaction():
        ledger.near_duplicates.bring_up_to_date()
    found = {record.id: record.duplicate_cluster for record in ledger.records.published()}
    ledger.close()
    return found


@dataclass(frozen=True)
class Figures:
    """``rows``: kind, and share found in each language; precision and recall over pairs of all records."""

    rows: list[tuple[str, bool, float, float]]
    precision: float
    recall: float


def measured(folder: Path) -> Figures:
    """Finds the clusters of the planted set and counts."""
    records, pairs = planted()
    found = clusters(records, folder)

    def together(pair: Planted) -> bool:
        cluster = found[records[pair.one].id]
        return cluster is not None and cluster == found[records[pair.other].id]

    kinds = dict.fromkeys((pair.kind, pair.similar) for pair in pairs)
    rows = []
    for kind, similar in kinds:
        by_language = [
            [together(pair) for pair in pairs if (pair.kind, pair.language) == (kind, language)]
            for language in ("en", "zh-Hant")
        ]
        rows.append((kind, similar, *(sum(these) / len(these) for these in by_language)))
    sizes: dict[str, int] = {}
    for cluster in found.values():
        if cluster is not None:
            sizes[cluster] = sizes.get(cluster, 0) + 1
    right = sum(together(pair) for pair in pairs if pair.similar)
    return Figures(
        rows, right / sum(size * (size - 1) // 2 for size in sizes.values()), right / sum(p.similar for p in pairs)
    )


def table(figures: Figures) -> str:
    """The figures as Markdown."""
    lines = [f"Precision {figures.precision:.3f}, recall {figures.recall:.3f} over pairs.\n"]
    lines += ["\n| the other record has | is one | found, English | found, Chinese |\n|---|---|---|---|\n"]
    lines += [
        f"| {kind} | {'yes' if similar else 'no'} | {english:.2f} | {chinese:.2f} |\n"
        for kind, similar, english, chinese in figures.rows
    ]
    return "".join(lines)


def main() -> int:
    import tempfile

    text = DOCUMENT.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    with tempfile.TemporaryDirectory() as folder:
        figures = table(measured(Path(folder)))
    DOCUMENT.write_text(head + BEGIN + figures + END + rest.partition(END)[2], "utf-8")
    print(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
