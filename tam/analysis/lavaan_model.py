"""A study's model from lavaan syntax: ``Model.to_lavaan`` the other way round."""

from __future__ import annotations

from tam.engine.syntax import Formula, Syntax, parse_model
from tam.errors import TamError, Where, problem
from tam.spec.model import Model, Moderation, Path, model_problems
from tam.spec.text import Text


def model_from_lavaan(text: str, model_id: str = "lavaan", file: str | None = None) -> Model:
    """Measurement, second-order constructs, paths, residual covariances and moderations of a model text.

    A term ``X:Z`` of a regression becomes a moderation; which of the two moderates the syntax does not say:
    the second is taken. Labels, fixed values, intercepts and defined parameters have no place in the model of
    a study: they raise TamError (``tam fit`` estimates them).
    """
    syntax = parse_model(text)
    _refuse_what_does_not_fit(syntax, file)
    measured = _measured(syntax)
    second = {name: parts for name, parts in measured.items() if any(part in measured for part in parts)}
    paths, moderations = _regressions(syntax)
    model = Model(
        id=model_id,
        title=Text(model_id, model_id),
        measurement={name: items for name, items in measured.items() if name not in second},
        second_order=second,
        paths=tuple(paths),
        moderations=tuple(moderations),
        residual_covariances=tuple(
            (left, term.name)
            for formula in syntax.formulas
            if formula.operator == "~~"
            for left in formula.left
            for term in formula.terms
            if left != term.name
        ),
    )
    items = [item for names in measured.values() for item in names]
    problems = model_problems(model, [*model.constructs, *model.observed, *items], Where(file))
    if problems:
        raise TamError(problems)
    return model


def _measured(syntax: Syntax) -> dict[str, tuple[str, ...]]:
    measured: dict[str, tuple[str, ...]] = {}
    for formula in syntax.formulas:
        if formula.operator == "=~":
            for left in formula.left:
                measured[left] = (*measured.get(left, ()), *(term.name for term in formula.terms))
    return measured


def _regressions(syntax: Syntax) -> tuple[list[Path], list[Moderation]]:
    paths: list[Path] = []
    moderations: list[Moderation] = []
    for outcome, name in (
        (left, term.name) for f in syntax.formulas if f.operator == "~" for left in f.left for term in f.terms
    ):
        predictor, colon, moderator = name.partition(":")
        if colon:
            moderations.append(Moderation(predictor, outcome, moderator))
        else:
            paths.append(Path(outcome, predictor))
    return paths, moderations


def _refuse_what_does_not_fit(syntax: Syntax, file: str | None) -> None:
    problems = [
        problem("lavaan-beyond-study", Where(file, line=f.line), text=_shown(f))
        for f in syntax.formulas
        if f.operator not in ("=~", "~", "~~")
        or any(t.modifiers or t.name in ("0", "1") for t in f.terms)
        or (f.operator == "~~" and any(t.name in f.left for t in f.terms))
    ]
    problems += [
        problem("lavaan-beyond-study", Where(file, line=r.line), text=f"{r.left} {r.operator} {r.right}")
        for r in syntax.relations
    ]
    if problems:
        raise TamError(problems)


def _shown(formula: Formula) -> str:
    return f"{' + '.join(formula.left)} {formula.operator} {' + '.join(t.name for t in formula.terms)}"
