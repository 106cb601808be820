"""The figures of docs/reliability.md: kept in docs/torture-results.json by section, written as a table from there.

Each module that measures something writes its own section with ``keep`` and leaves the others alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.faults.campaign import KINDS, Kind
from tests.faults.trials import Trial
from tests.support.commands import ROOT

RESULTS = ROOT / "docs" / "torture-results.json"
DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- torture results: begin -->", "<!-- torture results: end -->"
HOSTILE = "hostile-pages"
"""The section of the crawl with pages that mean harm: what ``hostile.measure`` gives."""
FUZZING = "fuzzing"
"""The section that the recorded run of ``make fuzz`` leaves: ``inputs``, ``minutes``, ``findings``."""
NOT_YET = "not measured yet"
_FAILURES_KEPT = 10


def figures(kind: Kind, done: Iterable[Trial], seed: str) -> dict[str, Any]:
    """What the trials of a kind came to, as it is kept."""
    done = list(done)
    kept: dict[str, Any] = {
        "seed": seed,
        "tried": len(done),
        "survived": sum(trial.survived for trial in done),
        "kills": sum(trial.kills for trial in done),
        "faults": sum(trial.faults for trial in done),
        "minutes": round(sum(trial.seconds for trial in done) / 60, 1),
    }
    for name in ("lost", "doubled", "wrong", "torn", "polls", "unexplained"):
        kept[name] = sum(getattr(trial.verdict, name) for trial in done)
    if not kind.is_control:
        failed = [trial for trial in done if not trial.survived][:_FAILURES_KEPT]
        kept["failures"] = [{"trial": t.name, "findings": t.verdict.findings[:3]} for t in failed]
    return kept


def results() -> dict[str, dict[str, Any]]:
    """All sections that were kept, by name."""
    found: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    return found


def keep(section: str, measured: dict[str, Any], *, record: bool = False) -> str:
    """Puts a section into the kept results, and the table of all of them into the document, and says that it did.

    A section that was measured with more trials (inputs, pages) stays as it is, unless *record* says otherwise: a
    look at a few trials must not replace the figures of the whole run.
    """
    kept = results()
    done, recorded = _amount(measured), _amount(kept.get(section, {}))
    if done < recorded and not record:
        return (
            f"{section}: not recorded: {done:,} tried, {DOCUMENT} keeps the figures of {recorded:,}"
            " (--record replaces them all the same)"
        )
    kept |= {section: measured}
    RESULTS.write_text(json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    text = DOCUMENT.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table(kept)}{END}{after}", "utf-8")
    return f"{section}: the figures are in {DOCUMENT}"


def _amount(measured: dict[str, Any]) -> int:
    return next((int(measured[name]) for name in ("tried", "inputs", "pages") if name in measured), 0)


def table(kept: dict[str, dict[str, Any]]) -> str:
    """The results as Markdown tables."""
    lines = [
        "| fault | survived / tried | kills | lost | doubled | wrong fields | torn / polls | unexplained URLs |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ours = [kind for kind in KINDS if not kind.is_control and kind.name in kept]
    lines += [_row(kind.title, kept[kind.name]) for kind in ours]
    sums = {name: sum(kept[kind.name][name] for kind in ours) for name in _COLUMNS}
    lines.append(_row("**all**", sums))
    for kind in KINDS:
        if kind.is_control and kind.name in kept:
            lines.append(_row(f"the control: {kind.title}", kept[kind.name], without="polls unexplained"))
    hostile, fuzzing = kept.get(HOSTILE, {}), kept.get(FUZZING, {})
    lines += [
        "",
        "| under hostile pages | |",
        "|---|---|",
        f"| pages that ended otherwise than they must / hostile pages | {_of(hostile, 'unexpected', 'pages')} |",
        f"| longest time without a download that ended | {_measured(hostile, 'longest_stall', 's')} |",
        f"| longest block of the event loop | {_measured(hostile, 'longest_block', 's')} |",
        f"| of it, processor time | {_measured(hostile, 'longest_block_cpu', 's')} |",
        f"| peak memory | {_measured(hostile, 'peak_memory', 'MB', 1e-6, 0)} |",
        f"| findings / inputs of `make fuzz` | {_of(fuzzing, 'findings', 'inputs')} |",
    ]
    return "\n".join(lines) + "\n"


_COLUMNS = ("tried", "survived", "kills", "lost", "doubled", "wrong", "torn", "polls", "unexplained")


def _row(title: str, of: dict[str, Any], without: str = "") -> str:
    torn = f"{of['torn']:,}" + ("" if "polls" in without else f" / {of['polls']:,}")
    unexplained = "" if "unexplained" in without else f"{of['unexplained']:,}"
    cells = [title, f"{of['survived']:,} / {of['tried']:,}"]
    cells += [f"{of[name]:,}" for name in ("kills", "lost", "doubled", "wrong")]
    return "| " + " | ".join([*cells, torn, unexplained]) + " |"


def _measured(of: dict[str, Any], name: str, unit: str, times: float = 1.0, digits: int = 2) -> str:
    return f"{of[name] * times:,.{digits}f} {unit}" if name in of else NOT_YET


def _of(of: dict[str, Any], part: str, whole: str) -> str:
    return f"{of[part]:,.0f} / {of[whole]:,.0f}" if of else NOT_YET
