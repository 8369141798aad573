"""How long a report takes from results.json to HTML, beside what others need for the same tables and figures.

The results are those of the demonstration, computed here, and the same grown to forty constructs, two hundred
items and six groups (``tests/grown_results.py``).
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.table import markdown
from benchmarks.timing import Timed, timed, told
from tam.report.document import Document, Figure, Table, plain
from tam.report.editions import document_for
from tam.report.html import render_html
from tam.report.write import write_report

ROOT = Path(__file__).resolve().parents[1]
EDITIONS = ("academic", "market", "review")
FIRST = """\
import json, sys, time
import jinja2, tam.report.editions, tam.report.html
from tam.report.write import write_report
results = json.load(open(sys.argv[1], encoding="utf-8"))
clock, spent = time.perf_counter(), time.process_time()
write_report(results, "en")
print(time.perf_counter() - clock, time.process_time() - spent)
"""
"""The first report of a process: catalogues, templates and style are read and compiled for it."""
STARTS = 3


def measured() -> str:
    with tempfile.TemporaryDirectory() as folder:
        results, file = _demonstration(Path(folder))
        first = _first(file)
    large = _grown(results)
    rows = [["academic, the first of a process, imports left out", told(first[0]), told(first[1]), "0.5 s"]]
    rows += [_row(f"{one}, each further one", results, one, "") for one in EDITIONS]
    rows += [_row(f"{one}, 40 constructs, 200 items, 6 groups", large, one, "5 s") for one in EDITIONS]
    seconds = markdown(["one HTML file from results.json", "clock", "processor", "target"], rows)
    return f"### Reports\n\n{seconds}\n\n{_peers(results)}"


def _demonstration(folder: Path) -> tuple[dict[str, Any], Path]:
    subprocess.run([sys.executable, "-m", "tam", "demo", str(folder / "demo"), "-q"], check=True)
    file = folder / "demo" / "results.json"
    return json.loads(file.read_text(encoding="utf-8")), file


def _grown(results: dict[str, Any]) -> dict[str, Any]:
    sys.path.insert(0, str(ROOT / "tests"))
    from grown_results import grown

    large: dict[str, Any] = grown(results)
    return large


def _first(file: Path) -> tuple[float, float]:
    """Least seconds on the clock and of the processor, of a few fresh processes."""
    found = []
    for _ in range(STARTS):
        ran = subprocess.run(
            [sys.executable, "-c", FIRST, str(file)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        found.append(tuple(map(float, ran.stdout.split())))
    return min(clock for clock, _ in found), min(spent for _, spent in found)


def _row(name: str, results: dict[str, Any], audience: str, target: str) -> list[str]:
    taken = timed(lambda: write_report(results, "en", audience=audience))
    return [name, told(taken.best), told(taken.processor), target]


def _peers(results: dict[str, Any]) -> str:
    """The same tables as HTML by pandas, the same figures as SVG by matplotlib, beside the whole report."""
    document = document_for(results, "en", "academic")
    blocks = [block for section in document.sections for block in section.blocks]
    tables = [block for block in blocks if isinstance(block, Table)]
    figures = [block for block in blocks if isinstance(block, Figure)]
    frames = [_frame(table) for table in (*tables, *(figure.data for figure in figures))]
    ours = {
        "whole report": timed(lambda: write_report(results, "en")),
        "of it: what to say, tables and figures as data and SVG": timed(lambda: _document(results)),
        "of it: HTML": timed(lambda: render_html(document)),
    }
    theirs = {
        f"the {len(frames)} tables: pandas DataFrame.to_html": timed(lambda: _plain(frames)),
        f"the {len(frames)} tables: pandas Styler.to_html": timed(lambda: _styled(frames)),
        f"the {len(figures)} figures: matplotlib, as many points each": timed(_drawn(figures)),
    }
    whole = ours["whole report"]
    rows = [
        [name, *_told(taken), "" if taken is whole else _ratio(taken, whole)] for name, taken in ours.items()
    ]
    rows += [[name, *_told(taken), _ratio(taken, whole)] for name, taken in theirs.items()]
    return markdown(["the demonstration, academic", "clock", "processor", "of the whole report"], rows)


def _document(results: dict[str, Any]) -> Document:
    return document_for(results, "en", "academic")


def _told(taken: Timed) -> tuple[str, str]:
    return told(taken.best), told(taken.processor)


def _ratio(one: Timed, whole: Timed) -> str:
    return f"{one.processor / whole.processor:.2f} x"


def _frame(table: Table) -> pd.DataFrame:
    """The printed cells of a table; what they are is formatted already."""
    rows = [[plain(cell.text) for cell in row] for group in table.groups for row in group.rows]
    return pd.DataFrame(rows, columns=[plain(column.head) for column in table.columns])


def _plain(frames: Sequence[pd.DataFrame]) -> list[str]:
    return [frame.to_html(index=False) for frame in frames]


def _styled(frames: Sequence[pd.DataFrame]) -> list[str]:
    return [frame.style.hide(axis="index").to_html() for frame in frames]


def _drawn(figures: Sequence[Figure]) -> Callable[[], list[str]]:
    """Axes with a point for each row of the data and its label, written as SVG with text kept as text."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.fonttype"] = "none"
    import matplotlib.pyplot as plt

    def draw(figure: Figure) -> str:
        labels = [plain(row[0].text) for group in figure.data.groups for row in group.rows]
        canvas, axes = plt.subplots(figsize=(6, 4))
        axes.plot(range(len(labels)), range(len(labels)), "o")
        axes.set_yticks(range(len(labels)), labels)
        written = io.StringIO()
        canvas.savefig(written, format="svg")
        plt.close(canvas)
        return written.getvalue()

    return lambda: [draw(figure) for figure in figures]
