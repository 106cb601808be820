"""Loader classes: what they make of ready values, and what a class may declare."""

from __future__ import annotations

import pytest
from itemloaders import ItemLoader
from itemloaders.processors import Join, MapCompose, TakeFirst
from qa_scraper.items import Question, Record
from qa_scraper.loaders import QuestionLoader, RecordLoader, _Loader

VALUES = [
    {"title": " Two  words "},
    {"title": ["", " first ", "second"], "votes": "1,234"},
    {"title": "\u200b", "text": None},
    {"votes": ("no number", "7 votes"), "asked_on": "2003/10/20"},
]


@pytest.mark.parametrize("values", VALUES)
def test_an_item_is_what_an_item_loader_makes_of_it(values: dict[str, object]) -> None:
    class Stock(ItemLoader):
        default_item_class = Question
        default_output_processor = TakeFirst()
        title_in = QuestionLoader.title_in
        text_in = QuestionLoader.text_in
        asked_on_in = QuestionLoader.asked_on_in
        votes_in = QuestionLoader.votes_in

    loader = Stock()
    for name, value in values.items():
        loader.add_value(name, value)
    assert QuestionLoader.load(**values) == loader.load_item()


def test_a_field_that_takes_all_keeps_its_default_without_any() -> None:
    assert RecordLoader.load(tags=["  a tag ", "b"], categories=()) == Record(tags=["a tag", "b"])
    assert RecordLoader.load(tags="one").tags == ["one"]


def test_a_field_that_the_item_has_not_got_is_an_error() -> None:
    with pytest.raises(KeyError, match="titel"):
        QuestionLoader.load(titel="x")


def test_a_class_says_what_it_makes_and_declares_only_what_is_done() -> None:
    with pytest.raises(TypeError, match=r"Nameless names no item: class Nameless\(_Loader\[Question\]\)"):

        class Nameless(_Loader):  # type: ignore[type-arg]
            pass

    with pytest.raises(TypeError, match="no output processor of ours"):

        class Joined(_Loader[Question]):
            text_out = Join()

    with pytest.raises(TypeError, match="no input processor of ours"):

        class Twice(_Loader[Question]):
            text_in = MapCompose(str.strip, str.lower)

    class Loud(QuestionLoader):
        title_in = MapCompose(str.upper)

    assert Loud.load(title="x") == Question(title="X")
