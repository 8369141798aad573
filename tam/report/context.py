"""What every section is given: the results, the language, its words and its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tam.report.document import Rich, Run, rich
from tam.report.format import Numbers, numbers_for
from tam.report.look import PLAIN, Look
from tam.report.reasons import told_reason
from tam.report.words import Words, load_words


@dataclass(frozen=True, slots=True)
class Context:
    """One report in the making. ``results`` is results.json as read; nothing in it is changed."""

    results: Mapping[str, Any]
    language: str
    words: Words
    numbers: Numbers
    look: Look = PLAIN

    def say(self, key: str, **values: Any) -> Rich:
        return self.words.rich(key, **values)

    def word(self, key: str, **values: Any) -> str:
        return self.words.text(key, **values)

    def get(self, *path: str) -> Any:
        """A value of the results, or None where any step of the path is absent."""
        node: Any = self.results
        for step in path:
            if not isinstance(node, Mapping):
                return None
            node = node.get(step)
        return node

    def part(self, *path: str) -> Mapping[str, Any]:
        """A mapping of the results; empty where it is absent."""
        node = self.get(*path)
        return node if isinstance(node, Mapping) else {}

    def rows(self, *path: str) -> Sequence[Any]:
        """A list of the results; empty where it is absent."""
        node = self.get(*path)
        return node if isinstance(node, (list, tuple)) else ()

    def reason(self, section: str, *path: str) -> Rich:
        """Why a value is absent: the reason of the nearest enclosing entry, or that none was recorded."""
        reasons: dict[str, str] = {}
        for name, text in self.part("unavailable").items():
            reasons[str(name)] = str(text)
        full = (section, *path)
        for end in range(1, len(full) + 1):  # a part of a section may keep its own reasons
            own = ".".join(full[:end])
            for name, text in self.part(*full[:end], "unavailable").items():
                reasons[f"{own}.{name}"] = str(text)
        for end in range(len(full), 0, -1):
            found = reasons.get(".".join(full[:end])) or (reasons.get(f"{section}.") if end == 1 else None)
            if found:
                return self.foreign(found)
        nested = [text for name, text in reasons.items() if name.startswith(".".join(full) + ".")]
        return self.foreign(nested[0]) if nested else self.say("absent.no_reason")

    def foreign(self, text: str) -> Rich:
        """A reason recorded in English, in this language; marked as English where no catalogue knows it."""
        known = told_reason(text, self.language)
        return rich(known) if known is not None else (Run(text, language="en"),)

    def told(self, text: object) -> Rich:
        """A bilingual text in this language; the other language, marked, where this one is missing."""
        if isinstance(text, str):
            return rich(text)
        if not isinstance(text, Mapping):
            return ()
        if text.get(self.language):
            return rich(str(text[self.language]))
        for language, value in text.items():
            if value:
                return (Run(str(value), language=str(language)),)
        return ()

    def text(self, text: object) -> str:
        return "".join(run.text for run in self.told(text))

    def label(self, name: str) -> str:
        """The label of a construct or variable; its name where it has none."""
        for place in ("constructs", "variables"):
            found = self.text(self.part("study", place, name).get("label"))
            if found:
                return found
        return name

    def named(self, name: str) -> Rich:
        """``Perceived usefulness (PU)``."""
        label = self.label(name)
        return rich(name) if label == name else self.say("list.named", label=label, name=name)

    def path(self, text: str) -> str:
        """A hypothesis path as readers write it: ``ATT -> PI by CRED`` becomes ATT × CRED → PI."""
        route, by, moderator = text.partition(" by ")
        steps = [step.strip() for step in route.split("->")]
        if by:
            steps[0] = f"{steps[0]} × {moderator.strip()}"
        return " → ".join(steps)

    @property
    def level(self) -> str:
        """The confidence level asked for, as text: 95%."""
        level = self.get("study", "options", "ci")
        return self.numbers.level(level if isinstance(level, (int, float)) else 0.95)

    @property
    def alpha(self) -> float:
        """The level of significance that goes with the intervals."""
        level = self.get("study", "options", "ci")
        return 1.0 - (float(level) if isinstance(level, (int, float)) else 0.95)


def context_for(results: Mapping[str, Any], language: str, look: Look = PLAIN) -> Context:
    return Context(results, language, load_words(language), numbers_for(language), look)
