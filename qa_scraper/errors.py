"""What ends a command, told to its user on one line. Apart from ``exceptions``, which loads Scrapy."""

from __future__ import annotations


class InputError(Exception):
    """What the user gave cannot be used (an option, a file, a URL); raised by ``run``, ``cli`` and
    ``demo.chosen``. Exit code 2."""


class SiteBusy(Exception):
    """Another process works on the site's output folder; raised by ``site_lock``. Exit code 5."""
