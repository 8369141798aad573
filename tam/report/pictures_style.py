"""What the stylesheet of the report says of one element of a drawing: colours, strokes and type as literals.

The report's own style files are the only source; pictures outside the report cannot follow them. Read are
rules for a screen in light colours; what stands in an at-rule (dark, print, narrow screens) does not hold for
pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from xml.etree.ElementTree import Element

from tam.content import content_path

FILES = ("tokens.css", "report.css", "charts.css")
REM = 17.0
"""Pixels of the report's root font size."""
PAPER = "#ffffff"
PROPERTIES = (
    *("fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin"),
    *("fill-opacity", "stroke-opacity", "opacity", "paint-order", "color"),
    *("font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline", "letter-spacing"),
)
_OF_ITSELF = frozenset({"opacity"})
"""Properties that children do not inherit."""

Style = Mapping[str, str]
_PART = re.compile(
    r"(\.|#|:|::)?(-?[A-Za-z_][\w-]*|\*)(\([^)]{0,60}\))?|\[([\w-]+)(?:=[\"']?([^\"'\]]*)[\"']?)?\]"
)
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,\s*([^()]*))?\)")


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element must be: ``svg.diagram``. ``direct``: it is the child of what stands before it."""

    tag: str | None
    classes: frozenset[str]
    attributes: tuple[tuple[str, str | None], ...]
    direct: bool = False

    def holds(self, element: Element) -> bool:
        return (
            self.tag in (None, local(element))
            and self.classes <= set(element.get("class", "").split())
            and all(
                name in element.attrib and value in (None, element.attrib[name])
                for name, value in self.attributes
            )
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """``selector`` from the outermost element to the one that is styled; ``rank``: specificity, place."""

    selector: tuple[Compound, ...]
    rank: tuple[int, int, int]
    declarations: Style


@dataclass(frozen=True, slots=True)
class Stylesheet:
    rules: tuple[Rule, ...]
    variables: Mapping[str, str]

    def of(self, chain: Sequence[Element], inherited: Style) -> dict[str, str]:
        """The style of the last element of ``chain`` (its ancestors before it), variables put in."""
        found = {name: value for name, value in inherited.items() if name not in _OF_ITSELF}
        element = chain[-1]
        own = {name: value for name, value in element.attrib.items() if name in PROPERTIES}
        for rule in self.rules:
            if _matches(rule.selector, chain):
                own.update(rule.declarations)
        own.update(_declarations(element.get("style", "")))
        for name, value in own.items():
            if name in PROPERTIES:
                found[name] = self.literal(value)
        if found.get("font-size"):
            found["font-size"] = (
                f"{_pixels(found['font-size'], _number(inherited.get('font-size'), 16.0)):g}px"
            )
        return found

    def literal(self, value: str) -> str:
        """A value without variables; one that is not defined is left out."""
        for _ in range(8):
            if "var(" not in value:
                break
            value = _VARIABLE.sub(lambda one: self.variables.get(one[1], one[2] or "none"), value)
        return value.strip()


PLAIN = Stylesheet((), {})
"""No rules: what an element says of itself."""


@cache
def stylesheet(language: str, more: str = "") -> Stylesheet:
    """The report's style for a language; ``more`` is CSS behind it, such as the colours of a brand."""
    folder = content_path("reports", "style")
    texts = [(folder / name).read_text(encoding="utf-8") for name in FILES if (folder / name).is_file()]
    variables: dict[str, str] = {}
    rules: list[Rule] = []
    for place, (selectors, body) in enumerate(_blocks("\n".join([*texts, more]))):
        declarations = _declarations(body)
        for written in selectors.split(","):
            if written.strip() == ":root":
                variables |= {name: value for name, value in declarations.items() if name.startswith("--")}
            selector = _selector(written, language)
            kept = {name: value for name, value in declarations.items() if name in PROPERTIES}
            if selector and kept:
                rules.append(Rule(selector, (*_specificity(selector), place), kept))
    variables["--page"] = variables["--surface"] = PAPER
    return Stylesheet(tuple(sorted(rules, key=lambda one: one.rank)), variables)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and body of every rule that stands in no at-rule."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    depth, start, head = 0, 0, ""
    for match in re.finditer(r"[{}]", css):
        if match[0] == "{":
            if depth == 0:
                head, start = css[start : match.start()].strip(), match.end()
            depth += 1
            continue
        depth -= 1
        if depth == 0:
            if not head.startswith("@"):
                yield head.rpartition(";")[2].strip(), css[start : match.start()]
            start = match.end()


def _declarations(body: str) -> dict[str, str]:
    pairs = (one.partition(":") for one in body.split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, colon, value in pairs if colon}


def _selector(written: str, language: str) -> tuple[Compound, ...]:
    """A selector in parts; empty for one that means no element of a drawing in this language."""
    found: list[Compound] = []
    direct = False
    for word in re.sub(r"\s*>\s*", " > ", written).split():
        if word == ">":
            direct = True
            continue
        compound = _compound(word, direct, language)
        if compound is None:
            return ()
        if compound.tag == "*outer*":
            continue
        found.append(compound)
        direct = False
    return tuple(found)


def _compound(word: str, direct: bool, language: str) -> Compound | None:
    tag, classes, attributes, outer = None, set[str](), list[tuple[str, str | None]](), False
    end = 0
    for match in _PART.finditer(word):
        if match.start() != end:
            return None
        end = match.end()
        mark, name, inside, attribute, value = match.groups()
        if attribute:
            attributes.append((attribute, value))
        elif mark == ".":
            classes.add(name)
        elif mark == "#":
            attributes.append(("id", name))
        elif mark == ":" and name == "lang" and inside == f"({language})":
            outer = True
        elif mark:
            return None
        elif name != "*":
            tag = name
    if end != len(word):
        return None
    if outer and tag is None and not classes and not attributes:
        return Compound("*outer*", frozenset(), ())  # the page itself is in this language
    return Compound(tag, frozenset(classes), tuple(attributes), direct)


def _specificity(selector: Sequence[Compound]) -> tuple[int, int]:
    named = sum(len(one.classes) + len(one.attributes) for one in selector)
    return named, sum(one.tag is not None for one in selector)


def _matches(selector: Sequence[Compound], chain: Sequence[Element]) -> bool:
    """Whether the last element of the chain is what the selector means."""
    if not selector or not chain or not selector[-1].holds(chain[-1]):
        return False
    if len(selector) == 1:
        return True
    before = chain[:-1]
    if selector[-1].direct:
        return _matches(selector[:-1], before)
    return any(_matches(selector[:-1], before[:end]) for end in range(len(before), 0, -1))


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def _pixels(value: str, outer: float) -> float:
    number = _number(value, outer)
    if value.endswith("rem"):
        return number * REM
    if value.endswith("em"):
        return number * outer
    return number * outer / 100 if value.endswith("%") else number


def _number(value: str | None, otherwise: float) -> float:
    match = re.match(r"\s*[-+]?(\d*\.\d+|\d+)", value or "")
    return float(match[0]) if match else otherwise
