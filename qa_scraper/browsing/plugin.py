"""The Datasette plugin: pages of records, search in any language, and what makes the server harmless.

Only this machine may ask (also where a page elsewhere makes a browser ask), nothing is written, and what the records
hold runs and loads nothing.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from datasette import NotFound, Response
from datasette.filters import FilterArguments
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import BadRequest
from datasette.views.base import DatasetteError
from markupsafe import Markup
from pluggy import HookimplMarker

from qa_scraper.browsing.database import LIST
from qa_scraper.browsing.excerpt import excerpt
from qa_scraper.browsing.record_page import (
    SEARCH,
    answer_texts,
    record_parts,
    search_condition,
    search_words,
    web_address,
)
from qa_scraper.browsing.style import STYLE
from qa_scraper.exits import complain

if TYPE_CHECKING:
    from datasette.app import Datasette
    from jinja2 import Environment

hookimpl: Final = HookimplMarker("datasette")
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
_HOSTS: Final = frozenset({"127.0.0.1", "localhost"})
_NO_CSV: Final = (
    "No CSV here: a text that begins with = would run as a formula in a spreadsheet."
    " qa-scraper export SITE --to csv --out FILE writes one in which none does; .json instead of .csv works here.\n"
)
_CSV_LINKS: Final = re.compile(
    r', <a href="[^"]*+">CSV</a>(?: \(<a href="#export">advanced</a>\))?'
    r'|<div id="export"(?:[^<]++|<(?!/div>|div id="export"))*+</div>'
)
"""In Datasette's own templates; in what records hold, < is escaped."""
_NO_PAGE: Final = "There is no such page: _next in the address is what a link to a next page says."
_LONGEST_NUMBER: Final = 15
_FACETS: Final = {"department": "Department", "gender": "Gender", "age_band": "Age", "year": "Year asked"}

_Application = Callable[[dict[str, Any], Any, Callable[[dict[str, Any]], Awaitable[None]]], Awaitable[None]]


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[_Application], _Application]:
    """Refuses what does not come from this machine or would write, and sends our headers with every answer."""

    def wrapped(application: _Application) -> _Application:
        async def guarded(
            scope: dict[str, Any], receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]
        ) -> None:
            if scope["type"] != "http":
                await application(scope, receive, send)
                return

            async def send_with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    ours = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                    message = message | {"headers": [*message["headers"], *ours]}
                await send(message)

            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").rpartition(":")
            refused = None
            if (host[0] or host[2]) not in _HOSTS:  # a name that was made to lead here (DNS rebinding)
                refused = Response.text("This server is asked for at 127.0.0.1 only.", status=421)
            elif scope["method"] not in {"GET", "HEAD"}:
                refused = Response.text("Nothing can be written here.", status=405)
            elif scope["path"].lower().endswith(".csv"):
                refused = Response.text(_NO_CSV, status=403)
            if refused is not None:
                await refused.asgi_send(send_with_headers)
                return
            await application(scope, receive, send_with_headers)

        return guarded

    return wrapped


_connections: list[sqlite3.Connection] = []


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Notes the connection, one a thread, so that its query can be cut off."""
    _connections.append(conn)


def cut_off_queries() -> None:
    """Ends the queries that are running; what asked for them is told so."""
    for connection in _connections:
        connection.interrupt()


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The way in, and the style of all pages."""
    return [(r"^/$", _way_in), (r"^/-/browse\.css$", _style), (r"^/qa/records/(?P<id>[^/]*~3A[^/]*)$", _by_id)]


def _way_in(datasette: Datasette) -> Response:
    (database,) = (name for name in datasette.databases if not name.startswith("_"))
    return Response.redirect(datasette.urls.table(database, LIST))


async def _by_id(datasette: Datasette, request: Any) -> Response:
    """A record's address by its id, which it keeps, where its number may be another one tomorrow."""
    (database,) = (database for name, database in datasette.databases.items() if not name.startswith("_"))
    wanted = {"id": tilde_decode(request.url_vars["id"])}
    found = (await database.execute("SELECT number FROM records WHERE id = :id", wanted)).first()
    if found is None:
        raise NotFound("There is no record of this id.")
    return Response.redirect(datasette.urls.row(database.name, "records", str(found["number"])))


def _style() -> Response:
    return Response(STYLE, headers={"cache-control": "max-age=60"}, content_type="text/css; charset=utf-8")


@hookimpl
def handle_exception(datasette: Datasette, request: Any, exception: Exception) -> Callable[[], Awaitable[Response]]:
    """A page, or JSON, that says what is wrong. Datasette's own prints all that it had in hand on the terminal."""
    status = int(getattr(exception, "status", 500))
    message = str(getattr(exception, "message", None) or exception)
    if isinstance(exception, DatasetteError):  # of what the address asks for, with the status of an error of the server
        status = 400 if status == 500 else status
    elif isinstance(exception, ValueError) and request.args.get("_next"):
        status, message = 400, _NO_PAGE
    if status >= 500:
        complain(f"{request.path}: {type(exception).__name__}: {message}")

    async def told() -> Response:
        if request.path.endswith(".json"):
            return Response.json({"ok": False, "error": message, "status": status}, status=status)
        shown = {"status": status, "error": message, "title": getattr(exception, "title", None)}
        return Response.html(await datasette.render_template("error.html", shown, request=request), status=status)

    return told


@hookimpl
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Datasette) -> Markup | None:
    """Makes the number of a record that a query gives a link to it."""
    if table is not None or column != "number" or not isinstance(value, int):
        return None
    return Markup('<a href="{}">{}</a>').format(datasette.urls.row(database, "records", str(value)), value)


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """What the templates use."""
    env.filters["web_address"] = web_address
    env.filters["tilde_encode"] = tilde_encode
    env.filters["without_csv"] = lambda page: Markup(_CSV_LINKS.sub("", page))


@hookimpl
def filters_from_request(request: Any, table: str) -> Callable[[], Awaitable[FilterArguments]] | None:
    """The search: ``?_q=words``."""
    if table != LIST:
        return None
    following = request.args.get("_next") or "0"
    if not following.isdecimal() or len(following) > _LONGEST_NUMBER:
        raise BadRequest(_NO_PAGE)
    wanted = request.args.get(SEARCH) or ""
    if not search_words(wanted):
        return None
    conditions, parameters = search_condition(wanted)

    async def found() -> FilterArguments:
        return FilterArguments(conditions, dict(parameters), [f'"{wanted.strip()}" is in it'])

    return found


@hookimpl
def extra_template_vars(
    datasette: Datasette, database: str | None, table: str | None, view_name: str, request: Any
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What our templates show beside what Datasette gives them."""

    async def variables() -> dict[str, Any]:
        title = datasette.metadata("title")
        shown: dict[str, Any] = {"datasette_title": title, "facet_names": _FACETS, "search_name": SEARCH}
        if database is not None and (table, view_name) == ("records", "row"):
            return shown | await record_parts(datasette.get_database(database), request.url_vars["pks"])
        if table != LIST:
            return shown
        kept = [(name, value) for name in request.args for value in request.args.getlist(name)]
        words = search_words(request.args.get(SEARCH) or "")

        async def excerpt_of(row: Any) -> Markup:
            texts = [row["question_text"], row["more_info"]]
            if words:
                texts[1:1] = await answer_texts(datasette.get_database(database), row["id"])
            return excerpt(texts, words)

        shown["excerpt_of"] = excerpt_of
        shown["searched"] = request.args.get(SEARCH) or ""
        shown["kept"] = [(name, value) for name, value in kept if name not in {SEARCH, "_next"}]
        return shown

    return variables
