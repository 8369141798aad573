"""Whatever a publication file holds, it is read or told what is wrong; nothing else ever happens."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.content import content_path
from tam.errors import TamError
from tam.published.publication import Publication
from tam.published.publication_file import parse_publication, shipped_publications
from tam.published.publication_form import PART_ALIASES, TOP_ALIASES, FitForm, PublicationForm, ValueForm
from tam.spec.marked_yaml import MarkedYaml, read_yaml

KEYS = sorted(
    {
        *PublicationForm.model_fields,
        *ValueForm.model_fields,
        *FitForm.model_fields,
        *TOP_ALIASES,
        *PART_ALIASES,
        "schema",
        "nonsense",
        "",
    }
)
SCALARS = st.one_of(
    st.none(),
    st.sampled_from(
        ["0.31", "-", "<.001", "n.s.", "**", "1,5", "1e400", "PU", "PU ~ PEOU", "~", "R2", "yes", "0.5 0.6"]
    ),
    st.text(max_size=12),
    st.integers(-5, 5),
    st.floats(allow_nan=True),
    st.booleans(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


def read(data: Any) -> Publication | None:
    try:
        return parse_publication(MarkedYaml("any.yaml", data, {}, ()), "any")
    except TamError as refused:
        assert refused.problems and all(one.exit_code == 2 and one.what for one in refused.problems)
        return None


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8))
def test_any_mapping_is_read_or_refused(data: dict[str, Any]) -> None:
    read(data)


def leaves(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    rows = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return (
        [path] if not rows and path else [one for key, value in rows for one in leaves(value, (*path, key))]
    )


PAPERS = {
    name: read_yaml(content_path("instruments", "published", f"{name}.yaml"), as_text=True).data
    for name in shipped_publications()
}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(PAPERS)), st.data())
def test_a_paper_with_one_value_replaced_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = copy.deepcopy(PAPERS[name])
    path = data.draw(st.sampled_from(leaves(content)))
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = data.draw(VALUES)
    read(content)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(PAPERS)), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(name: str, shuffle: Any) -> None:
    content = PAPERS[name]
    keys = list(content)
    shuffle.shuffle(keys)
    first, again = read(content), read({key: content[key] for key in keys})
    assert first is not None and again is not None
    assert first.digest == again.digest and first.printed == again.printed and first.matrix == again.matrix


def test_writing_a_paper_again_keeps_every_digit(tmp_path: Path) -> None:
    for name, content in PAPERS.items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        assert read_yaml(path, as_text=True).data == content, name
