"""A faulty site with traps beside its questions: pages without end that a crawler must leave again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.support.faulty_site import FaultySite

NOTE = "Questions and answers of our department, ordered by day."


@dataclass
class TrapSite(FaultySite):
    """``traps``: an endless calendar, visit ids on every link, soft 404s, self-similar paths, and how deep they are."""

    def page_html(self, path: str, query: dict[str, list[str]]) -> str | None:
        rng = random.Random(f"{path}{query}{len(self.log)}")
        if path.startswith("/calendar/"):
            year, month = (int(part) for part in path.split("/")[2:4])
            days = f'<a href="/calendar/{year + month // 12}/{month % 12 + 1}">next</a>'
            days += (
                f'<a href="/calendar/{year - (month == 1)}/{month - 1 or 12}">before</a><a href="/day?d={year}">day</a>'
            )
            return f"<html><body><p>{NOTE}</p>{days}{self.questions_of_the_day()}</body></html>"
        if path == "/day":
            day = int(query["d"][0])
            links = f'<a href="/day?d={day + 1}">+</a><a href="/calendar/{day}/1">c</a>'
            return f"<html><body><p>{NOTE}</p>{links}</body></html>"
        if path.startswith("/help"):
            more = "".join(f'<a href="/help/{rng.randrange(10**9):x}">more</a>' for _ in range(5))
            return f"<html><body><h1>Not found</h1>{more}{self.questions_of_the_day()}</body></html>"
        if path.startswith("/tree/"):
            return '<html><body><a href="a/">a</a><a href="b/">b</a></body></html>'
        html = super().page_html(path, query)
        if html is not None and path.startswith("/qa/"):
            number = int(path.strip("/")[-4:])
            visit = f'<a href="/qa/{self.slug(number)}?visit={rng.randrange(10**9)}">print</a>'
            return html.replace("</article>", f"</article><aside>{visit}</aside>")
        if html is not None and path == "/":
            traps = "/calendar/2024/1", "/help/start", "/tree/", "/round/1"
            return html.replace("</body>", "".join(f'<a href="{trap}">x</a>' for trap in traps) + "</body>")
        return html

    def questions_of_the_day(self) -> str:
        return "".join(f'<a href="/qa/{self.slug(n)}">Popular {n}</a>' for n in range(5))
