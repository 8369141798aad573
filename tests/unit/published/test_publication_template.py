"""The file to fill in: what it says while it is empty, and that it is right once it is filled."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from tam.cli.console import open_console
from tam.cli.main import run
from tam.cli.publication_starter import publication_template
from tam.errors import TamError
from tam.published.publication_file import load_publication
from tam.published.publication_form import PublicationForm

LANGUAGES = ("en", "zh")


def filled(language: str) -> str:
    """Every example of the template taken into use: the mark before ``#  `` lines removed."""
    head, schema, rest = publication_template(language).partition("schema:")
    text = head + schema + re.sub(r"(?m)^#(  .*)$", r"\1", rest)
    for key in ("title", "authors", "where_read", "licence", "notes"):
        text = re.sub(rf"(?m)^{key}:.*$", f"{key}: words", text)
    text = re.sub(r"(?m)^n:.*$", "n: 210", text)
    text = re.sub(r"(?m)^diagonal:.*$", "diagonal: sqrt_ave", text)
    return re.sub(r"(?m)^matrix_kind:.*$", "matrix_kind: correlation", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_unfilled_it_says_what_is_missing(tmp_path: Path, language: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(publication_template(language), encoding="utf-8")
    with pytest.raises(TamError) as refused:
        load_publication(path)
    told = [(one.code, one.values.get("key") or one.values.get("part")) for one in refused.value.problems]
    assert sorted(told) == [
        ("missing-key", "title"),
        ("publication-lacks", "matrix"),
        ("publication-lacks", "model"),
        ("publication-lacks", "printed"),
        ("publication-lacks", "variables"),
    ]
    assert all(one.where.file == "mine.yaml" for one in refused.value.problems)


@pytest.mark.parametrize("language", LANGUAGES)
def test_filled_with_its_own_examples_it_loads(tmp_path: Path, language: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(filled(language), encoding="utf-8")
    paper = load_publication(path)
    assert paper.key == "mine" and paper.n == 210 and paper.reproducible
    assert len(paper.matrix) == 4 and len(paper.printed) == 4 and paper.printed[3].printed.value == 0.471
    for part in (
        "constructs",
        "paths",
        "fits",
        "products",
        "sums",
        "diffs",
        "squares",
        "descriptives",
        "samples",
    ):
        assert len(getattr(paper, part)) == 1, part
    assert paper.places["matrix"] and paper.star_cuts["***"] == 0.001 and paper.printed_fit["df"].value == 48


def test_both_languages_have_the_same_keys_and_the_form_knows_them() -> None:
    keys = [re.findall(r"(?m)^(\w+):", publication_template(language)) for language in LANGUAGES]
    known = {field.alias or name for name, field in PublicationForm.model_fields.items()}
    assert keys[0] == keys[1] and set(keys[0]) <= known


def _init(*words: str) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run(["init", *words], open_console(["init", *words], {}, out, err))
    return code, out.getvalue() + err.getvalue()


def test_the_command_writes_it_and_never_over_a_file(tmp_path: Path) -> None:
    assert _init(str(tmp_path), "--published", "mine.yaml")[0] == 0
    written = tmp_path / "mine.yaml"
    assert written.read_text(encoding="utf-8") == publication_template("en")
    written.write_text("my work", encoding="utf-8")
    code, said = _init(str(tmp_path), "--published", "mine.yaml")
    assert code == 2 and "mine.yaml" in said
    assert written.read_text(encoding="utf-8") == "my work"


def test_a_name_is_optional_and_must_be_yaml(tmp_path: Path) -> None:
    assert _init(str(tmp_path), "--lang", "zh", "--published")[0] == 0
    assert (tmp_path / "publication.yaml").read_text(encoding="utf-8") == publication_template("zh")
    assert _init(str(tmp_path), "--published", "mine.txt")[0] == 2
    assert _init(str(tmp_path), "--published", "mine.yaml", "--instrument", "kol-tam")[0] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["publication.yaml"]
