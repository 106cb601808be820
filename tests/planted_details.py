"""How well personal details are found: a planted set, and ``python -m tests.planted_details`` to renew docs/privacy.md.

Sentences in Chinese and English, seeded: details in the forms in which people write them, some on purpose in forms that
hide them; and what looks alike but must stay.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from qa_scraper.personal_details import without_details

from tests.support.commands import ROOT

DOCUMENT: Final = ROOT / "docs" / "privacy.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"
SEED: Final = 20260131
EACH: Final = 40
"""Sentences of each form."""
KINDS: Final = ("email", "phone", "id-number", "profile")
WIDE: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

Maker = Callable[[random.Random], str]


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def wide(text: str) -> str:
    return text.translate(WIDE)


def mobile(rng: random.Random, between: str = "-") -> str:
    return f"09{rng.choice('1235678')}{rng.randint(0, 9)}{between}{digits(rng, 3)}{between}{digits(rng, 3)}"


def name(rng: random.Random) -> str:
    return rng.choice(("lily", "amy.chen", "wang_88", "tsai-yu", "k.h.lin", "momo2003", "Chen.MeiLing"))


def host(rng: random.Random) -> str:
    return rng.choice(("example.com", "mail.example.com.tw", "example.org", "post.example.net", "uni.example.edu.tw"))


def id_number(rng: random.Random, second: str) -> str:
    """A letter, *second*, seven digits, and the check digit that makes the weighted sum a multiple of ten."""
    letter = rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    order = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
    tens, ones = divmod(order.index(letter) + 10, 10)
    body = [int(second) if second.isdigit() else order.index(second) % 10, *map(int, digits(rng, 7))]
    total = tens + ones * 9 + sum(digit * weight for digit, weight in zip(body, range(8, 0, -1), strict=True))
    return f"{letter}{second}{''.join(map(str, body[1:]))}{-total % 10}"


def wrong_id_number(rng: random.Random) -> str:
    right = id_number(rng, "1")
    return f"{right[:-1]}{(int(right[-1]) + rng.randint(1, 9)) % 10}"


PLANTED: Final[dict[str, tuple[Maker, ...]]] = {
    "email": (
        lambda rng: f"{name(rng)}@{host(rng)}",
        lambda rng: wide(f"{name(rng)}@{host(rng)}"),
        lambda rng: f"{name(rng)} @ {host(rng)}",
        lambda rng: f"{name(rng)}(at){host(rng)}",
        lambda rng: f"{name(rng)} [at] example [dot] com",
        lambda rng: f"{name(rng)} at example dot com",
        lambda rng: f"{name(rng)}小老鼠{host(rng)}",
    ),
    "phone": (
        mobile,
        lambda rng: mobile(rng, ""),
        lambda rng: mobile(rng, " "),
        lambda rng: wide(mobile(rng)),
        lambda rng: mobile(rng, "－"),
        lambda rng: f"(02){rng.choice('2678')}{digits(rng, 3)}-{digits(rng, 4)}",
        lambda rng: f"02-2{digits(rng, 3)}-{digits(rng, 4)} 轉 {digits(rng, 3)}",
        lambda rng: f"07-{rng.choice('357')}{digits(rng, 6)}",
        lambda rng: f"+886 {mobile(rng, ' ')[1:]}",
        lambda rng: f"+886-{mobile(rng)[1:]}",
        lambda rng: f"(212) 555-01{digits(rng, 2)}",
        lambda rng: f"415-555-01{digits(rng, 2)}",
        lambda rng: f"+44 20 7946 0{digits(rng, 3)}",
        lambda rng: f"020 7946 0{digits(rng, 3)}",
        lambda rng: f"{mobile(rng, '')[:4]} {digits(rng, 2)} {digits(rng, 4)}",
        lambda rng: f"886-{mobile(rng)[1:]}",
        lambda rng: f"138 {digits(rng, 4)} {digits(rng, 4)}",
        lambda rng: mobile(rng, "").replace("9", "九").replace("1", "一"),
    ),
    "id-number": (
        lambda rng: id_number(rng, rng.choice("12")),
        lambda rng: id_number(rng, rng.choice("89")),
        lambda rng: id_number(rng, rng.choice("ABCD")),
        lambda rng: id_number(rng, "2").lower(),
        lambda rng: wide(id_number(rng, "1")),
        lambda rng: " ".join(id_number(rng, "2")),
    ),
    "profile": (
        lambda rng: f"https://www.facebook.com/{name(rng)}",
        lambda rng: f"facebook.com/profile.php?id={digits(rng, 9)}",
        lambda rng: f"https://www.instagram.com/{name(rng)}/",
        lambda rng: f"https://line.me/ti/p/~{name(rng)}",
        lambda rng: f"t.me/{name(rng)}",
        lambda rng: f"https://x.com/{name(rng)}",
        lambda rng: f"www.tiktok.com/@{name(rng)}",
        lambda rng: f"https://forum.example.org/users/{digits(rng, 5)}/{name(rng)}",
        lambda rng: f"https://bbs.example.org/space-uid-{digits(rng, 5)}.html",
        lambda rng: f"臉書搜尋{name(rng)}",
    ),
}
"""What is to be found. The last form of a kind, and two of the phone's and e-mail's, are meant to hide."""

STAYING: Final[tuple[Maker, ...]] = (
    lambda rng: f"{rng.randint(90, 180)}/{rng.randint(50, 110)} mmHg",
    lambda rng: f"2{digits(rng, 2)},000 /uL",
    lambda rng: f"0.{digits(rng, 2)}-0.{digits(rng, 3)} mg/dL",
    lambda rng: f"{rng.randint(1980, 2025)}-0{rng.randint(1, 9)}-{rng.randint(10, 28)}",
    lambda rng: f"0{rng.randint(1, 9)}/{rng.randint(10, 28)}/{rng.randint(1990, 2025)}",
    lambda rng: f"{rng.randint(1980, 2025)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日",
    lambda rng: f"{rng.randint(2001, 2025)}0{rng.randint(1, 9)}{rng.randint(10, 28)}",
    lambda rng: f"0{rng.randint(7, 9)}:{rng.randint(10, 59)}-{rng.randint(10, 21)}:{rng.randint(10, 59)}",
    lambda rng: f"{rng.choice('AEIKMZ')}{rng.randint(10, 99)}.{rng.randint(0, 9)}",
    lambda rng: f"ICD-10 J{rng.randint(10, 99)}.{digits(rng, 3)}",
    lambda rng: f"{rng.randint(1, 9)}0 mg 1-0-1, {rng.randint(2, 9)}00 ml",
    lambda rng: f"page {digits(rng, 6)}",
    lambda rng: f"http://example.org/qa/{digits(rng, 6)}",
    lambda rng: f"http://example.org/topic/09{digits(rng, 8)}",
    lambda rng: f"病歷號 {digits(rng, 8)}",
    lambda rng: f"ISBN 978-0-{digits(rng, 6)}-{digits(rng, 2)}-{digits(rng, 1)}",
    lambda rng: f"NCT0{digits(rng, 7)}",
    lambda rng: f"PMID {digits(rng, 8)}",
    lambda rng: f"10.1016/j.jaad.{rng.randint(2003, 2024)}.0{rng.randint(1, 9)}.0{digits(rng, 2)}",
    lambda rng: f"NT$ {rng.randint(1, 9)},{digits(rng, 3)},{digits(rng, 3)}",
    lambda rng: f"CA-125 {digits(rng, 2)}.{digits(rng, 1)}, CEA {rng.randint(1, 9)}.{digits(rng, 2)}",
    lambda rng: f"B{rng.randint(1, 9)}2 {digits(rng, 3)} pg/mL",
    wrong_id_number,
    lambda rng: f"HPV 16/18/31/{rng.randint(33, 68)}",
    lambda rng: f"IgE: {digits(rng, 4)}",
    lambda rng: f"1{digits(rng, 3)} {digits(rng, 3)} {digits(rng, 3)} 顆",
    lambda rng: f"身高 1{digits(rng, 2)} 體重 {rng.randint(40, 99)}",
    lambda rng: f"{rng.randint(2, 9)} tablets @ {rng.randint(1, 9)}.50 each",
    lambda rng: f"{rng.choice(('first', 'second', 'third'))} line: cdk{rng.randint(1, 9)}",
    lambda rng: f"1{digits(rng, 6)}/2{digits(rng, 6)}, 3{digits(rng, 6)}",
    lambda rng: f"1:{rng.randint(1, 9)}60/1:{rng.randint(1, 9)}20",
    lambda rng: "look at webmd.com",
    lambda rng: f"https://www.facebook.com/groups/{digits(rng, 12)}/",
    lambda rng: f"https://www.facebook.com/sharer.php?u=qa{digits(rng, 3)}",
    lambda rng: "https://www.netflix.com/title/" + digits(rng, 8),
    lambda rng: "https://www.cdc.gov/flu/about/index.html",
    lambda rng: f"the baseline ID of sample {digits(rng, 4)}",
    lambda rng: wide(f"{rng.randint(100, 200)}/{rng.randint(60, 99)}"),
    lambda rng: f"門診 {rng.randint(100, 120)}/0{rng.randint(1, 9)}/{rng.randint(10, 28)} 09:00-12:00",
)
"""What looks alike and must stay."""

AROUND: Final = (
    ("我的資料是", "，請醫師回覆，謝謝。"),
    ("如需進一步說明 ", " 可以找我。\n\n祝好"),
    ("You can find it here: ", ". Thank you, doctor."),
    ("It was ", " last week, is that normal?"),
    ("", ""),
    ("（", "）"),
    ("檢查結果:\n", "\n請問要緊嗎?"),
)


@dataclass
class Measured:
    """``found`` and ``planted``: by kind; ``marked``: marks that were set, by kind; ``wrong``: those that are wrong."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    marked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    staying: int = 0

    def rows(self) -> Iterator[str]:
        """A line of the table for each kind."""
        for kind in KINDS:
            recall = self.found[kind] / self.planted[kind]
            precision = self.found[kind] / self.marked[kind]
            yield f"| `[{kind}]` | {self.planted[kind]} | {recall:.3f} | {precision:.3f} |"


def measure() -> Measured:
    """Plants each form ``EACH`` times among sentences, and looks at what becomes of it."""
    rng = random.Random(SEED)
    measured = Measured()
    for kind, makers in PLANTED.items():
        for make in makers:
            for _ in range(EACH):
                before, behind = rng.choice(AROUND)
                detail = make(rng)
                text = without_details(f"{before}{detail}{behind}")
                measured.planted[kind] += 1
                if text == f"{before}[{kind}]{behind}":
                    measured.found[kind] += 1
                else:
                    measured.missed.append(f"{kind}: {detail!r} in {text!r}")
                measured.marked.update(each for each in KINDS for _ in range(text.count(f"[{each}]")))
    for make in STAYING:
        for _ in range(EACH):
            before, behind = rng.choice(AROUND)
            kept = f"{before}{make(rng)}{behind}"
            text = without_details(kept)
            measured.staying += 1
            measured.marked.update(each for each in KINDS for _ in range(text.count(f"[{each}]")))
            if text != kept:
                measured.wrong.append(f"{kept!r} became {text!r}")
    return measured


def table(measured: Measured) -> str:
    """The table of docs/privacy.md."""
    head = "| mark | planted | recall | precision |\n|---|---|---|---|\n"
    return head + "\n".join(measured.rows()) + "\n"


def main() -> None:
    """Renews the table and shows what went wrong."""
    measured = measure()
    for line in [*measured.missed, *measured.wrong]:
        print(line)
    print(table(measured), measured.staying)
    text = DOCUMENT.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    DOCUMENT.write_text(f"{head}{BEGIN}{table(measured)}{END}{tail}", "utf-8")


if __name__ == "__main__":
    main()
