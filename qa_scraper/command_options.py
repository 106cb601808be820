"""Options that several commands have: said here once, so that they are the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

FILE: Final = click.Path(path_type=Path)
"""A path as it is given: whether something is there is said by who opens it."""
COUNT: Final = click.IntRange(min=0)
PORT: Final = click.IntRange(0, 65535)

output_option = click.option(
    "--output",
    type=FILE,
    default=Path("output"),
    metavar="DIR",
    help="Folder of all output; a site's files are in DIR/SITE/.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
private_option = click.option("--allow-private", is_flag=True, help="Allow private and loopback addresses as targets.")
setting_option = click.option(
    "-s", "setting", multiple=True, metavar="NAME=VALUE", help="A Scrapy setting; wins over all that is set elsewhere."
)
