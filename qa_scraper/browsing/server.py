"""Datasette over the database of a site, on this machine only."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from qa_scraper.browsing.database import LIST, MADE_OF
from qa_scraper.errors import InputError

if TYPE_CHECKING:
    from datasette.app import Datasette

HOST: Final = "127.0.0.1"
NAME: Final = "qa"
"""What the database is called in addresses; the templates are named after it."""
_GRACE: Final = 2
"""Seconds that answers in hand may take at the end."""
_SETTINGS: Final = {
    "default_page_size": 20,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 10_000,
    "facet_time_limit_ms": 3_000,
    "suggest_facets": False,
    "allow_download": False,
    "default_cache_ttl": 0,
    "truncate_cells_html": 400,
}
_QUERIES: Final[dict[str, Any]] = {
    "unanswered": {
        "title": "Questions without an answer",
        "sql": "SELECT number, asked_on, department, title FROM records WHERE answer_count = 0 ORDER BY asked_on DESC",
    },
    "doctors": {
        "title": "Who answers most",
        "sql": (
            "SELECT author_name, author_department, count(*) AS answers, min(answered_on) AS first_on,\n"
            "       max(answered_on) AS last_on\n  FROM answers WHERE author_name IS NOT NULL\n"
            " GROUP BY author_name, author_department ORDER BY answers DESC"
        ),
    },
    "delays": {
        "title": "Days to an answer by department",
        "sql": (
            "SELECT department, count(*) AS answers, round(avg(days), 1) AS days_on_average, max(days) AS longest\n"
            "  FROM answer_delays GROUP BY department ORDER BY answers DESC"
        ),
    },
    "missing": {
        "title": "Related questions that are not in the data",
        "sql": (
            "SELECT url, min(title) AS title, count(*) AS shown_by\n"
            "  FROM related_questions WHERE related_id IS NULL GROUP BY url ORDER BY shown_by DESC"
        ),
    },
    "near_duplicates": {
        "title": "Clusters of near-duplicates",
        "sql": (
            "SELECT duplicate_cluster, count(*) AS records, min(title) AS title\n"
            "  FROM records WHERE duplicate_cluster IS NOT NULL GROUP BY duplicate_cluster ORDER BY records DESC"
        ),
    },
}


def check_installed() -> None:
    """Raises InputError where Datasette is missing."""
    try:
        import datasette  # noqa: F401
    except ImportError:
        raise InputError("browse needs Datasette, which is not installed: pip install 'qa-scraper[browse]'") from None


def listening(port: int) -> socket.socket:
    """A socket on this machine that takes connections at *port*; 0: any free one. Raises InputError for one in use."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise InputError(
            f"port {port} cannot be used: {error.strerror or error}. Choose another with --port."
        ) from None


def serve(database: Path, site: str, at: socket.socket) -> None:
    """Serves the file *database* of *site* until Ctrl-C, which is raised as KeyboardInterrupt once all has ended."""
    import uvicorn

    from qa_scraper.browsing.plugin import cut_off_queries

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            super().handle_exit(sig, frame)
            cut_off_queries()  # they could take another ten seconds

    browser = _datasette(database, site)
    asyncio.run(browser.invoke_startup())
    config = uvicorn.Config(
        browser.app(), log_level="critical", access_log=False, timeout_graceful_shutdown=_GRACE, server_header=False
    )
    Server(config).run(sockets=[at])


def _datasette(database: Path, site: str) -> Datasette:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.plugins import pm

    from qa_scraper.browsing import plugin

    for other, _ in pm.list_plugin_distinfo():  # whatever else is installed: it was not asked for
        pm.unregister(other)
    if not pm.is_registered(plugin):
        pm.unregister(name="datasette.handle_exception")  # beside ours it would print all the same
        pm.register(plugin)
    tables = {
        LIST: {"facets": ["department", "gender", "age_band", "year"], "sort_desc": "asked_on"},
        MADE_OF: {"hidden": True},
        "records_trigrams": {"hidden": True},
    }
    browser = Datasette(
        metadata={"title": site, "databases": {NAME: {"title": site, "tables": tables, "queries": _QUERIES}}},
        template_dir=str(Path(__file__).parent / "templates"),
        settings=_SETTINGS,
    )
    browser.add_database(Database(browser, path=str(database), is_mutable=False), name=NAME)
    return browser
