"""Where the numbers and the digits of a document may come from: the results and the word catalogues."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tam.content import content_path

DIGIT = re.compile(r"\d")
_BETWEEN = r"\s,，、;；:：()（）\[\]“”\"'‘’。！？!?=<>≤≥×→\u4e00-\u9fff"
TOKEN = re.compile(rf"[^{_BETWEEN}]*\d[^{_BETWEEN}]*")
"""A piece of text with a digit in it; Chinese characters end it as blanks do."""
BARE = re.compile(r"[−+-]?(?:\d[\d,]*)?(?:\.\d+)?%?")
"""A number with no name around it."""
_PLACE = re.compile(r"\{[a-z_0-9]{1,40}\}")
_MARKS = re.compile(r"\*{1,2}")
_STEP = re.compile(r"([a-z_0-9]+)((?:\[\d*\])?)\.?")
_PERCENTILE = re.compile(r"p(\d+(?:\.\d+)?)")
_LONGEST_LABEL = 60
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LEAST_FIXED = 4
"""Sentences that are hardly more than places would fit anything."""
_DOI = re.compile(r"10\.\d+/\S+")


@dataclass(frozen=True, slots=True)
class Sources:
    """``numbers`` and ``counts`` of the results; ``texts`` of the results and fixed ones of the catalogues,
    whole; ``tokens``: their pieces with digits; ``fixed``: those of the catalogues alone; ``bibliography``:
    of the references of methods; ``names``: numbers that name something, a percentile or the end of a scale;
    ``labels``: short texts of the results with a digit among letters."""

    language: str
    results: Mapping[str, Any]
    numbers: frozenset[float]
    counts: frozenset[int]
    texts: frozenset[str]
    tokens: frozenset[str]
    fixed: frozenset[str]
    bibliography: frozenset[str]
    names: frozenset[str]
    labels: tuple[str, ...]

    def is_filled(self, text: str) -> bool:
        """Whether the text is a sentence of a catalogue with its places filled by names of the results. Those
        of problems, reasons and notes, which results hold in English, may also hold their numbers; several
        stand apart by semicolons."""
        recorded = recorded_patterns(self.language)
        return (
            any(self._fills(pattern, text, bare=False) for pattern in patterns(self.language))
            or any(self._fills(pattern, text, bare=True) for pattern in recorded)
            or all(
                part in self.texts or any(self._fills(pattern, part, bare=True) for pattern in recorded)
                for part in text.split("；")
            )
        )

    def _fills(self, pattern: re.Pattern[str], text: str, *, bare: bool) -> bool:
        found = pattern.fullmatch(text)
        return found is not None and all(
            self._is_recorded(token) if bare else self._is_name(token)
            for value in found.groups()
            for token in tokens_of(value)
        )

    def _is_name(self, token: str) -> bool:
        return token in self.names or (token in self.tokens and not BARE.fullmatch(token))

    def is_of_labels(self, text: str) -> bool:
        """Whether every digit stands within a label of the results, in capitals or not."""
        rest = text.casefold()
        for label in self.labels:
            rest = rest.replace(label, " ")
        return not DIGIT.search(rest) or any(rest.strip() in label for label in self.labels)

    def leads_somewhere(self, text: str) -> bool:
        """Whether the text is a place in the results, such as ``comparison.groupings[1].constructs``."""
        steps = _STEP.findall(text)
        return "".join(name + at for name, at in steps) == text.replace(".", "") and _leads(
            self.results, steps
        )

    def _is_recorded(self, token: str) -> bool:
        if token in self.tokens:
            return True
        number = BARE.fullmatch(token) and token.replace(",", "").replace("−", "-").rstrip("%")
        return bool(number) and float(number) in self.numbers


def sources(results: Mapping[str, Any], language: str) -> Sources:
    numbers: set[float] = set()
    counts: set[int] = set()
    texts: set[str] = set()
    for node in _nodes(results):
        if isinstance(node, bool) or node is None:
            continue
        if isinstance(node, (int, float)):
            numbers.add(float(node))
        elif isinstance(node, str):
            texts.add(node)
        else:
            counts.update(_counts(node))
            texts.update(map(str, node) if isinstance(node, Mapping) else ())
    fixed = frozenset(token for piece in pieces(language) for token in tokens_of(piece))
    tokens = {token for text in texts for token in (*tokens_of(text), *_implied(text))} | fixed
    return Sources(
        language,
        results,
        frozenset(numbers),
        frozenset(counts),
        frozenset(texts) | pieces(language),
        frozenset(tokens),
        fixed,
        bibliography(),
        frozenset({*_percentiles(texts), *_scale_ends(results)}),
        tuple(sorted(filter(_is_label, map(str.casefold, texts)), key=len, reverse=True)),
    )


def _leads(node: Any, steps: list[tuple[str, str]]) -> bool:
    """Whether the steps lead to something; ``[]`` is any entry of a list."""
    for name, at in steps:
        if not isinstance(node, Mapping) or name not in node:
            return False
        node = node[name]
        if at:
            entry = at.strip("[]") or "0"
            if not isinstance(node, (list, tuple)) or int(entry) >= len(node):
                return False
            node = node[int(entry)]
    return bool(steps)


def _is_label(text: str) -> bool:
    """A name with a digit in it: ``Trust 2``, not ``2``."""
    return len(text) <= _LONGEST_LABEL and bool(DIGIT.search(text)) and bool(_LETTERS.search(text))


def _percentiles(texts: Iterable[str]) -> Iterator[str]:
    """``84`` of ``p84``."""
    return (found[1] for text in texts if (found := _PERCENTILE.fullmatch(text)))


def _scale_ends(results: Mapping[str, Any]) -> Iterator[str]:
    for scale in ((results.get("study") or {}).get("scales") or {}).values():
        ends = [f"{scale[end]:g}" for end in ("min", "max") if scale.get(end) is not None]
        yield from (*ends, "–".join(ends))


def _implied(text: str) -> Iterator[str]:
    """The address that a DOI stands for."""
    if _DOI.fullmatch(text):
        yield f"//doi.org/{text}"


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    if isinstance(node, Mapping):
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from _nodes(value)


def _counts(node: Mapping[str, Any] | list[Any]) -> Iterator[int]:
    """The length of a list or mapping, how many of its entries share a word or a flag, and the length of the
    lists that all of its entries have, such as the pairs of all constructs."""
    yield len(node)
    entries = list(node.values()) if isinstance(node, Mapping) else node
    records = [one for one in entries if isinstance(one, Mapping)]
    shared = Counter((key, one[key]) for one in records for key in one if isinstance(one[key], (str, bool)))
    yield from shared.values()
    lists = [(key, entries) for one in records for key, entries in one.items() if isinstance(entries, list)]
    yield from (sum(len(found) for name, found in lists if name == key) for key in dict(lists))


def tokens_of(text: str) -> Iterator[str]:
    """The pieces of a text that hold a digit, without the stop that ends a sentence and marks."""
    return (found.rstrip(".;%*") for found in TOKEN.findall(text))


@cache
def catalogues(language: str) -> Mapping[str, Any]:
    """The word catalogues of a language by their paths."""
    folder = content_path("reports", "words")
    files = [folder / f"{language}.toml", *sorted(folder.rglob(f"*/*.{language}.toml"))]
    return {
        path.relative_to(folder).as_posix(): tomllib.loads(path.read_text(encoding="utf-8")) for path in files
    }


def _sentences(node: Any) -> tuple[str, ...]:
    return tuple(one for one in _nodes(node) if isinstance(one, str))


@cache
def pieces(language: str) -> frozenset[str]:
    """What stands in the sentences between the places to fill, also between two marks."""
    texts = _sentences(catalogues(language))
    found = (piece for text in texts for part in _MARKS.split(text) for piece in _PLACE.split(part))
    return frozenset(found) - {""}


@cache
def patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """The sentences with their places open, of those with words of their own."""
    texts = (_MARKS.sub("", one) for one in _sentences(catalogues(language)) if _PLACE.search(one))
    return tuple(_opened(one) for one in texts if len(_PLACE.sub("", one).strip()) >= _LEAST_FIXED)


@cache
def recorded_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """Problems, reasons and notes of an audit with their places open, of those with words of their own."""
    found = catalogues(language)
    recorded = [content for name, content in found.items() if name.startswith("problems/")]
    recorded += [found[f"{language}.toml"]["reasons"], found[f"sections/audit.{language}.toml"]]
    texts = (one for one in _sentences(recorded) if _PLACE.search(one))
    return tuple(_opened(one) for one in texts if len(_PLACE.sub("", one)) >= _LEAST_FIXED)


def _opened(sentence: str) -> re.Pattern[str]:
    return re.compile("(.{0,300}?)".join(map(re.escape, _PLACE.split(sentence))), re.DOTALL)


@cache
def bibliography() -> frozenset[str]:
    """Every piece with a digit of the references of methods: years, volumes, pages, DOIs."""
    content = tomllib.loads(content_path("reports", "references.toml").read_text(encoding="utf-8"))
    texts = [str(one) for one in _nodes(content) if isinstance(one, (str, int))]
    return frozenset(token for text in texts for token in (*tokens_of(text), *_implied(text)))
