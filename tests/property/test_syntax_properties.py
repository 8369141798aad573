"""Any text gives a model or a TamError; what is read can be printed and read again."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.engine.expressions import differentiate, evaluate, linear_form, parse_expression
from tam.engine.parameter_table import build_table
from tam.engine.solution import compile_model
from tam.engine.syntax import parse_model, print_model
from tam.engine.tokens import tokenise
from tam.errors import TamError

NAMES = st.sampled_from(
    ["x1", "x2", "x3", "y", "PU", "PI", "易用", "题1", "a.b", "_c", ".d", "x1:z1", "NA", "c", "start"]
)
LABELS = st.sampled_from(["a", "b", "lab", "标", "k.1", '"two words"', "'A=~x2'"])
NUMBERS = st.one_of(
    st.floats(-1e6, 1e6, allow_nan=False).map(repr),
    st.sampled_from(["1", "0.5", ".5", "1e-3", "0.85^2", "(1+2)/3"]),
)
MODIFIERS = st.one_of(
    LABELS,
    NUMBERS,
    st.just("NA"),
    NUMBERS.map(lambda number: f"start({number})"),
    st.just('equal("PU=~x1")'),
    st.just('label("k")'),
    st.lists(LABELS, min_size=1, max_size=3).map(lambda labels: f"c({', '.join(labels)})"),
    st.lists(st.one_of(NUMBERS, st.just("NA")), min_size=1, max_size=3).map(
        lambda parts: f"c({','.join(parts)})"
    ),
)
TERMS = st.builds(lambda parts, name: "*".join([*parts, name]), st.lists(MODIFIERS, max_size=1), NAMES)
EXPRESSIONS = st.recursive(
    st.one_of(st.sampled_from(["a", "b", "k"]), st.sampled_from(["1", "2", "0.5"])),
    lambda inner: st.one_of(
        st.builds(lambda a, sign, b: f"({a} {sign} {b})", inner, st.sampled_from("+-*/"), inner),
        st.builds(lambda a: f"-{a}", inner),
        st.builds(lambda name, a: f"{name}({a})", st.sampled_from(["exp", "log", "sqrt"]), inner),
        st.builds(lambda a: f"({a})^2", inner),
    ),
    max_leaves=8,
)
FORMULAS = st.builds(
    lambda left, sign, terms: f"{left} {sign} {' + '.join(terms)}",
    NAMES,
    st.sampled_from(["=~", "~", "~~", "|"]),
    st.lists(TERMS, min_size=1, max_size=4),
)
RELATIONS = st.one_of(
    st.builds(lambda name, node: f"{name} := {node}", st.sampled_from(["ind", "tot"]), EXPRESSIONS),
    st.builds(
        lambda a, sign, b: f"{a} {sign} {b}", EXPRESSIONS, st.sampled_from(["==", "<", ">"]), EXPRESSIONS
    ),
)
MODELS = st.lists(st.one_of(FORMULAS, RELATIONS), min_size=1, max_size=6).map("\n".join)
PIECES = st.sampled_from(
    [
        *"=~+*:|<>()^,;#!?-/\n\t \"'0123456789",
        "=~",
        "~~",
        ":=",
        "==",
        "NA",
        "c(",
        "start(",
        "x1",
        "易",
        "＋",
        "～",
        "e5",
        "\x00",
    ]
)


@given(MODELS)
@settings(max_examples=300, deadline=None)
def test_print_and_parse_again_is_the_identity(text: str) -> None:
    try:
        syntax = parse_model(text)
    except TamError:
        return
    assert parse_model(print_model(syntax)) == syntax


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join), MODELS))
@settings(max_examples=600, deadline=None)
def test_any_text_gives_a_model_or_problems_with_words(text: str) -> None:
    try:
        compile_model(build_table(parse_model(text)))
    except TamError as error:
        assert error.problems
        for one in error.problems:
            assert one.exit_code == 2
            assert one.what
            assert one.why
            assert one.mend
            assert one.text("what", "zh")


@given(EXPRESSIONS, st.floats(0.2, 3), st.floats(0.2, 3), st.floats(0.2, 3))
@settings(max_examples=300, deadline=None)
def test_expressions_agree_with_python(text: str, a: float, b: float, k: float) -> None:
    tokens, _ = tokenise(text)
    node = parse_expression(tokens[:-1])
    values = {"a": a, "b": b, "k": k}
    space = {**values, "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "__builtins__": {}}
    try:
        expected = eval(text.replace("^", "**"), space)  # the text is ours, built above
    except (ArithmeticError, ValueError):
        return
    if isinstance(expected, complex) or not abs(expected) < 1e12:
        return
    assert evaluate(node, values) == pytest.approx(expected, rel=1e-10, abs=1e-10)


@given(EXPRESSIONS, st.floats(0.5, 2), st.floats(0.5, 2), st.floats(0.5, 2))
@settings(max_examples=200, deadline=None)
def test_derivatives_agree_with_differences(text: str, a: float, b: float, k: float) -> None:
    tokens, _ = tokenise(text)
    node = parse_expression(tokens[:-1])
    values = {"a": a, "b": b, "k": k}
    value, slopes = differentiate(node, values)
    if not math.isfinite(value) or abs(value) > 1e4:
        return
    for name, slope in slopes.items():
        if not math.isfinite(slope) or abs(slope) > 1e4:
            continue
        step = 1e-5
        ends = [evaluate(node, {**values, name: values[name] + way * step}) for way in (1, -1, 2, -2)]
        if not all(math.isfinite(end) for end in ends):
            continue
        near, far = (ends[0] - ends[1]) / (2 * step), (ends[2] - ends[3]) / (4 * step)
        if abs(near - far) < 1e-6 * max(
            1, abs(near)
        ):  # elsewhere the function bends too sharply to difference
            assert slope == pytest.approx(near, rel=1e-4, abs=1e-5)


@given(EXPRESSIONS)
@settings(max_examples=200, deadline=None)
def test_linear_forms_are_the_expression(text: str) -> None:
    tokens, _ = tokenise(text)
    node = parse_expression(tokens[:-1])
    form = linear_form(node)
    if form is None:
        return
    values = {"a": 0.7, "b": -1.3, "k": 2.1}
    expected = form[0] + sum(slope * values[name] for name, slope in form[1].items())
    assert expected == pytest.approx(float(evaluate(node, values)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "a := " + "-" * 90_000 + "1",
        "x ~ " + "a*" * 20_000 + "y",
        "+" * 99_999,
        "x=~y;" * 10_000,
        "a" * 99_999,
        "x ~ +" + "\n" * 90_000 + "y",
        "x ~ y" + "\n+ z" * 20_000,
    ],
    ids=["brackets", "signs", "labels", "plus", "statements", "name", "lines", "continued"],
)
def test_long_and_deep_texts_are_answered(text: str) -> None:
    with pytest.raises(TamError):
        compile_model(build_table(parse_model(text + "\n)")))


def test_a_text_beyond_the_limit_is_refused() -> None:
    with pytest.raises(TamError) as caught:
        parse_model("x" * 100_001)
    assert caught.value.problems[0].code == "syntax-too-long"
