"""Scrapy's AutoThrottle, for runs in which most pages have not changed."""

from __future__ import annotations

from scrapy.core.downloader import Slot
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response


class Throttle(AutoThrottle):
    """Lets a 304 lower the delay as well as a 200: it is the answer of a site that is well.

    Stock AutoThrottle lowers it on 200 alone. In a refresh nearly all answers are 304, so that the delay stays where it
    began, or where the slowest answer took it, for the whole run.
    """

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        counted = response.replace(status=200) if response.status == 304 else response
        super()._adjust_delay(slot, latency, counted)
