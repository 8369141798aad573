"""Lines of copied tables: cut into cells, and the statements that a line can make by itself."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from tam.published.audit_columns import fits, folded, plain
from tam.published.printed import Printed, PrintedError, parse_cell, parse_printed

MOST_LINES, LONGEST_LINE, MOST_CELLS = 5_000, 2_000, 200
_NUMBER = r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_NUMERIC = re.compile(rf"[<>≤≥]?{_NUMBER}%?(?:\*{{1,4}}|[†‡+^])?|n\.?s\.?|-{{1,2}}|NA")
_CAPTION = re.compile(
    r"(?:table|tab\.|表|附表|表格)\s*[0-9A-Za-z一二三四五六七八九十]{1,4}.{0,300}", re.IGNORECASE
)
_STARS = re.compile(
    r"(\*{1,4}|[†‡+^])\s*(?:denotes|表示|代表|:|：)?\s*p\s*[<≤]=?\s*(0?\.[0-9]+)", re.IGNORECASE
)
_ARROW = re.compile(r"\s*(?:-{1,2}>|→|=>|⟶|➔|<-{1,3}|←)\s*")
_COUNT = re.compile(
    r"(?:(?<![A-Za-z])[nN]|有效样本量|有效样本|有效问卷|样本量|样本数|sample size)"
    r"\s*(?:=|:|为|共|是|of)?\s*([0-9]{2,7})(?![0-9.,]|\s*%)"
)
_R2 = re.compile(
    r"R\s?\^?2\s*(?:[(\[]\s*([^\s()\[\]]{1,40})\s*[)\]]|_([^\s=]{1,40})|\s+(?:of|for)\s+([^\s=]{1,40}))"
    rf"\s*[=:]?\s*({_NUMBER}%?)"
)
_PAIR = re.compile(
    r"([A-Za-z\u4e00-\u9fffχ][A-Za-z0-9χ/.\- \u4e00-\u9fff]{0,30}?)\s*"
    r"(?:[(]\s*([0-9]+(?:\.[0-9]+)?)(?:\s*,\s*[nN]\s*=\s*([0-9]+))?\s*[)])?\s*"
    rf"(=|:|为|<|>)\s*({_NUMBER}%?)"
)
_LIMITS = re.compile(
    rf"[\[(]\s*({_NUMBER})\s*[,;~-]\s*({_NUMBER})\s*[\])]|CI[^0-9.\[(-]{{0,6}}({_NUMBER})\s*[-,~]\s*({_NUMBER})"
)


_LEVEL = re.compile(r"[(\[]\s*9[05]\s*%\s*(?:CI|置信区间)?\s*[)\]]")
"""``RMSEA (90% CI) = ...``: the level of an interval that follows."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number, its text, and its cells."""

    number: int
    text: str
    cells: tuple[str, ...]
    file: str = ""

    @property
    def empty(self) -> bool:
        return not any(self.cells)

    @property
    def numbers(self) -> int:
        return sum(1 for cell in self.cells if is_number(cell))


def is_number(cell: str) -> bool:
    """Could this be a printed number (or a dash in the place of one)?"""
    return bool(_NUMERIC.fullmatch(cell))


def read_number(cell: str) -> Printed | None:
    """The number in a cell; None where there is none. Brackets around it are dropped."""
    text = plain(cell).strip().strip("()[]").replace(" ", "").replace("≤", "<").replace("≥", ">")
    try:
        return parse_cell(text)
    except PrintedError:
        return None


def text_lines(text: str, file: str = "") -> list[Line]:
    """The lines of a copied text, with the cells of each."""
    found = []
    for number, raw in enumerate(text.splitlines()[:MOST_LINES], 1):
        line = plain(raw[:LONGEST_LINE])
        found.append(Line(number, line.strip(), tuple(_cells(line)[:MOST_CELLS]), file))
    return found


def _cells(line: str) -> list[str]:
    """Cells by tabs, by bars, else by blanks: a name keeps its single blanks, numbers are cells."""
    if "\t" in line:
        return [" ".join(cell.split()) for cell in line.rstrip("\n").split("\t")]
    if line.count("|") > 1 or ("|" in line and not line.strip().startswith("|O")):
        cells = [" ".join(cell.split()) for cell in line.strip().strip("|").split("|")]
        return [] if all(set(cell) <= set("-: ") for cell in cells) else cells
    found: list[str] = []
    for chunk in re.split(r" {2,}", line.strip()):
        found += _words(chunk)
    return found


def _words(chunk: str) -> list[str]:
    """A chunk without double blanks: words stay together, numbers stand alone, marks join their number."""
    found: list[str] = []
    name: list[str] = []
    for word in _joined(chunk).split():
        if is_number(word) and not (word in ("-", "--") and name):
            if name:
                found.append(" ".join(name))
                name = []
            found.append(word)
        else:
            name.append(word)
    return [*found, " ".join(name)] if name else found


def _joined(chunk: str) -> str:
    """``< .001`` and ``.45 ***`` as one word."""
    chunk = re.sub(r"([<>≤≥])\s+(?=[0-9.])", r"\1", chunk)
    return re.sub(r"(?<=[0-9])\s+(?=\*{1,4}(?:\s|$))", "", chunk)


def csv_lines(text: str, file: str) -> list[Line]:
    """The rows of a CSV or TSV table."""
    sample = text[:5000]
    separator = max(",;\t", key=sample.count)
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    found = []
    for number, row in enumerate(rows, 1):
        if number > MOST_LINES:
            break
        cells = tuple(" ".join(plain(cell[:LONGEST_LINE]).split()) for cell in row[:MOST_CELLS])
        found.append(Line(number, " ".join(cells).strip(), cells, file))
    return found


def is_caption(line: Line) -> bool:
    """``Table 3. Results``, ``表3 信度``."""
    return bool(_CAPTION.match(line.text)) and line.numbers <= 2 and not line.text.count("\t")


def star_cuts(line: Line) -> dict[str, str]:
    """``* p < .05, ** p < .01`` as marks with their levels."""
    return dict(_STARS.findall(line.text))


def respondents(line: Line) -> int | None:
    """``N = 312``, ``样本量为312``; None where a line says no such thing, or several."""
    counts = {int(one) for one in _COUNT.findall(line.text)}
    return counts.pop() if len(counts) == 1 else None


def explained(line: Line) -> list[tuple[str, Printed]]:
    """``R2 (PI) = .53`` as the outcome with its explained variance."""
    found = []
    for in_brackets, below, named, value in _R2.findall(line.text):
        number = read_number(value)
        if number is not None:
            found.append(((in_brackets or below or named).strip(), number))
    return found


def fit_statement(line: Line) -> tuple[dict[str, Printed], int | None]:
    """A line of fit indices, ``χ2(220) = 252.80, p = .064, RMSEA = .022 [.000, .033]``, and its n."""
    found: dict[str, Printed] = {}
    n: int | None = None
    text = _LEVEL.sub("", line.text)
    for match in _PAIR.finditer(text):
        words, df, cases, sign, value = match.groups()
        key = _measure(words)
        if key is None:
            continue
        number = read_number(value if sign not in "<>" else sign + value)
        if number is None:
            continue
        if number.bound is not None and key not in ("pvalue", "rmsea_pvalue"):
            continue
        found.setdefault(key, number.exactly() if key.endswith("df") and key != "chisq_df" else number)
        if df is not None and key in ("chisq", "chisq_scaled"):
            found.setdefault("df" if key == "chisq" else "df_scaled", parse_printed(df).exactly())
            n = int(cases) if cases else n
        if key == "rmsea":
            found |= _limits(text[match.end() : match.end() + 40])
    return found, n


def _measure(words: str) -> str | None:
    """The measure that the last words before the sign name."""
    parts = folded(words).split()
    for length in range(min(4, len(parts)), 0, -1):
        name = " ".join(parts[-length:])
        if name in fits():
            return fits()[name]
    return "pvalue" if parts and parts[-1] in ("p", "p值") else None


def _limits(rest: str) -> dict[str, Printed]:
    match = _LIMITS.search(rest)
    if match is None:
        return {}
    low, high = (match[1], match[2]) if match[1] is not None else (match[3], match[4])
    return {"rmsea_ci_low": parse_printed(low), "rmsea_ci_high": parse_printed(high)}


def steps(text: str) -> tuple[str, ...]:
    """``PEOU -> PU -> ATT`` as its names, causes first; empty where there is no arrow."""
    parts = [part.strip(" :") for part in _ARROW.split(re.sub(r"^\s*H[0-9]+[a-z]?\s*[:.]?\s+", "", text))]
    if len(parts) < 2 or not all(parts):
        return ()
    return tuple(reversed(parts)) if re.search(r"<-|←", text) else tuple(parts)
