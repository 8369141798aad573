"""What `tam explain` knows: problems, statistics, screening rules, verdicts; the references of methods."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tam.content import content_path
from tam.definitions import explanations
from tam.errors import Language, catalogue


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing explained in one language. ``formula``, ``peer`` and ``references`` may be empty."""

    name: str
    kind: str
    title: str
    meaning: str
    reading: str
    formula: str = ""
    peer: str = ""
    references: tuple[str, ...] = ()
    differs: str = ""
    """Why another program may print another value."""
    version: int | None = None
    """Version of the definition of a statistic; it rises when the formula changes. None for problems."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A printed work. ``doi`` is empty where none was checked."""

    key: str
    cite: str
    doi: str = ""

    @property
    def line(self) -> str:
        return f"{self.cite} https://doi.org/{self.doi}" if self.doi else self.cite


@cache
def references() -> Mapping[str, Reference]:
    """Every reference of a method by its key."""
    entries = _read("reports", "references.toml")
    return {key: Reference(key, one["cite"], one.get("doi", "")) for key, one in entries.items()}


@cache
def topics(language: Language = "en") -> Mapping[str, Topic]:
    """Every statistic, rule and verdict by its names; formula and peer stand in the English file only."""
    neutral = explanations("en")
    words = explanations(language)
    found: dict[str, Topic] = {}
    for name, entry in neutral.items():
        told = words.get(name, entry)
        topic = Topic(
            name=name,
            kind=entry["kind"],
            title=told["name"],
            meaning=told["meaning"],
            reading=told["reading"],
            formula=entry["formula"],
            peer=entry["peer"],
            references=tuple(entry["references"]),
            differs=told.get("differs", ""),
            version=entry.get("version", 1),
        )
        found.update(dict.fromkeys((name, *entry["aliases"]), topic))
    return found


@cache
def problem_topics(language: Language = "en") -> Mapping[str, Topic]:
    """Every problem code, told as a topic."""
    return {
        code: Topic(
            name=code,
            kind="problem",
            title=f"{entry['severity']}, exit {entry['exit']}",
            meaning=entry["explain"],
            reading=_without_braces(entry["mend"]),
        )
        for code, entry in sorted(catalogue(language).items())
    }


def explained(name: str, language: Language = "en") -> Topic | None:
    """The topic of a name, however its letters are written: ``CFI``, ``cfi``, ``straight-line``."""
    problems, others = problem_topics(language), topics(language)
    folded = name.strip().casefold()
    for spelling in (
        folded,
        folded.replace("_", "-"),
        folded.replace("-", "_").replace(".", "_").replace(" ", "_"),
    ):
        if spelling in problems:
            return problems[spelling]
        if spelling in others:
            return others[spelling]
    return None


def _without_braces(sentence: str) -> str:
    """The places that a problem fills with its values, as ``<name>``."""
    return sentence.replace("{", "<").replace("}", ">")


def _read(*parts: str) -> dict[str, Any]:
    return tomllib.loads(content_path(*parts).read_text(encoding="utf-8"))
