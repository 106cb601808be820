"""Charts of the report: inline SVG by pygal, without its script and its style, so that only the page's own style rules.

Colours come from the page (light and dark); what a column stands for is its ``<title>``, which browsers show where one
points at it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

from lxml import etree

from qa_scraper.text import printable

_WIDTH: Final = 420
_HEIGHT: Final = 210
_FONT_SIZE: Final = 12
_LABELS_SHOWN: Final = 58
"""Characters of labels that stand side by side without touching."""
_GAP: Final = 1.5
_WIDEST: Final = 48
_SVG: Final = "http://www.w3.org/2000/svg"


def columns(name: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> str:
    """A chart with a column for each of *labels*, an SVG element as text; several *series* are stacked.

    *name*: what the chart shows, for who does not see it.
    """
    import pygal
    from pygal.style import Style

    shown = [printable(label) for label in labels]
    chart = pygal.StackedBar(
        width=_WIDTH,
        height=_HEIGHT,
        margin=4,
        spacing=6,
        css=(),
        js=(),
        style=Style(label_font_size=_FONT_SIZE, major_label_font_size=_FONT_SIZE),
        show_legend=False,
        show_minor_x_labels=False,
        x_labels_major_every=ceil(sum(len(label) + _GAP for label in shown) / _LABELS_SHOWN),
        truncate_label=-1,
        formatter=lambda value: f"{value:,.0f}",
        no_prefix=True,
    )
    chart.x_labels = shown
    chart.y_labels = _ticks(max(map(sum, zip(*series.values(), strict=True))))
    for title, values in series.items():
        chart.add(printable(title), values)
    drawn = etree.fromstring(chart.render())
    return _as_image(drawn, name, [printable(title) for title in series] if len(series) > 1 else [""])


def _ticks(highest: int) -> list[int]:
    """Whole numbers from 0 to the first one that is not below *highest*, at most six, in steps of 1, 2, 5, 10, 20, …"""
    scale = 1
    while scale * 50 < highest:
        scale *= 10
    step = next((scale * factor for factor in (1, 2, 5) if scale * factor * 5 >= highest), scale * 10)
    return list(range(0, max(highest, 1) + step, step))


def _as_image(drawn: etree._Element, name: str, titles: Sequence[str]) -> str:
    """What pygal drew of axes and columns, as one image with a name and a title for each column."""
    image = etree.fromstring(f'<svg xmlns="{_SVG}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"/>')
    image.set("aria-label", printable(name))
    (plot, *_) = drawn.iterfind(f".//{{{_SVG}}}g[@class='plot']")
    image.append(plot)
    for useless in [*plot.iterfind(f"{{{_SVG}}}rect"), *plot.iterfind(f".//{{{_SVG}}}title")]:
        above = useless.getparent()
        assert above is not None
        above.remove(useless)
    bars = [list(series.iterfind(f".//{{{_SVG}}}g[@class='bar']")) for series in plot.iterfind(f"{{{_SVG}}}g[@class]")]
    for title, of_series in zip(titles, filter(None, bars), strict=True):
        for bar in of_series:
            _narrow(bar)
            told = {part.get("class"): part.text or "" for part in bar.iterfind(f"{{{_SVG}}}desc")}
            for part in bar.findall(f"{{{_SVG}}}desc"):
                bar.remove(part)
            words = " ".join(filter(None, (told["x_label"], title)))
            etree.SubElement(bar, f"{{{_SVG}}}title").text = f"{words}: {told['value']}"
    return etree.tostring(image, encoding="unicode")


def _narrow(bar: etree._Element) -> None:
    """Where there are few columns they need not be as broad as a wall."""
    (column,) = bar.iterfind(f"{{{_SVG}}}rect")
    place, width = float(column.get("x", "0")), float(column.get("width", "0"))
    if width > _WIDEST:
        column.set("x", f"{place + (width - _WIDEST) / 2:.2f}")
        column.set("width", str(_WIDEST))
