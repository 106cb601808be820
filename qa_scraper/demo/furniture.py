"""What stands on a page around its content: adverts, counters, session ids, menus, scripts.

None of it is content, and no place of it is the page's own text to a reader of HTML: scripts, hidden fields, comments,
``nav``, ``aside`` and a ``footer`` of the page.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Final

from qa_scraper.demo.data import DemoSite, slug_of
from qa_scraper.demo.texts import ADVERTS, DEPARTMENTS

_BODY: Final = "<body>\n"
_END: Final = "\n</body>"


@dataclass(frozen=True, slots=True)
class Noise:
    """What is another at each step though nothing has changed."""

    session: str
    views: int
    advert: str

    @property
    def counter(self) -> str:
        """How often the page was looked at, as a line of the page."""
        return f"{self.views:,} views" if self.views % 2 else f"Views: {self.views:,}"


@dataclass(frozen=True, slots=True)
class _Furniture:
    """HTML for the head, the top of the body and its end."""

    head: str = ""
    top: str = ""
    end: str = ""


def noise_on(site: DemoSite, number: int) -> Noise | None:
    """The noise on the page of question *number*, None where there is none. The pages that have it stay the same."""
    if site.step == 0 or random.Random(f"noisy {site.seed} {number}").random() >= site.noise:
        return None
    rng = random.Random(f"noise {site.seed} {site.step} {number}")
    return Noise(rng.randbytes(12).hex(), rng.randrange(100, 90_000) * 1000 + site.step % 1000, rng.choice(ADVERTS))


def furnished(html: str, noise: Noise | None, page_bytes: int, number: int) -> str:
    """*html* with *noise*, filled up to about *page_bytes*; which furniture fills it is decided by *number*."""
    pieces = [] if noise is None else [_noisy(noise)]
    if page_bytes:
        pieces += _filling(page_bytes - len(html.encode()), number)
    if not pieces:
        return html
    for mark, added in (
        ("</head>", "".join(piece.head for piece in pieces) + "</head>"),
        (_BODY, _BODY + "".join(piece.top for piece in pieces)),
    ):
        html = html.replace(mark, added, 1)
    content, _, rest = html.rpartition(_END)
    return content + "".join(piece.end for piece in pieces) + _END + rest


def _noisy(noise: Noise) -> _Furniture:
    advert = f'<a href="http://shop.example.invalid/?gclid={noise.session}">{escape(noise.advert)}</a>'
    return _Furniture(
        head=f'<meta name="csrf-token" content="{noise.session}"><script>var seen = {noise.views};</script>',
        top=f"<!-- {noise.session} --><aside><p>Advertisement</p><p>{advert}</p><p>Ask Date: today</p></aside>"
        f'<form hidden><input type="hidden" name="session" value="{noise.session}"></form>',
        end=f'<footer><p>{noise.views} visits, <a href="/about?sessionid={noise.session}">about us</a></p></footer>',
    )


def _filling(missing: int, number: int) -> Iterator[_Furniture]:
    pieces = _pieces()
    for at in range(len(pieces)):
        piece, size = pieces[(at + number) % len(pieces)]
        if size <= missing:
            missing -= size
            yield piece


@cache
def _pieces() -> list[tuple[_Furniture, int]]:
    """Furniture of all kinds with its size in bytes, more of it than any page takes."""
    rng = random.Random("furniture")
    made = [_KINDS[at % len(_KINDS)](rng, at) for at in range(120)]
    return [(piece, len(piece.head) + len(piece.top) + len(piece.end)) for piece in made]


def _script(rng: random.Random, at: int) -> _Furniture:
    values = ",".join(f'"{rng.randbytes(3).hex()}":{rng.randrange(10**6)}' for _ in range(40))
    return _Furniture(head=f"<script>window.slot{at} = {{{values}}};</script>\n")


def _styles(rng: random.Random, at: int) -> _Furniture:
    rules = "".join(
        f".slot-{at}-{n}{{margin:{rng.randrange(40)}px;color:#{rng.randbytes(3).hex()}}}" for n in range(16)
    )
    return _Furniture(head=f"<style>{rules}.slot-{at}{{display:none}}</style>\n")


def _menu(rng: random.Random, at: int) -> _Furniture:
    topics = [(f"/faq/{slug_of(f'{d.name} {name}')}", name) for d in DEPARTMENTS for name in d.topics]
    links = "".join(f'<li><a href="{href}?utm_source=menu{at}">{escape(name)}</a></li>' for href, name in topics[:12])
    return _Furniture(top=f'<nav id="menu-{at}"><ul>{links}</ul></nav>\n')


def _advert(rng: random.Random, at: int) -> _Furniture:
    words = escape(" ".join(rng.sample(ADVERTS, 4)))
    picture = f'<img src="/pictures/{rng.randbytes(8).hex()}.jpg" alt="Advertisement" width="300" height="250">'
    return _Furniture(
        end=f'<aside class="slot-{at}-1">{picture}<p>Advertisement</p><p>{words}</p>'
        f'<svg viewBox="0 0 24 24"><path d="M{rng.randrange(24)} {rng.randrange(24)}h{rng.randrange(9)}z"/></svg>'
        "</aside>\n"
    )


_KINDS: Final = (_script, _menu, _script, _advert, _styles, _advert)
