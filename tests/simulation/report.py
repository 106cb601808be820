"""The simulation's results as a table, as JSON and as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.simulation.trial import Result

DOCS = Path(__file__).parents[2] / "docs"
PICTURE = DOCS / "refresh-simulation.png"
FIGURES = DOCS / "refresh-simulation.json"
TITLES = {
    "ours": "qa-scraper",
    "uniform": "round robin",
    "nutch": "Nutch's adaptive rule",
    "informed": "knows the true rates",
}
_LOOKS = {"ours": ("C0", "o-"), "uniform": ("C7", "s--"), "nutch": ("C1", "^--"), "informed": ("C2", ":")}


def ratio(results: Sequence[Result], budget: float, name: str, other: str = "uniform") -> float:
    """How many times the freshness per request of *other* the rule *name* gains at *budget*."""
    gained = {result.policy: result.gain_per_request for result in results if result.budget == budget}
    return gained[name] / gained[other]


def table(results: Sequence[Result]) -> str:
    """All figures as a Markdown table, a line for each rule at each budget."""
    lines = [
        "| requests a day per 100 pages | rule | requests made | fresh copies | gained over never looking again |"
        " page-days of freshness a request | times round robin | requests that saw a change |"
        " mean delay of a change, days |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {result.budget * 100:g} | {TITLES[result.policy]} | {result.requests:,} | {result.freshness:.1%} |"
        f" {result.gain * 100:.1f} points | {result.gain_per_request:.2f} |"
        f" {ratio(results, result.budget, result.policy):.2f} | {result.noticed_per_request:.0%} |"
        f" {result.delay:.1f} |"
        for result in results
    ]
    return "\n".join(lines)


def keep(results: Sequence[Result], site: dict[str, float]) -> None:
    """Writes the figures, and what *site* they were measured on, into docs/."""
    content = {"site": site, "results": [asdict(result) for result in results]}
    FIGURES.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def draw(results: Sequence[Result], title: str) -> None:
    """Writes the picture into docs/. Raises ImportError where matplotlib is missing: ``make simulate`` installs it."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    panels = (
        ("freshness", "copies that are current (%)", 100.0, "linear"),
        ("gain_per_request", "freshness gained (page-days a request)", 1.0, "log"),
        ("noticed_per_request", "requests that saw a change (%)", 100.0, "linear"),
        ("delay", "mean delay until a change is noticed (days)", 1.0, "log"),
    )
    figure, axes = pyplot.subplots(2, 2, figsize=(11, 8.5))
    for axis, (measure, label, factor, scale) in zip(axes.flat, panels, strict=True):
        for name, (color, line) in _LOOKS.items():
            points = [(100 * r.budget, factor * getattr(r, measure)) for r in results if r.policy == name]
            axis.plot(*zip(*points, strict=True), line, color=color, label=TITLES[name])
        ticks = sorted({100 * result.budget for result in results})
        axis.set_xscale("log")
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.minorticks_off()
        axis.set_yscale(scale)
        if scale == "log":
            axis.yaxis.set_major_locator(mpl.ticker.LogLocator(subs=(1, 2, 5)))
            axis.yaxis.set_major_formatter("{x:g}")
        axis.set_xlabel("requests allowed a day, per 100 pages")
        axis.set_ylabel(label)
        axis.grid(alpha=0.3)
    axes.flat[0].legend()
    figure.suptitle(title)
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=110, metadata={"Software": None})  # no version: the same figures give the same file
