"""The table ``[screening]`` of ``study.toml``: its form, and what cannot be asked for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from tam.errors import Problem, problem
from tam.spec.instrument_forms import Number
from tam.spec.screening import RULES, Accepted, Declared, ExcludeIf, Rule, ScreeningOptions, role_of
from tam.spec.validate import Locate, Strict

_LONGEST_REFERENCE = 300


def _date_as_text(value: Any) -> Any:
    """A date of TOML as its ISO text; text stays and is checked later."""
    return value.isoformat() if type(value) is datetime.date else value


class ExcludeIfForm(Strict):
    at_least: int = Field(ge=1)
    of: list[Rule]


class RangeForm(Strict):
    min: Number | None = None
    max: Number | None = None


class DeclaredForm(Strict):
    when: Literal["before", "after"]
    date: Annotated[str, BeforeValidator(_date_as_text)] | None = None
    reference: str | None = Field(default=None, max_length=_LONGEST_REFERENCE)


class ScreeningForm(Strict):
    exclude: list[Rule] = []
    missing_share: Number = Field(default=0.2, ge=0, le=1)
    min_seconds_per_item: Number = Field(default=2.0, ge=0)
    duplicate_items: int = Field(default=10, ge=2)
    straight_line_items: int = Field(default=4, ge=2)
    exclude_if: ExcludeIfForm | None = None
    consent: dict[str, list[str | int] | RangeForm] = {}
    target: dict[str, list[str | int] | RangeForm] = {}
    long_string: Number = Field(default=0.5, gt=0, le=1)
    average_string: Number | None = Field(default=None, ge=1)
    low_variability: Number = Field(default=0.0, ge=0)
    even_odd: Number = Field(default=-0.30, ge=-1, le=1)
    even_odd_scales: int = Field(default=5, ge=3)
    synonyms: Number = Field(default=0.22, ge=-1, le=1)
    antonyms: Number = Field(default=0.0, ge=-1, le=1)
    synonym_correlation: Number = Field(default=0.60, gt=0, lt=1)
    synonym_pairs: int = Field(default=5, ge=3)
    mahalanobis: Number = Field(default=0.001, gt=0, lt=1)
    repeated_pattern: Number = Field(default=0.9, gt=0, le=1)
    autocorrelation: Number | None = Field(default=None, gt=0, le=1)
    person_total: Number = Field(default=0.0, ge=-1, le=1)
    guttman_errors: Number = Field(default=0.35, ge=0, le=1)
    near_duplicates: Number = Field(default=0.95, gt=0.5, lt=1)
    declared: DeclaredForm | None = None
    multiverse: bool = True

    def options(self) -> ScreeningOptions:
        """The options as the analysis reads them; rules in the order of ``RULES``."""
        given = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in ("exclude", "exclude_if", "consent", "target", "declared")
        }
        condition = self.exclude_if
        return ScreeningOptions(
            exclude=tuple(rule for rule in RULES if rule in self.exclude),
            exclude_if=None
            if condition is None
            else ExcludeIf(condition.at_least, tuple(rule for rule in RULES if rule in condition.of)),
            consent=_accepted(self.consent),
            target=_accepted(self.target),
            declared=Declared()
            if self.declared is None
            else Declared(self.declared.when, self.declared.date, self.declared.reference),
            **given,
        )


def _accepted(form: Mapping[str, list[str | int] | RangeForm]) -> tuple[Accepted, ...]:
    return tuple(
        Accepted(name, low=rule.min, high=rule.max)
        if isinstance(rule, RangeForm)
        else Accepted(name, tuple(str(answer) for answer in rule))
        for name, rule in form.items()
    )


def screening_problems(form: ScreeningForm, where: Locate) -> list[Problem]:
    """Rules that only report, conditions nobody can meet, questions without accepted answers, dates."""
    found: list[Problem] = []
    of = form.exclude_if.of if form.exclude_if else []
    for rule in dict.fromkeys((*form.exclude, *of)):
        if role_of(rule) == "report":
            key = "exclude" if rule in form.exclude else "exclude_if"
            found.append(problem("rule-reports-only", where(("screening", key)), rule=rule))
    if form.exclude_if is not None and form.exclude_if.at_least > len(set(of)):
        place = where(("screening", "exclude_if"))
        found.append(
            problem("exclude-if-unreachable", place, at_least=form.exclude_if.at_least, n=len(set(of)))
        )
    for key in ("consent", "target"):
        for name, rule in getattr(form, key).items():
            empty = (rule.min is None and rule.max is None) if isinstance(rule, RangeForm) else not rule
            if empty:
                found.append(problem("no-accepted-answer", where(("screening", key)), key=key, name=name))
    date = form.declared.date if form.declared else None
    if date is not None and not _is_date(date):
        place = where(("screening", "declared"))
        found.append(problem("bad-value", place, key="date", value=date, reason="a date such as 2026-03-31"))
    return found


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-03-31")
