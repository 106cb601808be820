"""The words by which sites of many languages call questions, answers, threads, and what is none of them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from lxml import etree

_LONGEST: Final = 2_000
_LONGEST_CALL: Final = 200
_REMEMBERED: Final = 4096  # the parts of a page, and of all pages of a site, are called the same again and again
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_WORD: Final = re.compile(r"[\W\d_]+")
_OTHER_KIND: Final = re.compile(
    r'"@type"\s*+:\s*+"(?:(?:News|Blog)?(?:Article|BlogPosting|Posting)|Product|Recipe|JobPosting|Event|Movie|Book|Hotel)"'
    r'|itemtype="https?://schema\.org/(?:NewsArticle|Article|BlogPosting|Product|Recipe|Review)"'
    r"|property=[\"']og:type[\"'] content=[\"'](?:product|video|book|music)"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_THREAD_PARTS: Final = tuple(
    "forum foren thread topic discuss question answer frage antwort sujet réponse reponse pregunta respuesta pergunta"
    " resposta communit board domanda rispost pytani odpowied вопрос ответ форум тема 問 问 答 回覆 回复 質問"
    " トピック".split()
)
_FORUM_PARTS: Final = tuple(
    "forum foren thread discussion diskussion board communit q&a viewtopic showtopic форум topic sujet トピック 論壇"
    " 论坛 知恵袋 問答 问答".split()
)
_THREAD_ADDRESS: Final = _words(
    "ask answer answers question questions qa q post posts talk discuss discussions frage fragen antwort antworten"
    " pregunta preguntas pergunta perguntas respuestas respostas reponses domanda domande fil fils tema temas hilo"
    " vopros otvet questions-reponses ask-a-doctor ask-the-doctor ask-the-expert ask-the-experts"
)
_SLUG: Final = 3  # hyphens
_ADDRESS_PART: Final = re.compile(r"[/.?&=]+")
# Classes that WordPress gives to bodies and posts.
_BLOG: Final = _words(
    "single-post single-format-standard hentry type-post post-template-default page-template-default blog home-blog"
    " thread-even commentlist comment-list thread-odd"
)
_OTHER_BODY: Final = _words("article page-article page_article article-page node-type-article product recipe news")
_IN_BLOG: Final = ("bbp", "forum", "topic", "question", "dwqa", "anspress", "ap-q")
_BLOG_NAME: Final = re.compile(
    r"thread-(?:even|odd|alt)\Z|(?:post|page|tag|category|postid|page-id|parent-pageid|single-post|type-post|post-type)"
    r"(?:-[\w-]*+)?\Z|[\w-]*-post\Z"
)
_THREAD_WORDS: Final = _words("ask qa post posts talk reply replies")
_REVIEW_PARTS: Final = ("review", "rating", "testimonial", "bewertung", "kommentar", "commentaire")
_REVIEW_WORDS: Final = _words("comment comments avis")
_ANSWERS: Final = _words("answers antworten replies responses réponses reponses respuestas respostas risposte comments")
_ANSWER: Final = _ANSWERS | _words(
    "answer antwort reply response resp réponse reponse respuesta resposta risposta comment"
)
_QUESTION: Final = _words("question frage pregunta pergunta domanda")
_FIRST_POST: Final = ("original-post", "first-post", "opening-post", "topic-starter", "topic-body")
# What is named after an answer or question, but is none.
_NEITHER: Final = _words(
    "count counter number form button btn link links header head footer title label meta add new write load more sort"
    " tab tabs editor nav info author user date time vote votes rating icon count area toolbar actions related similar"
    " other latest popular sidebar submit share search mark placeholder pagination page pages"
)
_JOINED: Final = (
    "join", "registered", "registriert", "member since", "mitglied seit", "dabei seit", "beigetreten", "inscri",
    "miembro desde", "iscritto", "зарегистр", "注册", "註冊", "last seen", "last active", "last visit", "edited",
    "editiert", "modifi", "bearbeitet", "birth",
)  # fmt: skip
_PROFILE: Final = _words(
    "user users member members u profile profiles profil people author autor auteur membre membres mitglied mitglieder"
    " nutzer usuario usuarios utilisateur utilisateurs account uid userid username memberlist space userinfo personal"
)
_AUTHOR: Final = _words(
    "author username user nick nickname poster posted creator displayname member membername login by screenname autor"
    " auteur benutzer pseudo usuario fn name"
)
_FURNITURE: Final = _words(
    "signature sig controls actions toolbar attachments attachment edited lastedit likes reactions report share social"
    " vote votes voting permalink avatar userinfo badge badges advert ads sponsored buttons menu hidden comments"
    " postfoot"
)


def called(node: etree._Element) -> str:
    """The class and id of *node*."""
    return f"{node.get('class', '')[:_LONGEST_CALL]} {node.get('id', '')[:_LONGEST_CALL]}"


def words_of(text: str) -> frozenset[str]:
    """The words that names such as ``post-body userText12`` are made of, in small letters."""
    return _words_of(text[:_LONGEST])


@lru_cache(maxsize=_REMEMBERED)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_NO_WORD.sub(" ", _HUMP.sub(" ", text)).lower().split())


@lru_cache(maxsize=_REMEMBERED)
def _is_called(names: str, what: frozenset[str]) -> bool:
    """Whether one of *names* (class and id) is made of *what* and of nothing that makes it something else."""
    for name in names.split():
        words = words_of(name)
        if not what.isdisjoint(words) and _NEITHER.isdisjoint(words):
            return True
    return False


def calls_question(node: etree._Element) -> bool:
    """Whether *node* is called a question by its class or id."""
    return _names_question(called(node))


@lru_cache(maxsize=_REMEMBERED)
def _names_question(names: str) -> bool:
    return _is_called(names, _QUESTION) or any(name in names.lower() for name in _FIRST_POST)


def calls_answer(node: etree._Element) -> bool:
    """Whether *node* is called an answer, or the list of them, by its class or id."""
    return _is_called(called(node), _ANSWER)


def calls_answers(node: etree._Element) -> bool:
    """Whether *node* is called an answer, or what holds it the answers."""
    outer = node.getparent()
    return calls_answer(node) or (outer is not None and _is_called(called(outer), _ANSWERS))


def calls_author(text: str) -> bool:
    """Whether *text* (names of an element) calls it an author."""
    return not _AUTHOR.isdisjoint(words_of(text))


def is_furniture(node: etree._Element) -> bool:
    """Whether *node* is called what surrounds a text and is no part of it: signature, buttons, votes."""
    return not _FURNITURE.isdisjoint(words_of(called(node)))


def is_comments(node: etree._Element) -> bool:
    """Whether *node* is called a list of comments."""
    return "comments" in words_of(called(node))


def is_profile(link: etree._Element) -> bool:
    """Whether *link* leads to the page of a person."""
    return not _PROFILE.isdisjoint(words_of(link.get("href", "")[:_LONGEST_CALL]))


def says_thread(text: str) -> bool:
    """Whether *text* (names of elements) speaks of questions, answers or threads."""
    lowered = text[:_LONGEST].lower()
    return any(part in lowered for part in _THREAD_PARTS) or not _THREAD_WORDS.isdisjoint(words_of(text))


def says_posts_only(text: str) -> bool:
    """Whether *text* (names of elements) speaks of posts, which many things are called, and of nothing more."""
    return not any(part in text[:_LONGEST].lower() for part in _THREAD_PARTS)


def tells_thread(address: str, title: str, names: str) -> bool:
    """Whether a page's *address*, *title* or the *names* of its body say that it is a thread.

    Where an address ends in words with hyphens between them they are those of a title. In titles whatever is written
    of may be called a question, but hardly a forum.
    """
    folder, _, page = address.rpartition("/")
    address = folder if page.count("-") >= _SLUG else address
    shown = f"{address} {title} {without_blog_words(names)}"[:_LONGEST].lower()
    if any(part in shown for part in _FORUM_PARTS):
        return True
    parts = _ADDRESS_PART.split(address[:_LONGEST].lower())
    return not _THREAD_ADDRESS.isdisjoint(parts) or says_thread(without_blog_words(names))


def is_blog(names: str) -> bool:
    """Whether *names* (of elements) are those of a blog's post, or of a list of them, and of no forum in a blog."""
    words = frozenset(names.lower().split())
    return not _BLOG.isdisjoint(words) and not any(part in names.lower() for part in _IN_BLOG)


def without_blog_words(names: str) -> str:
    """*names* (of elements) without those that every page of a blog has, though they speak of posts and threads."""
    if not is_blog(names):
        return " ".join(name for name in names.split() if not name.startswith("thread-"))
    return " ".join(name for name in names.split() if not _BLOG_NAME.match(name.lower()))


def is_other_kind(source: str, names: str = "") -> bool:
    """Whether a page declares itself an article, a product or the like, in *source* or by the *names* of its body."""
    return bool(_OTHER_KIND.search(source)) or not _OTHER_BODY.isdisjoint(names.lower().split())


def lists_reviews(text: str) -> bool:
    """Whether *text* (names of elements) speaks of reviews or comments."""
    lowered = text[:_LONGEST].lower()
    return any(part in lowered for part in _REVIEW_PARTS) or not _REVIEW_WORDS.isdisjoint(words_of(text))


def joined_on(label: str) -> bool:
    """Whether a date behind *label* is that of an author's account, or of an edit, and not of a post."""
    lowered = label[:_LONGEST].lower()
    return any(part in lowered for part in _JOINED)
