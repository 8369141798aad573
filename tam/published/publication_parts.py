"""Forms of a publication file -> its parts, with the line and the place of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tam.errors import Problem, problem
from tam.published.printed import Printed, PrintedError, parse_printed
from tam.published.publication import (
    PrintedConstruct,
    PrintedDescriptive,
    PrintedDifference,
    PrintedFit,
    PrintedIndirect,
    PrintedPath,
    PrintedProduct,
    PrintedSample,
    PrintedSquare,
    PrintedSum,
    PrintedValue,
)
from tam.published.publication_form import (
    FIT_MEASURES,
    FitForm,
    IndirectForm,
    MeasuresForm,
    PathForm,
    PublicationForm,
    ValueForm,
)
from tam.spec.marked_yaml import MarkedYaml
from tam.spec.validate import Locate

COUNTS = ("df", "df_scaled", "baseline_df")
_ARROW = re.compile(r"\s*(?:->|→|=>|>)\s*")
_INTERVAL = re.compile(r"[\[(]?\s*([^\s,;\[\]()]+)\s*(?:[,;]|\s+to\s+|\s)\s*([^\s,;\[\]()]+)\s*[\])]?")
_WHAT = {"~": "path", "=~": "loading", "~~": "covariance", "~1": "intercept", "R2": "R2"}
Bounds = tuple[Printed | None, Printed | None]


class _Parts:
    """Reads one part after the other and collects what is wrong."""

    def __init__(self, form: PublicationForm, source: MarkedYaml, where: Locate) -> None:
        self.form, self.source, self.where = form, source, where
        self.problems: list[Problem] = []

    def place(self, part: str, index: int, own: str | None) -> dict[str, Any]:
        return {
            "place": own or self.form.places.get(part),
            "line": self.source.line((part, index)),
        }

    def interval(self, text: str | Sequence[str] | None, path: tuple[str | int, ...]) -> Bounds:
        """``[0.009, 0.078]`` as text or list; ends in the wrong order are the paper's, and left so."""
        if text is None:
            return None, None
        if isinstance(text, str):
            match = _INTERVAL.fullmatch(text.strip()) if len(text) <= 80 else None
            ends: Sequence[str] = match.groups() if match else ()
        else:
            ends = text
        try:
            low, high = (parse_printed(one) for one in ends)
        except (ValueError, PrintedError):
            self.problems.append(problem("publication-interval", self.where(path), value=text))
            return None, None
        return low, high

    def value(self, i: int, one: ValueForm) -> PrintedValue:
        low, high = self.interval(one.ci, ("printed", i, "ci"))
        what = one.what or ("variance" if one.op == "~~" and one.lhs == one.rhs else _WHAT[one.op])
        stars = one.value.stars if one.stars is None and one.value.stars else one.stars
        tested: Any = {"t": one.t, "p": one.p, "se": one.se, "z": one.z, "std": one.std}
        place = self.place("printed", i, one.place)
        return PrintedValue(
            what,
            one.lhs,
            one.op,
            one.rhs,
            one.value,
            **tested,
            ci_low=low,
            ci_high=high,
            stars=stars,
            **place,
        )

    def indirect(self, i: int, one: IndirectForm) -> PrintedIndirect:
        low, high = self.interval(one.ci, ("printed_indirect", i, "ci"))
        via = tuple(_ARROW.split(one.path.strip()))
        if len(via) < 3 or not all(via):
            where = self.where(("printed_indirect", i, "path"))
            self.problems.append(problem("publication-indirect", where, value=one.path))
        place = self.place("printed_indirect", i, one.place)
        return PrintedIndirect(via, one.value, low, high, one.t, one.p, one.se, **place)

    def path(self, i: int, one: PathForm) -> PrintedPath:
        low, high = self.interval(one.ci, ("paths", i, "ci"))
        stars = one.stars
        if stars is None and one.b is not None and one.b.stars:
            stars = one.b.stars
        kept = {
            name: getattr(one, name)
            for name in ("b", "beta", "se", "t", "z", "p", "r", "vif", "f2", "df", "lhs", "rhs")
        }
        what = one.what or f"{one.lhs or '?'} ~ {one.rhs or '?'}"
        place = self.place("paths", i, one.place)
        return PrintedPath(what, **kept, ci_low=low, ci_high=high, stars=stars, **place)

    def measures(self, one: MeasuresForm | None, path: tuple[str | int, ...]) -> Mapping[str, Printed]:
        """Printed fit indices by name; degrees of freedom are counts and have no rounding."""
        if one is None:
            return {}
        found = {name: getattr(one, name) for name in FIT_MEASURES}
        low, high = self.interval(one.rmsea_ci, (*path, "rmsea_ci"))
        found["rmsea_ci_low"] = found["rmsea_ci_low"] or low
        found["rmsea_ci_high"] = found["rmsea_ci_high"] or high
        return {
            name: printed.exactly() if name in COUNTS else printed
            for name, printed in found.items()
            if printed is not None
        }

    def fit(self, i: int, one: FitForm) -> PrintedFit:
        kept = {
            name: getattr(one, name)
            for name in ("n", "groups", "observed", "parameters", "df_check", "df_note", "model")
        }
        measures = self.measures(one, ("fits", i))
        return PrintedFit(one.name, measures, **kept, **self.place("fits", i, one.place))


def read_parts(
    form: PublicationForm, source: MarkedYaml, where: Locate
) -> tuple[dict[str, Any], list[Problem]]:
    """Arguments of ``Publication`` for its lists of printed values, and the problems met."""
    parts = _Parts(form, source, where)
    found: dict[str, Any] = {
        "printed": tuple(parts.value(i, one) for i, one in enumerate(form.printed)),
        "printed_fit": parts.measures(form.printed_fit, ("printed_fit",)),
        "printed_indirect": tuple(parts.indirect(i, one) for i, one in enumerate(form.printed_indirect)),
        "paths": tuple(parts.path(i, one) for i, one in enumerate(form.paths)),
        "fits": tuple(parts.fit(i, one) for i, one in enumerate(form.fits)),
        **_plain_parts(form, parts),
    }
    return found, parts.problems


def _plain_parts(form: PublicationForm, parts: _Parts) -> dict[str, Any]:
    """Parts whose keys are the fields of their class."""
    kinds: Mapping[str, Any] = {
        "constructs": PrintedConstruct,
        "products": PrintedProduct,
        "sums": PrintedSum,
        "diffs": PrintedDifference,
        "squares": PrintedSquare,
        "descriptives": PrintedDescriptive,
        "samples": PrintedSample,
    }
    renamed = {"abs": "absolute"}
    found = {}
    for part, kind in kinds.items():
        read = []
        for i, one in enumerate(getattr(form, part)):
            values = {
                renamed.get(name, name): tuple(value) if isinstance(value, list) else value
                for name in type(one).model_fields
                if name != "place" and (value := getattr(one, name)) is not None
            }
            read.append(kind(**values, **parts.place(part, i, one.place)))
        found[part] = tuple(read)
    return found
