"""What is published of people: names by policy, details by marks, nothing that tells of what is hidden."""

from __future__ import annotations

import json
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from qa_scraper.demo import demo_site, truth
from qa_scraper.errors import InputError
from qa_scraper.items import content_hash, content_hash_of, valid_record
from qa_scraper.marks import Span, marked
from qa_scraper.personal_details import without_details
from qa_scraper.privacy import WITHHELD, Privacy, PrivacyPolicy
from qa_scraper.privacy_key import privacy_of, ready_key

from tests.planted_details import BEGIN, DOCUMENT, END, measure, table
from tests.support.machine import assert_linear, seconds

KEY = bytes(range(32))
HIDING: tuple[PrivacyPolicy, ...] = ("pseudonym", "drop")


def a_record(name: str = "Lily Chen", **changes: JsonValue) -> dict[str, JsonValue]:
    """A record in which the asker's name stands wherever it may."""
    record: dict[str, JsonValue] = {
        "id": "s:1",
        "site": "s",
        "url": "http://h/1",
        "language": "en",
        "title": f"Understanding itching: {name} asks",
        "categories": ["Dermatology"],
        "tags": ["itching", "ask lily chen"],
        "question": {
            "title": "Itching & lily.chen@example.com",
            "text": "It itches.\n\nLily\nLINE ID: lily0123",
            "asked_on": "2003-10-20",
            "votes": 3,
        },
        "asker": {"name": name, "age_min": 20, "age_max": 29, "gender": "female"},
        "answers": [
            {
                "author": {"name": "Lin Tsung-Che", "title": "Dr.", "department": "Dermatology"},
                "text": "Dear LILY: call (02)2345-6789.\nDr. Lin Tsung-Che.",
                "answered_on": "2003-10-21",
                "accepted": None,
                "votes": None,
                "by_asker": False,
                "signed_by": "Lin Tsung-Che",
            },
            {
                "author": {"name": name, "title": None, "department": None},
                "text": "Thank you! My ID is A123456789.",
                "answered_on": None,
                "accepted": None,
                "votes": None,
                "by_asker": True,
                "signed_by": name,
            },
        ],
        "answer_count_stated": 2,
        "more_info": "See https://www.facebook.com/lily.chen.",
        "related_questions": [
            {
                "title": "Lily Chen asked before",
                "url": "http://h/2",
                "question_excerpt": "Call me: 0912-345-678 ...",
                "answer_author": {"name": "Wu", "title": "Dr.", "department": None},
                "answer_excerpt": "Dear Lily ...",
            }
        ],
        "related_topics": [{"name": "Itching", "department": "Dermatology", "url": "http://h/t"}],
        "duplicate_cluster": None,
        "source": {
            "path": None,
            "other_urls": [],
            "fetched_at": None,
            "http_status": 200,
            "content_hash": "",
            "layout": "edoctor",
            "confidence": 1.0,
            "notes": [
                {"field": "asker.name", "note": f"the page shows {name}, its markup says Lil; {name} is taken"},
                {"field": "title", "note": f"the page shows Itching, its markup says {name}; Itching is taken"},
            ],
            "extractor_version": "3",
            "first_seen_at": None,
            "changed_at": None,
            "version": 1,
        },
    }
    record.update(changes)
    source = record["source"]
    assert isinstance(source, dict)
    source["content_hash"] = content_hash_of(record)
    return record


@pytest.mark.parametrize("policy", HIDING)
def test_nothing_of_the_asker_is_left(policy: PrivacyPolicy) -> None:
    raw = a_record()
    given = deepcopy(raw)
    shown = Privacy(policy, KEY).applied(given)
    assert given == raw
    text = json.dumps(shown, ensure_ascii=False)
    assert not re.search(r"lily|chen\b|2345|0912|A1234|facebook", text.replace("Tsung-Che", ""), re.IGNORECASE)
    assert text.count("Lin Tsung-Che") == 3
    valid_record(orjson.dumps(shown))
    assert shown["source"]["notes"][0]["note"] == WITHHELD  # type: ignore[index,call-overload]
    name = Privacy(policy, KEY).pseudonym("Lily Chen") if policy == "pseudonym" else None
    assert shown["asker"] == {"name": name, "age_min": 20, "age_max": 29, "gender": "female"}
    instead = name or "[asker]"
    assert shown["question"]["text"] == f"It itches.\n\n{instead}\nLINE ID: [profile]"  # type: ignore[index,call-overload]
    assert shown["answers"][0]["text"].startswith(f"Dear {instead}: call [phone].")  # type: ignore[index,call-overload,union-attr]
    for kept in ("id", "url", "site", "categories", "related_topics", "duplicate_cluster"):
        assert shown[kept] == raw[kept]


@pytest.mark.parametrize("policy", HIDING)
def test_twice_is_once(policy: PrivacyPolicy) -> None:
    privacy = Privacy(policy, KEY)
    once = privacy.applied(a_record())
    assert privacy.applied(once) == once
    assert (
        privacy.applied(Privacy("pseudonym", KEY).applied(a_record())) == once
    )  # as when a site's policy gets stricter


@pytest.mark.parametrize("tags", [[], ["林小美"]])
def test_a_pseudonym_is_found_wherever_it_stands(tags: list[JsonValue]) -> None:
    """Also glued to letters, as a Chinese name may be, and where it is a tag."""
    record = a_record("林小美", tags=tags, more_info="abc林小美def")
    pseudonymous = Privacy("pseudonym", KEY).applied(record)
    assert "asker-" not in json.dumps(Privacy("drop").applied(pseudonymous))
    assert Privacy("drop").applied(pseudonymous) == Privacy("drop").applied(record)


def test_keep_keeps_all() -> None:
    assert Privacy("keep").applied(a_record()) == a_record()


def test_the_hash_of_what_is_published_tells_no_name() -> None:
    """It is the same whoever asked (drop), and no function of the name without the key (pseudonym)."""
    lily, amy = ({**a_record(name), "tags": [], "question": {}, "answers": []} for name in ("Lily Chen", "Amy Wang"))
    for record in (lily, amy):
        record["source"]["content_hash"] = content_hash_of(record)  # type: ignore[index,call-overload]
    dropped = [Privacy("drop").applied({**record, "title": "T"})["source"]["content_hash"] for record in (lily, amy)]  # type: ignore[index,call-overload]
    assert dropped[0] == dropped[1]
    hashes = {Privacy("pseudonym", bytes([n]) * 32).applied(lily)["source"]["content_hash"] for n in range(3)}  # type: ignore[index,call-overload]
    assert len(hashes) == 3
    raw = lily["source"]["content_hash"]  # type: ignore[index,call-overload]
    local = {**lily, "id": f"local:{raw[:16]}#abcd"}  # type: ignore[index]
    shown = Privacy("drop").applied(local)
    assert shown["id"] == f"local:{shown['source']['content_hash'][:16]}#abcd"  # type: ignore[index,call-overload]
    assert raw[:16] not in json.dumps(shown)  # type: ignore[index]


def test_hashes_of_json_are_those_of_items() -> None:
    for record in truth(demo_site(), "http://demo.example"):
        assert content_hash_of(orjson.loads(orjson.dumps(record))) == content_hash(record)


def test_one_name_one_pseudonym() -> None:
    privacy = Privacy("pseudonym", KEY)
    names = ["Lily Chen", "LILY  CHEN", " lily\u3000chen", "Ｌｉｌｙ Chen"]
    assert len({privacy.pseudonym(name) for name in names}) == 1
    assert len({privacy.pseudonym(name) for name in ("Lily", "Lily Chen", "陳", "陳小明")}) == 4
    assert privacy.pseudonym("Lily") != Privacy("pseudonym", KEY[::-1]).pseudonym("Lily")
    with pytest.raises(ValueError, match="key"):
        Privacy("pseudonym", b"")


@pytest.mark.parametrize(("name", "text", "shown"), [
    ("LILY", "Lily wrote that lilypads and lily-of-the-valley", "X wrote that lilypads and X-of-the-valley"),
    ("小明", "我叫小明，今年五歲", "我叫X，今年五歲"),
    ("陳", "陳小姐您好：陳年舊傷", "X小姐您好：陳年舊傷"),
    ("媽媽", "媽媽您好，媽媽帶孩子來", "X您好，媽媽帶孩子來"),
    ("Hope", "Dear Hope,\nI hope so.\n\nHope", "Dear X,\nI hope so.\n\nX"),
    ("Dermatology", "It is Dermatology.", "It is Dermatology."),
    ("Lin", "Dr. Lin and 林醫師; Lin asked", "Dr. Lin and 林醫師; X asked"),
    ("林小美", "林小美醫師回覆林小美", "林小美醫師回覆X"),
    ("Al", "Al is al dente.\nAl", "Al is al dente.\nX"),
    ("Ana Núñez", "Ana and ANA NÚÑEZ, not Anaemia", "X and X, not Anaemia"),
    ("İlker", "İİ dear İlker", "İİ dear X"),
    ("reader 109", "(I am Reader 109.) A reader knows", "(I am X.) A reader knows"),
    ("?", "why?", "why?"),
])  # fmt: skip
def test_names_in_free_text(name: str, text: str, shown: str) -> None:
    record = a_record(name, more_info=text)
    privacy = Privacy("pseudonym", KEY)
    assert privacy.applied(record)["more_info"] == shown.replace("X", privacy.pseudonym(name))


@pytest.mark.parametrize(("text", "shown"), [
    ("電話 2345-6789, 手機號碼：23456789", "電話 [phone], 手機號碼：[phone]"),
    ("我的tel: 2345-6789 轉 12", "我的tel: [phone]"),
    ("headphone 2345-6789, T cell 4500000", "headphone 2345-6789, T cell 4500000"),
    ("電話 2003-10-20 打過", "電話 2003-10-20 打過"),
    ("https://www.facebook.com/groups/123456/ t.me/lily", "https://www.facebook.com/groups/123456/ [profile]"),
    ("是www.instagram.com/lily。", "是[profile]。"),
    ("0912-345-678@example.com", "[email]"),
    ("LINE:lily123. The line: cdk4, second line: cdk6", "LINE:[profile]. The line: cdk4, second line: cdk6"),
    ("賴a1b", "賴[profile]"),
    ("0912-345-678,0987-654-321", "[phone],[phone]"),
    ("手機0912345678/02-23456789/0987654321", "手機[phone]/[phone]/[phone]"),
    ("+886912345678,0987654321", "[phone],[phone]"),
    ("+886912345678" * 7, "[phone]" * 7),
    ("0912345678/2@example.com", "[phone]/[email]"),
    ("0912345678." + "a" * 60 + "@example.com", "[phone][email]"),
    ("http://example.org/topic/0912345678/12345678", "http://example.org/topic/0912345678/12345678"),
])  # fmt: skip
def test_details_by_what_is_around(text: str, shown: str) -> None:
    assert without_details(text) == shown


PIECES = (
    *"ab1 09-+@./:,#＠０（）小明賴[]", "0912345678", "+886912345678", "0912-345-678", "(02)2345-6789", "886 912345678",
    "a" * 63, "b@example.com", " at example dot com", "t.me/lily", "line id ", "電話", "A123456789", "Lily", "林小美",
    "[phone]", "[asker]", "asker-0123456789abcdef",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_marks_are_set_once(text: str) -> None:
    once = without_details(text)
    assert without_details(once) == once


@given(TEXTS, st.sampled_from(HIDING))
@settings(max_examples=300, deadline=None)
def test_texts_are_hidden_once(text: str, policy: PrivacyPolicy) -> None:
    """What was published with names hidden stays as it is when it is published again."""
    privacy = Privacy(policy, KEY)
    once = privacy.applied({"asker": {"name": "林小美"}, "more_info": text})
    assert privacy.applied(once) == once


def test_what_takes_malice_is_hidden_to_the_end_of_its_line() -> None:
    """Each round of the search sees but one of these."""

    def one_at_a_time(piece: str) -> list[Span]:
        at = piece.find("0")
        return [(at, at + 1, "[phone]")] if at >= 0 else []

    assert marked("0a" * 7, one_at_a_time) == "[phone]a" * 7
    text = "begin\n" + "0a" * 5000 + "\nno more\n0\n"
    shown = marked(text, one_at_a_time)
    assert shown.startswith("begin\n[phone]a[phone]a")
    assert shown.endswith("a[phone]\nno more\n[phone]\n")
    assert "0" not in shown
    assert marked(shown, one_at_a_time) == shown


@pytest.mark.parametrize("between", ["-", ".", "/", ", ", " or "])
def test_of_a_long_list_nothing_but_its_numbers_is_hidden(between: str) -> None:
    clinics = [f"(02) 2{300 + number}-6789" for number in range(30)]
    prose = "My child has had a fever for three days."
    shown = without_details(f"Clinics: {between.join(clinics)} .\n{prose}" * 3)
    assert shown == f"Clinics: {between.join(['[phone]'] * 30)} .\n{prose}" * 3


@pytest.mark.parametrize(("name", "text", "shown"), [
    ("Fever", "Email a@b.com. Fever!", "Email [email]. Fever!"),
    ("Pain", "Write to a@b.com: pain, 0912-345-678", "Write to [email]: pain, [phone]"),
    ("Patient", "0912-345-678 - patient", "[phone] - patient"),
    ("Lily", "Lily-0912345678", "[asker]-[phone]"),
    ("Lily", "lily@example.com, Lily", "[email], [asker]"),
])  # fmt: skip
def test_names_are_seen_in_the_whole_text(name: str, text: str, shown: str) -> None:
    assert Privacy("drop").applied({"asker": {"name": name}, "more_info": text})["more_info"] == shown


def test_a_thread_with_many_names_takes_linear_time() -> None:
    """Four times the answers, about four times the time; and each name is gone from the answer that it signs."""

    def thread(size: int) -> dict[str, JsonValue]:
        names = [f"Zed Kay{number}" for number in range(size)]
        return a_record(
            answers=[
                {"author": {"name": "Lily Chen"}, "text": f"Thanks.\n{name}.", "by_asker": True, "signed_by": name}
                for name in names
            ]
        )

    assert "Kay" not in json.dumps(Privacy("drop").applied(thread(20)))
    threads = {size: thread(size) for size in (500, 2000)}
    assert_linear(lambda size: seconds(lambda: Privacy("drop").applied(threads[size])), 500)


def test_a_record_that_lacks_fields() -> None:
    assert Privacy("drop").applied({"asker": {"name": "Lily"}, "title": "Lily asks"}) == {
        "asker": {"name": None},
        "title": "[asker] asks",
    }
    assert Privacy("drop").applied({}) == {}


def test_figures_in_the_docs_are_those_measured() -> None:
    measured = measure()
    assert measured.wrong == []
    assert f"Of {measured.staying:,} numbers" in DOCUMENT.read_text("utf-8")
    shown = DOCUMENT.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert shown == table(measured)


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "privacy.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(ready_key, [path] * 8))
    assert len(keys) == 1
    assert [stat.S_IMODE(path.stat().st_mode), len(keys.pop())] == [0o600, 32]
    assert list(tmp_path.iterdir()) == [path]
    path.chmod(0o644)
    assert privacy_of("pseudonym", path).pseudonym("a") == privacy_of("pseudonym", path).pseudonym("A")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("00ff\n", "ascii")
    with pytest.raises(InputError, match="holds no key"):
        ready_key(path)
    assert privacy_of("drop", tmp_path / "none.key").policy == "drop"
    assert not (tmp_path / "none.key").exists()
