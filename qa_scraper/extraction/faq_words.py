"""The words by which pages of many languages ask, and by which they call themselves a FAQ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from lxml import etree

from qa_scraper.extraction.thread_words import called
from qa_scraper.page import Page

_LONGEST: Final = 400
_FAQ: Final = (
    "faq", "frequently asked", "common questions", "häufige fragen", "häufig gestellte",
    "fragen und antworten", "questions fréquentes", "foire aux questions", "questions-reponses",
    "questions et réponses", "preguntas frecuentes", "preguntas y respuestas", "domande frequenti",
    "perguntas frequentes", "veelgestelde vragen", "często zadawane", "najczęściej zadawane", "časté dotazy",
    "vanliga frågor", "usein kysyt", "ofte stillede", "ofte stilte", "часто задаваемые", "вопросы и ответы",
    "sık sorulan", "gyakran ismételt", "întrebări frecvente", "常見問題", "常见问题", "常見問答", "常见问答",
    "よくある質問", "よくあるご質問", "자주 묻는", "q&a", "q & a", "questions & answers",
    "questions and answers", "questions answered",
)  # fmt: skip
# What opens a question that may do without its mark.
_OPENERS: Final = {
    "en": "how what when where why who which can do does is are should will could may must",
    "de": "wie was wann wo warum wer welche welcher welches wieso weshalb kann können muss darf soll ist sind gibt",
    "fr": "comment pourquoi quand où qui quel quelle quels quelles combien est-ce puis-je faut-il peut-on que",
    "es": "cómo qué cuándo dónde por quién cuál cuáles cuánto puedo",
    "it": "come cosa quando dove perché chi quale quali quanto posso",
    "pt": "como que quando onde por quem qual quais quanto posso",
    "nl": "hoe wat wanneer waar waarom wie welke kan moet mag is zijn",
}
_OPENING: Final = {language: frozenset(words.split()) for language, words in _OPENERS.items()}
# By whom a text speaks: in interviews the questions address one person, who answers of himself.
_ONE_PERSON: Final = frozenset(
    "i i'm i've i'd i'll my ich mich mir mein meine j'ai je moi mon yo io eu ik я jag jeg".split()
)
_INTERVIEW: Final = re.compile(r"q ?& ?a(?: \w++)? (?:with|mit|avec|con)\b|fragen an\b")
_LONGEST_SPEAKER: Final = 30
_NO_WORD: Final = re.compile(r"[^\w'’]+")
_NOT_ASKING: Final = re.compile(r"[.!:;,]\s*\Z")
_QUESTION_MARKS: Final = ("?", "？", "؟")
_BEHIND_MARK: Final = " \t!)\"'”’»*+-–—▼▶›×"
_NUMBER: Final = re.compile(
    r"\A\W{0,4}(?:(?:q(?:uestion)?|f(?:rage)?|p(?:regunta)?|a(?:nswer)?|antwort|問|问|答)\s?\d{0,3}\s?[.:：)]|\d{1,3}\s?[.):、．])\s*",
    re.IGNORECASE,
)
_HANDLES: Final = " +＋▶▼►▸×–—-"
_FEWEST_WORDS: Final = 4


def is_question(text: str, language: str | None, *, without_mark: bool = False) -> bool:
    """Whether *text* (a heading) asks: by its mark, or by the word that it begins with in *language*.

    In English so many headings begin in such a way that it counts only *without_mark*.
    """
    line = text[-_LONGEST:].strip()
    if line.rstrip(_BEHIND_MARK).endswith(_QUESTION_MARKS):
        return True
    if _NOT_ASKING.search(line):
        return False
    words = without_marks(text[:_LONGEST]).lower().split()
    openers = _OPENING.get((language or "en").partition("-")[0].lower(), frozenset())
    return len(words) >= _FEWEST_WORDS and words[0] in openers and (without_mark or (language or "en")[:2] != "en")


def without_marks(text: str) -> str:
    """*text* without ``Q:``, ``1.`` and the signs of an accordion's handle around it."""
    head = text[:_LONGEST]
    head = _NUMBER.sub("", head.strip(_HANDLES) if len(text) <= _LONGEST else head, count=1)
    return (head + text[_LONGEST:]).strip() or text.strip()


def says_faq(page: Page, first: etree._Element) -> bool:
    """Whether *page* calls itself a FAQ: in its address, title, a heading, or in names around *first*."""
    names = " ".join(called(outer) for outer in (first, *first.iterancestors()))
    said = [page.url or "", page.title[:_LONGEST], names[: 4 * _LONGEST]]
    if page.tree is not None:
        said += [" ".join(map(str, node.itertext()))[:_LONGEST] for node in page.tree.iter("h1", "h2", "h3", "h4")]
    called_so = [_INTERVIEW.sub("", text.lower()) for text in said]
    return any(word in text for text in called_so for word in _FAQ)


def is_interview(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether the *pairs* of question and answer are a conversation: those who answer speak of themselves.

    In a FAQ it is the one who asks that says "I", and the answer says "you".
    """
    of_themselves = sum(_speaks_as_one(answer) and not _speaks_as_one(question) for question, answer in pairs)
    return of_themselves * 2 > len(pairs)


def is_transcript(answers: Sequence[str]) -> bool:
    """Whether most of *answers* begin with the same name and a colon: they were spoken."""
    speakers = Counter(
        answer[:_LONGEST_SPEAKER].partition(":")[0] for answer in answers if ":" in answer[:_LONGEST_SPEAKER]
    )
    return any(times > 1 and times * 2 > len(answers) for times in speakers.values())


def _speaks_as_one(text: str) -> bool:
    words = _NO_WORD.split(text[: 4 * _LONGEST].replace("’", "'").lower())
    return not _ONE_PERSON.isdisjoint(words)
