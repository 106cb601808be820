"""The bundled demo site; the spider starts its server where no start URL is given and none is running yet."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import AsyncIterator
from contextlib import suppress

from scrapy import Request

from qa_scraper.demo import DEFAULT_PORT, SERVER_NAME, DemoServer, DemoSite, demo_site
from qa_scraper.site import Site
from qa_scraper.spiders.base import SiteSpider


class DemoSpider(SiteSpider):
    """Always at the same port, so that the records keep their URLs and ids from run to run."""

    site = Site(
        name="demo",
        title="The bundled demo site, served on this machine",
        start_urls=(f"http://127.0.0.1:{DEFAULT_PORT}/",),
        layouts=("edoctor",),
        download_delay=0.0,
        concurrency=8,
        autothrottle=False,
        private=True,
    )
    server: DemoServer | None = None
    standby: asyncio.Task[None] | None = None

    async def start(self) -> AsyncIterator[Request]:
        """Starts the server if it is needed, then goes on like any site. Raises CloseSpider where the port is taken."""
        if self.refusal is None and tuple(self.start_urls) == self.site.start_urls:
            try:
                self._serve(demo_site())
            except OSError as error:
                if _demo_answers():
                    self.standby = asyncio.create_task(self._take_over())
                else:
                    self.refuse(
                        f"port {DEFAULT_PORT}, which the demo site needs, cannot be used: {error}. Serve it elsewhere"
                        " (qa-scraper demo-site --port 0) and crawl it with --start-url."
                    )
        async for request in super().start():
            yield request

    def closed(self, reason: str) -> None:
        """Stops the server that this spider started."""
        if self.standby is not None:
            self.standby.cancel()
        if self.server is not None:
            self.server.stop()

    def _serve(self, site: DemoSite) -> None:
        self.server = DemoServer(site, port=DEFAULT_PORT)
        self.server.start()

    async def _take_over(self) -> None:
        """Serves the site once whoever serves it now has ended: it may be a crawl that is done before this one."""
        site = demo_site()
        while self.server is None:
            await asyncio.sleep(0.1)
            with suppress(OSError):
                self._serve(site)


def _demo_answers() -> bool:
    """Whether a demo site is running at its port already (``qa-scraper demo-site`` in another terminal)."""
    connection = http.client.HTTPConnection("127.0.0.1", DEFAULT_PORT, timeout=3)
    try:
        connection.request("HEAD", "/")
        return (connection.getresponse().getheader("Server") or "").startswith(SERVER_NAME)
    except OSError:
        return False
    finally:
        connection.close()
