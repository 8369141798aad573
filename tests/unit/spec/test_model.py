"""Models: paths, moderations, cycles, hypotheses, and the lavaan syntax they stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tam.errors import TamError, Where
from tam.spec.instrument_file import load_instrument
from tam.spec.model import Model, Moderation, Path, find_cycle, model_problems, parse_moderation, parse_path
from tam.spec.model_file import load_model, shipped_models
from tam.spec.text import Text


def small(**changes: object) -> Model:
    parts: dict[str, object] = {
        "id": "m",
        "title": Text("m"),
        "measurement": {"X": ("x1", "x2"), "M": ("m1", "m2"), "Y": ("y1", "y2"), "Z": ("z1", "z2")},
        "second_order": {},
        "paths": (Path("M", "X"), Path("Y", "M")),
    }
    return Model(**{**parts, **changes})  # type: ignore[arg-type]


def test_paths_in_both_notations() -> None:
    assert parse_path("PI ~ ATT + PU") == [Path("PI", "ATT"), Path("PI", "PU")]
    assert parse_path("PEOU -> PU -> ATT") == [Path("PU", "PEOU"), Path("ATT", "PU")]
    assert parse_path("PI ~ ") is None and parse_path("PI") is None and parse_path("-> PI") is None


def test_moderations() -> None:
    assert parse_moderation("ATT -> PI by CRED") == Moderation("ATT", "PI", "CRED")
    assert parse_moderation("ATT -> PI") is None and parse_moderation("ATT by CRED") is None


def test_the_moderator_and_its_predictor_enter_as_main_effects() -> None:
    model = small(moderations=(Moderation("M", "Y", "Z"),), controls={"Y": ("age",)})
    assert model.predictors("Y") == ("M", "Z", "age")
    assert "Y ~ M + Z + age" in model.to_lavaan()
    assert model.observed == ("age",)
    assert "age" in model.model_items()


def test_constructs_that_no_path_names_stay_out_of_the_structural_model() -> None:
    assert "Z" not in small().to_lavaan()
    assert small().model_items() == ("x1", "x2", "m1", "m2", "y1", "y2")


def test_a_second_order_construct_brings_its_parts() -> None:
    model = small(second_order={"S": ("X", "Z")}, paths=(Path("Y", "S"),))
    lines = model.to_lavaan().splitlines()
    assert "S =~ X + Z" in lines and "X =~ x1 + x2" in lines and "Y ~ S" in lines
    assert not any(line.startswith("M ") for line in lines)


def test_a_cycle_is_named_in_order() -> None:
    assert find_cycle([Path("B", "A"), Path("C", "B"), Path("A", "C")]) == ("A", "B", "C", "A")
    assert find_cycle([Path("A", "A")]) == ("A", "A")
    assert find_cycle([Path("B", "A"), Path("C", "A"), Path("C", "B")]) == ()
    found = model_problems(small(paths=(Path("M", "Y"), Path("Y", "M"))), ["M", "Y"], Where())
    assert [one.code for one in found] == ["cyclic-path"]


@given(st.permutations("ABCDEF"), st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_paths_that_only_run_forward_never_make_a_cycle(
    order: list[str], arrows: set[tuple[int, int]]
) -> None:
    assert find_cycle([Path(order[max(a)], order[min(a)]) for a in arrows if a[0] != a[1]]) == ()


def test_unknown_names_get_a_suggestion() -> None:
    found = model_problems(small(paths=(Path("YY", "M"),)), ["X", "M", "Y"], Where("study.toml"))
    assert found[0].code == "unknown-construct" and found[0].values["suggestion"] in ("Y", "X, M, Y")


def test_where_nothing_is_declared_every_path_gets_a_marked_stand_in() -> None:
    made = small(moderations=(Moderation("M", "Y", "Z"),)).with_default_hypotheses().hypotheses
    assert [h.path for h in made] == ["X -> M", "M -> Y", "M -> Y by Z"]
    assert not any(h.declared for h in made) and all(h.sign is None for h in made)


@pytest.mark.parametrize("name", shipped_models())
def test_every_shipped_model_loads_over_its_instrument(name: str) -> None:
    model = load_model(name, load_instrument(name))
    assert model.hypotheses and model.grid
    assert find_cycle(model.paths) == ()


def test_an_unknown_model_is_a_problem() -> None:
    with pytest.raises(TamError) as raised:
        load_model("nothing-like-it", load_instrument("kol-tam"))
    assert raised.value.problems[0].code == "unknown-model"
