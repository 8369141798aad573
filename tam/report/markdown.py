"""A document as Markdown of the kind that GitHub shows: tables as tables, figures as links to their files.

It can be read as it stands, too: narrow tables are set in columns. What somebody wrote is text and never a
mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from tam.report.document import (
    Absent,
    Banner,
    Block,
    Bullets,
    Cards,
    Cell,
    Document,
    Figure,
    Pairs,
    Paragraph,
    Rich,
    Run,
    Section,
    Subheading,
    Table,
    Told,
    plain,
)
from tam.report.words import Words, load_words

_WIDEST = 160
"""Characters of a line up to which the columns of a table are set beneath each other."""
_ALERTS = {"bad": "CAUTION", "caution": "WARNING", "good": "TIP", "plain": "NOTE"}
_ALWAYS = re.compile(r"([\\`*|~$])")
_BRACKETS = re.compile(r"\](?=[(\[:])|\[(?=\^)")
"""Brackets that would make a link or a footnote; those of an interval stay readable."""
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?\w{1,40};)")
_UNDERLINE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BARE = re.compile(r"(?<!\\)[\[\]]")
_FIRST = re.compile(r"^(?:[#>+=\[-]|(\d{1,9})(?=[.)](?:\s|$)))")


def markdown_text(document: Document, figures: str = "") -> str:
    """The text of the file. ``figures``: the folder of the pictures, for the links."""
    words = load_words(document.language)
    writer = _Writer(words, figures or f"report.{document.language}.figures")
    parts = [*writer.opening(document)]
    for section in document.sections:
        parts += writer.section(section)
    if document.footer:
        parts += ["---", *(writer.line(line) for line in document.footer)]
    return "\n\n".join(part for part in parts if part) + "\n"


class _Writer:
    """Writes blocks of one document. ``words``: its language; ``figures``: where its pictures are."""

    def __init__(self, words: Words, figures: str) -> None:
        self.words = words
        self.figures = figures

    def opening(self, document: Document) -> Iterator[str]:
        yield f"# {escaped(document.title)}"
        yield self.line(document.kicker)
        yield "\n".join(f"- {self.line(fact)}" for fact in document.facts)
        yield from map(self.banner, document.banners)

    def banner(self, banner: Banner) -> str:
        lines = [f"**{self.inline(banner.title)}**", *map(self.line, banner.body)]
        quoted = "\n>\n".join(f"> {line}" for line in lines)
        return f"> [!{_ALERTS[banner.level]}]\n{quoted}"

    def section(self, section: Section) -> Iterator[str]:
        yield f'<a id="{_name(section.key)}"></a>\n\n## {self.inline(section.title)}'
        for block in section.blocks:
            yield self.block(block)

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return self.paragraph(block)
            case Bullets():
                mark = "1." if block.kind == "steps" else "-"
                return "\n".join(f"{mark} {self.line(entry)}" for entry in block.entries)
            case Pairs():
                pairs = ((self.line(name), self.inline(value)) for name, value in block.entries)
                return "\n".join(f"- {name}: {value}" for name, value in pairs)
            case Table():
                return self.table(block)
            case Figure():
                return self.figure(block)
            case Absent():
                return f"> {self.line(block.text)}"
            case Subheading():
                return f'<a id="{_name(block.key)}"></a>\n\n### {self.inline(block.text)}'
            case Told():
                return self.told(block)
            case Cards():
                return "\n".join(
                    f"- **{self.inline(card.head)}**: {self.inline(card.figure)}. {self.inline(card.text)}"
                    for card in block.entries
                )

    def paragraph(self, block: Paragraph) -> str:
        if block.kind == "code":
            text = "".join(_printable(run.text, keep="\n\t") for run in block.text)
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
            return f"{fence}\n{text}\n{fence}"
        if block.kind == "paste":
            lines = plain(block.text).splitlines()
            return "\n>\n".join(f"> {_opened(escaped(line))}" for line in lines if line.strip())
        return self.line(block.text)

    def told(self, block: Told) -> str:
        said = [f"**{self.inline(block.what)}**", escaped(block.where), self.inline(block.why)]
        mend = (
            f"*{escaped(self.words.text('document.mend'))}* {self.inline(block.mend)}" if block.mend else ""
        )
        sentences = " ".join(part for part in (*said, mend) if part)
        return f"- {sentences} (`tam explain {_name(block.code)}`)"

    def table(self, table: Table) -> str:
        number = escaped(f"{self.words.text('document.table')} {table.number}")
        anchor = f'<a id="table-{_name(table.key)}"></a>\n\n'
        head = f"{anchor}**{number}** {self.inline(table.title)}"
        return "\n\n".join(part for part in (head, self.grid(table), self.notes(table.notes)) if part)

    def figure(self, figure: Figure) -> str:
        number = escaped(f"{self.words.text('document.figure')} {figure.number}")
        anchor = f'<a id="figure-{_name(figure.key)}"></a>\n\n'
        place = f"{self.figures}/{figure.number:02d}-{_name(figure.key)}.svg"
        picture = f"![{escaped(figure.description)}]({place})"
        data = escaped(self.words.text("document.data"))
        folded = f"<details><summary>{data}</summary>\n\n{self.grid(figure.data)}\n\n</details>"
        head = f"{anchor}**{number}** {self.inline(figure.title)}"
        return "\n\n".join(part for part in (head, picture, self.notes(figure.notes), folded) if part)

    def notes(self, notes: Sequence[Rich]) -> str:
        mark = escaped(self.words.text("document.note"))
        return f"*{mark}* {' '.join(map(self.inline, notes))}" if notes else ""

    def grid(self, table: Table) -> str:
        """Heads, a rule that says how columns are aligned, rows; the head of a group is a row of its own."""
        rows = [[self.inline(column.head) for column in table.columns]]
        for group in table.groups:
            if group.label:
                rows.append([f"**{self.inline(group.label)}**", *[""] * (len(table.columns) - 1)])
            rows += [self.cells(row, len(table.columns)) for row in group.rows]
        right = [column.kind == "number" for column in table.columns]
        widths = [max(3, *(_extent(row[index]) for row in rows)) for index in range(len(right))]
        if sum(widths) + 3 * len(widths) > _WIDEST:
            widths = [3] * len(widths)
        rule = ["-" * (width - 1) + ":" if end else "-" * width for width, end in zip(widths, right)]
        lines = [rows[0], rule, *rows[1:]]
        return "\n".join(_row(line, widths, right) for line in lines)

    def cells(self, row: Sequence[Cell], columns: int) -> list[str]:
        return [*(self.inline(cell.text) for cell in row), *[""] * (columns - len(row))]

    def line(self, text: Rich) -> str:
        """A paragraph: nothing in it makes a list or a heading of it."""
        return _opened(self.inline(text))

    def inline(self, text: Rich) -> str:
        runs = _joined(text)
        following = [str(run.text)[:1] for run in runs[1:]] + [""]
        return " ".join("".join(map(self.run, runs, following)).split())

    def run(self, run: Run, following: str = "") -> str:
        """A run; ``following``: the character behind it."""
        text = escaped(run.text, following)
        bare = text.strip()
        if not bare:
            return text and " "
        italic = run.italic and (self.words.language != "zh" or run.language == "en")
        marked = _marked(bare, "**", "strong") if run.strong else bare
        marked = _marked(marked, "*", "em") if italic else marked
        if run.target:
            inner = _BARE.sub(r"\\\g<0>", marked)
            marked = f"[{inner}](#{_name(run.target)})"
        start, end = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{start and ' '}{marked}{end and ' '}"


def escaped(text: str, following: str = "") -> str:
    """Text of any origin as one line of Markdown that shows it, and nothing else."""
    line = _ALWAYS.sub(r"\\\1", _printable(text))
    line = _BRACKETS.sub(r"\\\g<0>", line)
    if line.endswith("]") and following in ("(", "[", ":"):
        line = line[:-1] + "\\]"
    return _UNDERLINE.sub(r"\\_", _MARKUP.sub(lambda one: "&lt;" if one[0] == "<" else "&amp;", line))


def _opened(line: str) -> str:
    """A line whose beginning would be a mark of a heading, a list or a quotation, with that mark escaped."""
    return _FIRST.sub(lambda one: f"{one[1]}\\" if one[1] else f"\\{one[0]}", line)


def _printable(text: str, keep: str = "") -> str:
    """Without control characters; breaks of lines are spaces unless kept."""
    shown = (
        one if one in keep or one.isprintable() or one == "\u3000" else (" " if one.isspace() else "")
        for one in text
        if not "\ud800" <= one <= "\udfff"
    )
    return "".join(shown)


def _joined(text: Iterable[Run]) -> list[Run]:
    """Neighbours of one kind as one run, so that no mark is opened where another has just closed."""
    found: list[Run] = []
    for run in text:
        kind = (run.italic, run.strong, run.language, run.target)
        last = found[-1] if found else None
        if last and kind == (last.italic, last.strong, last.language, last.target):
            found[-1] = Run(str(last.text) + run.text, *kind)
        else:
            found.append(run)
    return found


def _marked(text: str, mark: str, tag: str) -> str:
    """Emphasis by asterisks; by a tag where punctuation at an end would keep asterisks from working."""
    flanked = text[:1].isalnum() and text[-1:].isalnum()
    return f"{mark}{text}{mark}" if flanked else f"<{tag}>{text}</{tag}>"


def _name(key: str) -> str:
    return re.sub(r"[^\w-]", "-", key)


def _extent(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for text, width, end in zip(cells, widths, right, strict=True):
        room = " " * max(width - _extent(text), 0)
        padded.append(room + text if end else text + room)
    return f"| {' | '.join(padded)} |"
