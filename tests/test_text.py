"""Text functions: what they give, that they are idempotent, that nothing makes them raise or hang."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_scraper.text import (
    clean_line,
    clean_text,
    is_printable,
    parse_age_band,
    parse_date,
    parse_gender,
    signature,
)

ANYTHING = st.text(st.characters(), max_size=300) | st.text(
    st.sampled_from("Dr. Lin\n ,2003/10~-:\u00a0\u200b\ud800\x00"), max_size=80
)


@given(ANYTHING)
def test_cleaning_is_idempotent(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_text(clean_text(text)) == clean_text(text)


@given(st.text(st.sampled_from("ab \n\t\x00\x1f\x20\x7e\x7f\xa0é"), max_size=3), st.integers(0, 300))
def test_long_texts_are_printable_as_short_ones_are(text: str, length: int) -> None:
    for longer in ("a" * length + text, text + "b" * length, f"{text} " * length):
        assert is_printable(longer) == longer.isprintable()


@given(ANYTHING)
def test_cleaned_text_can_be_written(text: str) -> None:
    for cleaned in (clean_line(text), clean_text(text)):
        cleaned.encode("utf-8")
        assert "\x00" not in cleaned
        assert cleaned == cleaned.strip()
    assert "\n\n\n" not in clean_text(text)


@given(ANYTHING)
def test_nothing_raises(text: str) -> None:
    parse_date(text)
    parse_age_band(text)
    parse_gender(text)
    signature(text)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2003/10/20", "2003-10-20"),
        ("2003-1-2", "2003-01-02"),
        ("2003.10.20.", "2003-10-20"),
        ("2003/10/20 14:05", "2003-10-20"),
        ("2003-10-20T14:05:06Z", "2003-10-20"),
        ("Oct 20, 2003", "2003-10-20"),
        ("20 October 2003", "2003-10-20"),
        ("2003年10月20日", "2003-10-20"),
        ("pending", None),
        ("2003/13/01", None),
        ("2003/02/30", None),
        ("10/20/2003", None),
        ("2003/10/20 and later", None),
        ("", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert parse_date(text) == date


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("20~29", (20, 29)),
        ("20 - 29", (20, 29)),
        ("29–20", (20, 29)),
        ("35", (35, 35)),
        ("80+", (80, None)),
        ("over 80", (80, None)),
        ("70 and above", (70, None)),
        ("under 10", (None, 10)),
        ("adult", (None, None)),
        ("", (None, None)),
    ],
)
def test_age_bands(text: str, band: tuple[int | None, int | None]) -> None:
    assert parse_age_band(text) == band


@pytest.mark.parametrize(("text", "gender"), [("Female", "female"), (" boy ", "male"), ("other", "other"), ("?", None)])
def test_genders(text: str, gender: str | None) -> None:
    assert parse_gender(text) == gender


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Rest well.\nHematologist Dr.\nLin Tsung-Che.", "Lin Tsung-Che"),
        ("Rest well. Cardiologist Dr. Chen Mei-Ling.", "Chen Mei-Ling"),
        ("Rest well.\n\nBest regards,\nDr. O'Brien", "O'Brien"),
        ("Rest well.\nDepartment of Hematology, Attending Physician Dr. 林宗哲。", "林宗哲"),
        ("Sincerely, Dr. Núñez de la Cruz", "Núñez de la Cruz"),
        ("Take care! Dr. Zoë D’Angelo, M.D.", "Zoë D’Angelo"),
        ("Please see Dr. Wang.", None),
        ("please see\nDr. Wang.", None),
        ("See Dr. Wang.", None),
        ("I agree with my colleague, Dr. Lin.", None),
        ("Dr. Lin is right.", None),
        ("", None),
    ],
)
def test_signatures(text: str, name: str | None) -> None:
    assert signature(text) == name


@pytest.mark.parametrize("unit", ["A ", "Dr. ", "A.\n", "\u200b", " ", "Aa, ", "Regards, ", "9", "9~", "2003/"])
def test_a_megabyte_of_anything_is_quick(unit: str) -> None:
    """Generous by an order of magnitude: what backtracks takes minutes."""
    text = unit * (1_000_000 // len(unit))
    began = time.process_time()
    for function in (clean_line, clean_text, parse_date, parse_age_band, parse_gender, signature):
        function(text)
    assert time.process_time() - began < 10
