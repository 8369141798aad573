"""A study's model survives the way to lavaan syntax and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tam.analysis.lavaan_model import model_from_lavaan
from tam.errors import TamError
from tam.spec.instrument_file import load_instrument
from tam.spec.model import Model, Moderation, Path
from tam.spec.model_file import load_model, shipped_models
from tam.spec.text import Text


@pytest.mark.parametrize("name", shipped_models())
def test_shipped_models_come_back(name: str) -> None:
    model = load_model(name, load_instrument(name))
    again = model_from_lavaan(model.to_lavaan())
    assert again.to_lavaan() == model.to_lavaan()
    assert set(again.second_order) == set(model.second_order) & set(model.used_constructs())


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_any_forward_model_comes_back(arrows: set[tuple[int, int]]) -> None:
    names = "ABCDE"
    forward = sorted({(min(a), max(a)) for a in arrows if a[0] != a[1]})
    if not forward:
        return
    model = Model(
        id="m",
        title=Text("m"),
        measurement={n: (f"{n.lower()}1", f"{n.lower()}2") for n in names},
        second_order={},
        paths=tuple(Path(names[b], names[a]) for a, b in forward),
        residual_covariances=(("a1", "a2"),) if any(0 in arrow for arrow in forward) else (),
    )
    again = model_from_lavaan(model.to_lavaan())
    assert set(again.paths) == set(model.paths)
    assert again.residual_covariances == model.residual_covariances
    assert again.to_lavaan() == model.to_lavaan()


def test_an_interaction_becomes_a_moderation() -> None:
    text = "X =~ x1 + x2\nZ =~ z1 + z2\nY =~ y1 + y2\nY ~ X + Z + X:Z"
    model = model_from_lavaan(text)
    assert model.moderations == (Moderation("X", "Y", "Z"),)
    assert [str(p) for p in model.paths] == ["X -> Y", "Z -> Y"]


@pytest.mark.parametrize("line", ["Y ~ b*X", "X ~~ 1*X", "x1 ~ 1", "a := 1 + 1", "x1 ~~ x1"])
def test_what_a_study_cannot_hold_is_refused(line: str) -> None:
    with pytest.raises(TamError) as raised:
        model_from_lavaan(f"X =~ x1 + x2\nY =~ y1 + y2\nY ~ X\n{line}")
    assert {one.code for one in raised.value.problems} == {"lavaan-beyond-study"}
    assert raised.value.problems[0].where.line == 4
