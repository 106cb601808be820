"""Stock Scrapy as its tutorial has it: nested item loaders with CSS selectors, a JSON Lines feed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import scrapy
from itemloaders.processors import Identity, Join, MapCompose, TakeFirst
from scrapy.crawler import CrawlerProcess
from scrapy.http import HtmlResponse
from scrapy.loader import ItemLoader
from w3lib.html import remove_tags, replace_entities

from tests.bench.contenders import cleaning
from tests.bench.contenders.stock_download import SETTINGS

_LINE = MapCompose(cleaning.line)
_PARAGRAPHS = MapCompose(lambda html: html.replace("<br>", "\n"), remove_tags, replace_entities, str.strip)


class Author(scrapy.Item):
    name = scrapy.Field()
    title = scrapy.Field()
    department = scrapy.Field()


class Answer(scrapy.Item):
    author = scrapy.Field()
    text = scrapy.Field()
    answered_on = scrapy.Field()
    signed_by = scrapy.Field()


class Question(scrapy.Item):
    title = scrapy.Field()
    text = scrapy.Field()
    asked_on = scrapy.Field()


class RelatedQuestion(scrapy.Item):
    title = scrapy.Field()
    url = scrapy.Field()
    question_excerpt = scrapy.Field()
    answer_author = scrapy.Field()
    answer_excerpt = scrapy.Field()


class RelatedTopic(scrapy.Item):
    name = scrapy.Field()
    department = scrapy.Field()
    url = scrapy.Field()


class Page(scrapy.Item):
    url = scrapy.Field()
    language = scrapy.Field()
    title = scrapy.Field()
    categories = scrapy.Field()
    question = scrapy.Field()
    asker = scrapy.Field()
    answers = scrapy.Field()
    more_info = scrapy.Field()
    related_questions = scrapy.Field()
    related_topics = scrapy.Field()


class Loader(ItemLoader):
    default_input_processor = _LINE
    default_output_processor = TakeFirst()


class AuthorLoader(Loader):
    default_item_class = Author


class AnswerLoader(Loader):
    default_item_class = Answer
    author_in = Identity()
    text_in = _PARAGRAPHS
    text_out = Join("\n\n")
    answered_on_in = MapCompose(cleaning.iso)


class QuestionLoader(Loader):
    default_item_class = Question
    text_in = _PARAGRAPHS
    text_out = Join("\n\n")


class RelatedQuestionLoader(Loader):
    default_item_class = RelatedQuestion
    answer_author_in = Identity()


class RelatedTopicLoader(Loader):
    default_item_class = RelatedTopic
    department_in = MapCompose(cleaning.department_in_brackets)


class PageLoader(Loader):
    default_item_class = Page
    title_in = MapCompose(lambda heading: cleaning.without_department(heading)[0])
    categories_in = MapCompose(lambda heading: cleaning.without_department(heading)[1])
    more_info_in = _PARAGRAPHS
    more_info_out = Join("\n\n")
    question_in = asker_in = answers_in = related_questions_in = related_topics_in = Identity()
    categories_out = answers_out = related_questions_out = related_topics_out = Identity()


class DoctorsSpider(scrapy.Spider):
    name = "doctors"

    def parse(self, response: HtmlResponse, **kwargs: Any) -> Iterator[scrapy.Request]:
        yield from response.follow_all(css=".text li a, .menu a, .bottom li a", callback=self.parse_list)

    def parse_list(self, response: HtmlResponse) -> Iterator[scrapy.Request]:
        yield from response.follow_all(css=".teaser-title a", callback=self.parse_question)
        yield from response.follow_all(css="a.next", callback=self.parse_list)

    def parse_question(self, response: HtmlResponse) -> Iterator[scrapy.Item | scrapy.Request]:
        yield self.page(response)
        yield from response.follow_all(css=".similar .teaser-title a", callback=self.parse_question)
        yield from response.follow_all(css=".faq .topic a", callback=self.parse_list)

    def page(self, response: HtmlResponse) -> scrapy.Item:
        asker = cleaning.asker(response.css(".question .asker::text").get(""))
        asked_on = asker.pop("asked_on", None)
        loader = PageLoader(response=response)
        loader.add_value("url", response.url)
        loader.add_css("language", "html::attr(lang)")
        loader.add_css("title", "h1.qa-title::text")
        loader.add_css("categories", "h1.qa-title::text")
        loader.add_value("question", self.question(response, asked_on))
        loader.add_value("asker", asker)
        loader.add_value("answers", [self.answer(answer) for answer in response.css("section.answer")])
        loader.add_css("more_info", ".more-info .more-text p")
        loader.add_value("related_questions", [self.teaser(t, response) for t in response.css(".similar .teaser")])
        loader.add_value("related_topics", [self.topic(topic, response) for topic in response.css(".faq .topic")])
        return loader.load_item()

    def question(self, response: HtmlResponse, asked_on: object) -> scrapy.Item:
        loader = QuestionLoader(selector=response.css("section.question")[0])
        loader.add_css("title", ".question-title::text")
        loader.add_css("text", ".question-text p")
        loader.add_value("asked_on", asked_on)
        return loader.load_item()

    def answer(self, selector: scrapy.Selector) -> scrapy.Item:
        loader = AnswerLoader(selector=selector)
        loader.add_value("author", self.author(selector, ".doctor-name::text", ".doctor-dept::text"))
        loader.add_css("text", ".answer-text p")
        loader.add_css("answered_on", ".answer-date::text")
        loader.add_value("signed_by", cleaning.signed_by(loader.get_output_value("text")))
        return loader.load_item()

    def author(self, selector: scrapy.Selector, name: str, department: str) -> scrapy.Item:
        loader = AuthorLoader(selector=selector)
        loader.add_css("name", name)
        if loader.get_collected_values("name"):
            loader.add_value("title", "Dr.")
        loader.add_css("department", department)
        return loader.load_item()

    def teaser(self, selector: scrapy.Selector, response: HtmlResponse) -> scrapy.Item:
        loader = RelatedQuestionLoader(selector=selector)
        loader.add_css("title", ".teaser-title a::text")
        loader.add_value("url", response.urljoin(selector.css(".teaser-title a::attr(href)").get("")))
        loader.add_css("question_excerpt", ".teaser-question::text")
        loader.add_value("answer_author", self.author(selector, ".teaser-name::text", ".teaser-dept::text"))
        loader.add_css("answer_excerpt", ".teaser-answer::text")
        return loader.load_item()

    def topic(self, selector: scrapy.Selector, response: HtmlResponse) -> scrapy.Item:
        loader = RelatedTopicLoader(selector=selector)
        loader.add_css("name", "a::text")
        loader.add_css("department", ".dept::text")
        loader.add_value("url", response.urljoin(selector.css("a::attr(href)").get("")))
        return loader.load_item()


if __name__ == "__main__":
    feed = {sys.argv[2]: {"format": "jsonlines", "encoding": "utf-8", "overwrite": True}}
    process = CrawlerProcess({**SETTINGS, "FEEDS": feed})
    process.crawl(DoctorsSpider, start_urls=[sys.argv[1] + "/"])
    process.start()
