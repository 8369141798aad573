"""What a person is told about a model text: the right problem, at the right place."""

from __future__ import annotations

import pytest

from tam.engine.parameter_table import build_table
from tam.engine.solution import compile_model
from tam.engine.syntax import parse_model
from tam.errors import Problem, TamError


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(TamError) as caught:
        compile_model(build_table(parse_model(text)))
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("A =~ a1 + a2 a3", "syntax-unexpected", 1, 14),
        ("A =~ a1 +", "syntax-unexpected", 1, 10),
        ("A =~ a1\nB =~ b1 + + b2 + ", "syntax-unexpected", 2, 11),
        ("A =~ a1 - a2", "syntax-unexpected", 1, 9),
        ("=~ a1", "syntax-unexpected", 1, 1),
        ("A =~ 2*3*a1 + *a2", "syntax-unexpected", 1, 15),
        ("A =~ 1a + b", "syntax-unexpected", 1, 6),
        ("A B ~ c", "syntax-unexpected", 1, 3),
        ("y ~ (x + z", "syntax-unexpected", 1, 5),
        ("a + b := c*2\ny ~ c*x", "syntax-unexpected", 1, 3),
        ("x := 2 +* 3", "syntax-unexpected", 1, 9),
        ("A =~ a1\nA a2", "syntax-no-operator", 2, 1),
        ("y ~ x ~ z", "syntax-two-operators", 1, 7),
        ("A <~ a1 + a2", "syntax-operator-not-offered", 1, 3),
        ("group: 1\nA =~ a1", "syntax-block-not-offered", 1, 1),
        ("y ~ f(2)*x", "syntax-unknown-modifier", 1, 5),
        ("d := foo(a)\ny ~ a*x", "syntax-unknown-function", 1, 6),
        ("y ~ c(a, 1)*x", "syntax-mixed-vector", 1, 5),
        ('y ~ "a*x', "syntax-quote-open", 1, 5),
        ("y ~ x $ z", "syntax-character", 1, 7),
        ("y ～ x", "syntax-full-width", 1, 3),
        ("有用 =~ 题1 ＋ 题2", "syntax-full-width", 1, 10),
        ("# nothing\n! at all", "model-empty", None, None),
        ("", "model-empty", None, None),
        ("A =~ a1 + a2\nx1 | t1", "thresholds-not-offered", 2, None),
        ("A =~ c(1, 2)*a1 + a2", "group-vector-length", 1, None),
        ("y ~ y + x", "self-effect", 1, None),
        ("A =~ A + x", "self-effect", 1, None),
        ("y ~ x\ny ~ x", "duplicate-parameter", 2, None),
        ("A =~ a1 + a2\na1 ~~ a2\na2 ~~ a1", "duplicate-parameter", 3, None),
        ("y ~ a*x\nind := a*b", "unknown-label", 2, None),
        ('y ~ equal("z")*x', "unknown-label", 1, None),
        ("y ~ a*x\np := q\nq := p", "definition-circle", 2, None),
        ("y ~ a*x\np := a\np := 2*a", "definition-twice", 3, None),
        ("y ~ a*x\na := 3", "definition-twice", 2, None),
        ("y ~ a*x + b*z\na*b == 1", "constraint-curved", 2, None),
        ("y ~ a*x + b*z\nexp(a) > 1", "constraint-curved", 2, None),
        ("y ~ a*x\na == 1\na == 2", "constraints-contradict", 2, None),
        (
            "A =~ k*a1 + a2\nB =~ 2*b1 + k*b2\nb2 ~~ k*b1\nC =~ 3*c1\nc1 ~~ 4*c1\nA ~~ k*B\nx ~ 7*y + k*z",
            None,
            None,
            None,
        ),
    ],
)
def test_code_and_place(text: str, code: str | None, line: int | None, column: int | None) -> None:
    if code is None:
        compile_model(build_table(parse_model(text)))
        return
    found = problems_of(text)
    assert code in [one.code for one in found]
    one = next(one for one in found if one.code == code)
    assert one.where.line == line
    if column is not None:
        assert one.where.column == str(column)
        caret = one.what.split("\n")[-1]
        assert caret.strip() == "^"


def test_the_caret_stands_under_the_sign() -> None:
    *_, source, caret = problems_of("A =~ a1 + a2\nB =~ b1 b2")[0].what.split("\n")
    assert source[caret.index("^")] == "b"
    assert source[: caret.index("^")].strip() == "B =~ b1"


def test_the_caret_counts_chinese_characters_twice() -> None:
    *_, source, caret = problems_of("有用 =~ 题1 题2")[0].what.split("\n")
    assert len(source.split("题2")[0].encode("gbk")) == caret.index("^")


def test_every_wrong_line_is_reported_at_once() -> None:
    found = problems_of("A =~ a1 +\ny ~ x ~ z\nB = b1\nC =~ c1 + c2 c3")
    assert [one.where.line for one in found] == sorted(one.where.line or 0 for one in found)
    assert {one.where.line for one in found} >= {2, 3, 4}


def test_labels_on_parameters_fixed_at_two_values() -> None:
    found = problems_of("A =~ k*a1 + 2*a2 + k*a2")
    assert found[0].code == "label-two-values"


def test_names_in_problems_are_escaped() -> None:
    one = problems_of("y ~ \x1b[31mx")[0]
    assert "\x1b" not in one.what
