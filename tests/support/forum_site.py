"""A discussion site of no known platform with much beside its threads; its truth and its log are at hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tests.support.routes import Answer, Routes

BOARDS = ("garden", "kitchen", "workshop", "travel")
PER_PAGE = 10
MEMBERS = ("elm", "fern", "gorse", "hazel", "iris", "juniper", "kelp", "larch")
THINGS = ("hedge", "kettle", "lathe", "suitcase", "spade", "oven", "drill", "ferry")
TROUBLES = ("creaks", "leaks", "sticks", "smells", "rattles", "fades")


@dataclass
class ForumSite:
    """The site as a context manager. Threads at ``/talk/NUMBER-words``, boards at ``/board/NAME?page=N``."""

    threads: int = 80
    articles: int = 120

    def __enter__(self) -> ForumSite:
        self.served = Routes(self.answer).__enter__()
        self.host, self.url = self.served.host, self.served.url
        self.name = self.host.replace(":", "_")
        return self

    def __exit__(self, *exc: object) -> None:
        self.served.__exit__(*exc)

    @property
    def requests(self) -> list[str]:
        """Path and query of all that was asked for."""
        return self.served.requests

    def answer(self, path: str) -> Answer:
        parts = urlsplit(path)
        html = self.html(parts.path, parse_qs(parts.query))
        return Answer(200, html) if html else Answer(404, "<html><body><h1>Nothing here</h1></body></html>")

    # What it shows

    def path(self, number: int) -> str:
        return f"/talk/{number + 1000}-my-{THINGS[number % 8]}-{TROUBLES[number % 6]}"

    def title(self, number: int) -> str:
        return f"My {THINGS[number % 8]} {TROUBLES[number % 6]}, case {number}"

    def posts(self, number: int) -> list[tuple[str, str, str]]:
        """Author, day and text of each post, the question first."""
        first, second = MEMBERS[number % 8], MEMBERS[(number + 3) % 8]
        thing, trouble = THINGS[number % 8], TROUBLES[number % 6]
        asked = f"For {number + 2} weeks my {thing} {trouble} whenever it rains. Has anybody cured that? ({number})"
        replies = [f"Mine did that too, until I oiled the left side of the {thing} {number} times.", "That cured it!"]
        authors = (first, second, first)
        days = (f"2021-03-{number % 27 + 1:02d}", f"2021-04-{number % 27 + 1:02d}", f"2021-05-{number % 27 + 1:02d}")
        return list(zip(authors, days, (asked, *replies), strict=True))

    @property
    def truth(self) -> dict[str, list[tuple[str, str, str]]]:
        """The posts of each thread by its URL."""
        return {self.url + self.path(n): self.posts(n) for n in range(self.threads)}

    def kinds_asked(self) -> Counter[str]:
        """How often each kind of page was asked for, by the first folder of its path."""
        return Counter(urlsplit(path).path.split("/")[1] for path in self.requests)

    def html(self, path: str, query: dict[str, list[str]]) -> str | None:
        _, folder, *rest = path.split("/")
        name = rest[0] if rest else ""
        if path == "/robots.txt":
            return "User-agent: *\nDisallow: /secret\n"
        if path == "/":
            boards = "".join(f'<li><a href="/board/{board}">{board.title()}</a></li>' for board in BOARDS)
            blog = "".join(f'<li><a href="/stories/{n}-a-day-out">Story {n}</a></li>' for n in range(30))
            return self.page("Hazel Lane", f"<ul>{boards}</ul><h2>Stories</h2><ul>{blog}</ul>")
        if folder == "board" and name in BOARDS:
            return self.board(name, int(query.get("page", ["1"])[0]))
        if folder == "talk" and name:
            number = int(name.partition("-")[0]) - 1000
            return self.thread(number) if 0 <= number < self.threads and path == self.path(number) else None
        if folder == "stories" and name:
            number = int(name.partition("-")[0])
            more = "".join(
                f'<a href="/stories/{n}-a-day-out">Story {n}</a> '
                for n in range(number + 1, number + 6)
                if n < self.articles
            )
            text = f"On day {number} we walked along the lane. The hazel was in leaf and nobody was about. " * 6
            return self.page(f"Story {number}", f"<p>{text}</p><p>{more}</p>")
        if folder == "people" and name in MEMBERS:
            return self.page(name, f"<p>{name} lives in Hazel Lane and keeps {len(name)} hens.</p>")
        if folder in {"about", "rules", "map"}:
            return self.page(folder.title(), f"<p>All that is to be said of the {folder} of Hazel Lane.</p>")
        return None

    def board(self, name: str, page: int) -> str:
        numbers = [n for n in range(self.threads) if BOARDS[n % len(BOARDS)] == name]
        shown = numbers[(page - 1) * PER_PAGE : page * PER_PAGE]
        rows = "".join(
            f'<tr><td><a href="{self.path(n)}">{self.title(n)}</a></td><td>{self.posts(n)[0][0]}</td>'
            "<td>2 replies</td></tr>"
            for n in shown
        )
        more = f'<a href="/board/{name}?page={page + 1}">Older threads</a>' if len(numbers) > page * PER_PAGE else ""
        return self.page(name.title(), f"<table>{rows}</table>{more}")

    def thread(self, number: int) -> str:
        posts = "".join(
            f'<div class="post"><div class="who"><a class="author" href="/people/{author}">{author}</a>'
            f' <time datetime="{day}">{day}</time></div><div class="text"><p>{text}</p></div></div>'
            for author, day, text in self.posts(number)
        )
        return self.page(self.title(number), f'<div class="thread">{posts}</div>')

    def page(self, title: str, body: str) -> str:
        menu = "".join(f'<a href="/{name}">{name}</a> ' for name in ("about", "rules", "map"))
        return (
            f'<!doctype html><html lang="en"><head><title>{title} | Hazel Lane forum</title></head><body>'
            f"<nav>{menu}</nav><h1>{title}</h1>{body}<footer>Hazel Lane, a forum of neighbours</footer></body></html>"
        )
