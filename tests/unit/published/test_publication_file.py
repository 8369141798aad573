"""Publication files: what is read, and what malformed and hostile ones are told; nothing is executed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tam.errors import TamError
from tam.published.publication_file import LARGEST, load_publication, shipped_publications

SOUND = """\
key: tiny
title: A small paper
where_read: written for this test
n: 200
variables: [PU, PEOU, IU]
matrix:
- '1.00'
- 0.50 1.00
- 0.60 0.40 1.00
model: |
  PU ~ PEOU
  IU ~ PU + PEOU
printed:
- {lhs: PU, rhs: PEOU, value: 0.500**, t: 8.10, p: <.001}
- {lhs: IU, rhs: PU, value: '0.53', place: page 7}
- {lhs: IU, op: R2, value: 37.0%}
printed_indirect:
- {path: PEOU -> PU -> IU, value: '0.27', ci: '[0.18, 0.36]'}
constructs:
- {name: PU, loadings: [0.81, 0.80, 0.83], CR: '0.85', AVE: '0.66', sqrtAVE: 0.81}
fits:
- {name: CFA, chisq: '41.20', df: 24, RMSEA: '0.060', rmsea_ci: '[0.026, 0.090]', n_obs: 200}
places: {printed: Table 3, matrix: Table 2}
"""


def read(tmp_path: Path, text: str | bytes, name: str = "paper.yaml") -> object:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_publication(path)


def problems(tmp_path: Path, text: str | bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(TamError) as refused:
        read(tmp_path, text)
    for one in refused.value.problems:
        for language in ("en", "zh"):
            assert all(one.text(part, language) for part in ("what", "why", "mend"))  # type: ignore[arg-type]
    return [(one.code, one.where.line) for one in refused.value.problems]


def test_every_part_arrives_as_printed(tmp_path: Path) -> None:
    paper = load_publication(_written(tmp_path, SOUND))
    assert (paper.key, paper.kind, paper.n, paper.diagonal) == ("tiny", "both", 200, "one")
    assert [[cell.text for cell in row if cell] for row in paper.matrix] == [
        ["1.00"],
        ["0.50", "1.00"],
        ["0.60", "0.40", "1.00"],
    ]
    path, second, r2 = paper.printed
    assert (path.printed.text, path.printed.digits, path.stars, path.line) == ("0.500**", 3, "**", 14)
    assert path.t is not None and path.t.value == 8.1 and path.t.digits == 2
    assert path.p is not None and (path.p.low, path.p.high) == (0, 0.001)
    assert (path.what, path.place, second.place) == ("path", "Table 3", "page 7")
    assert (r2.what, r2.op, r2.printed.value, r2.printed.high) == ("R2", "R2", 0.37, 0.3705)
    (effect,) = paper.printed_indirect
    assert effect.via == ("PEOU", "PU", "IU") and effect.ci_high is not None and effect.ci_high.value == 0.36
    (construct,) = paper.constructs
    assert construct.cr is not None and construct.cr.text == "0.85" and len(construct.loadings) == 3
    (fit,) = paper.fits
    assert fit.n == 200 and fit.measures["df"].low == 24 == fit.measures["df"].high
    assert fit.measures["rmsea_ci_low"].text == "0.026"


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "paper.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.reference
def test_every_reference_case_loads(reference: Path) -> None:
    cases = sorted((reference / "published").glob("*.yaml"))
    assert len(cases) >= 29
    for case in cases:
        paper = load_publication(case)
        assert paper.key == case.stem and paper.recorded["values"]
        assert paper.reproducible == (paper.kind == "reproduce")


@pytest.mark.parametrize("name", shipped_publications())
def test_shipped_publications_say_where_everything_was_read(name: str) -> None:
    paper = load_publication(name)
    assert paper.key == name and paper.where_read and paper.licence and paper.title and paper.year
    assert paper.url or paper.doi or paper.journal
    assert not paper.recorded, "recorded verdicts belong to the tests"
    assert all(one.place for one in paper.printed)
    assert all(
        one.place for one in (*paper.constructs, *paper.paths, *paper.fits, *paper.sums, *paper.products)
    )
    assert not paper.matrix or paper.matrix_place


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(TamError) as refused:
        load_publication("huang_2071")
    assert [one.code for one in refused.value.problems] == ["unknown-publication"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "a/b", "x" * 300, "nul\x00l"])
def test_a_name_is_never_a_way_into_the_disk(name: str) -> None:
    with pytest.raises(TamError) as refused:
        load_publication(name)
    assert [one.code for one in refused.value.problems] == ["unknown-publication"]


def test_no_number_of_respondents_is_unknown_and_not_guessed(tmp_path: Path) -> None:
    for words in ("unknown", "not on the page", "not read"):
        paper = load_publication(_written(tmp_path, SOUND.replace("n: 200\n", f"n: {words}\n", 1)))
        assert paper.n is None and paper.n_text == words
    assert load_publication(_written(tmp_path, SOUND.replace("n: 200\n", "", 1))).n is None


FULL = SOUND.replace(
    "- '1.00'\n- 0.50 1.00\n- 0.60 0.40 1.00", "- 1.00 0.50 0.60\n- 0.50 1.00 0.40\n- 0.60 0.40 1.00"
)
BARE = SOUND.replace("- '1.00'\n- 0.50 1.00\n- 0.60 0.40 1.00", "- ''\n- '0.50'\n- 0.60 0.40")
DASHED = SOUND.replace(
    "- '1.00'\n- 0.50 1.00\n- 0.60 0.40 1.00", "- [-]\n- ['0.50', -]\n- ['0.60', '0.40', —]"
)


@pytest.mark.parametrize("text", [FULL, BARE, DASHED], ids=["square", "without diagonal", "dashes"])
def test_the_forms_of_a_triangle_say_the_same(tmp_path: Path, text: str) -> None:
    there, here = load_publication(_written(tmp_path, SOUND)), load_publication(_written(tmp_path, text))
    assert [[cell and cell.value for cell in row[:-1]] for row in here.matrix] == [
        [cell and cell.value for cell in row[:-1]] for row in there.matrix
    ]
    assert [len(row) for row in here.matrix] == [1, 2, 3]


def test_the_digest_does_not_hang_on_layout(tmp_path: Path) -> None:
    first = load_publication(_written(tmp_path, SOUND))
    again = load_publication(
        _written(tmp_path, "# a comment\n" + SOUND.replace("[PU, PEOU, IU]", "\n- PU\n- PEOU\n- IU"))
    )
    other = load_publication(_written(tmp_path, SOUND.replace("0.60 0.40", "0.60 0.41")))
    assert first.digest == again.digest != other.digest


def change(old: str, new: str) -> str:
    assert SOUND.count(old) == 1, old
    return SOUND.replace(old, new)


MALFORMED: dict[str, tuple[str | bytes, list[tuple[str, int | None]]]] = {
    "nothing at all": ("", [("publication-no-mapping", 1)]),
    "a list": ("- 1\n- 2\n", [("publication-no-mapping", 1)]),
    "a word": ("hello", [("publication-no-mapping", 1)]),
    "not text": (b"\xff\xfe\x00\x80title", [("yaml-syntax", None)]),
    "a bracket not closed": (change("[PU, PEOU, IU]", "[PU, PEOU, IU"), [("yaml-syntax", 6)]),
    "a python object": (
        change("title: A small paper", "title: !!python/object/apply:os.system ['touch never-made']"),
        [("yaml-tag", 2)],
    ),
    "a python name": (change("A small paper", "!!python/name:os.system x"), [("yaml-tag", 2)]),
    "a tag of one's own": (change("n: 200\n", "n: !respondents 200\n"), [("yaml-tag", 4)]),
    "an alias": (change("title: A small paper", "title: &a x\ntopic: *a"), [("yaml-alias", 3)]),
    "an alias bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        [("yaml-alias", 2)],
    ),
    "brackets without end": ("title: " + "[" * 50_000, [("yaml-too-deep", 1)]),
    "deep mappings": ("\n".join(" " * i + "a:" for i in range(200)), [("yaml-too-deep", 21)]),
    "a merge key": (change("n: 200\n", "n: 200\n<<: {title: x}\n"), [("unknown-key", 5)]),
    "a key twice": (change("n: 200\n", "n: 200\nn: 300\n"), [("duplicate-key", 5)]),
    "two spellings of a key": (change("n: 200\n", "n: 200\nn_obs: 300\n"), [("duplicate-key", 5)]),
    "a misspelt key": (change("variables:", "variable:"), [("unknown-key", 5)]),
    "a misspelt key inside": (
        change("lhs: IU, rhs: PU", "lsh: IU, rhs: PU"),
        [("missing-key", 15), ("unknown-key", 15)],
    ),
    "a comma": (change("0.60 0.40 1.00", "0,60 0.40 1.00"), [("printed-comma", 9)]),
    "a word in the matrix": (change("0.60 0.40 1.00", "0.60 high 1.00"), [("printed-no-number", 9)]),
    "a bound in the matrix": (change("0.60 0.40 1.00", "0.60 <.40 1.00"), [("printed-no-number", 9)]),
    "a huge number": (change("0.60 0.40 1.00", "0.60 1e99 1.00"), [("printed-too-large", 9)]),
    "a number of a million digits": (change("'0.53'", "'" + "1" * 100_000 + "'"), [("printed-too-long", 15)]),
    "a list for a number": (change("'0.53'", "[0.53]"), [("printed-no-number", 15)]),
    "a p above one": (change("p: <.001", "p: 1.7"), [("printed-no-number", 14)]),
    "a row too short": (change("0.60 0.40 1.00", "0.60 1.00"), [("publication-triangle", 9)]),
    "a row too long": (change("- 0.50 1.00\n", "- 0.50 1.00 0.3\n"), [("publication-triangle", 8)]),
    "a row lost": (change("- 0.60 0.40 1.00\n", ""), [("publication-rows", 6)]),
    "halves that differ": (
        FULL.replace("- 1.00 0.50 0.60", "- 1.00 0.50 0.66"),
        [("publication-asymmetric", 9)],
    ),
    "a variable twice": (change("[PU, PEOU, IU]", "[PU, PEOU, PEOU]"), [("duplicate-id", 5)]),
    "markup for a variable": (
        change("[PU, PEOU, IU]", "[PU, PEOU, '<script>']"),
        [("bad-identifier", 5)],
    ),
    "an unknown name": (
        change("lhs: IU, rhs: PU,", "lhs: IU, rhs: POU,"),
        [("publication-unknown-name", 15)],
    ),
    "a mean of nobody": (change("n: 200\n", "n: 200\nmeans: {XX: 3.1}\n"), [("publication-unknown-name", 5)]),
    "a model that is none": (change("  PU ~ PEOU\n", "  PU ~~~ PEOU +\n"), [("syntax-two-operators", 10)]),
    "a formula in the model": (
        change("  PU ~ PEOU\n", "  PU ~ system('id')\n"),
        [("syntax-unexpected", 10)],
    ),
    "a number of respondents in words": (change("n: 200\n", "n: about 200\n"), [("publication-n", 4)]),
    "nobody": (change("n: 200\n", "n: 0\n"), [("publication-n", 4)]),
    "half a respondent": (change("n_obs: 200", "n_obs: 200.5"), [("publication-count", 22)]),
    "an interval of one number": (change("'[0.18, 0.36]'", "'[0.18]'"), [("publication-interval", 18)]),
    "an indirect path without mediator": (
        change("PEOU -> PU -> IU", "PEOU -> IU"),
        [("publication-indirect", 18)],
    ),
    "a kind that lacks its part": (
        "title: x\nkind: reproduce\n",
        [("publication-lacks", 2)] * 4,
    ),
    "nothing printed": ("title: x\n", [("publication-lacks", 1)]),
    "no title": (change("title: A small paper\n", ""), [("missing-key", 1)]),
    "a key with a path": (change("key: tiny", "key: ../../tiny"), [("publication-key", 1)]),
    "a place of no part": (change("{printed: Table 3,", "{pinted: Table 3,"), [("unknown-key", 23)]),
    "an unknown format": (change("key: tiny", "schema: other/9"), [("bad-value", 1)]),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    text, expected = MALFORMED[name]
    started = time.perf_counter()
    found = problems(tmp_path, text)
    assert found == expected
    assert time.perf_counter() - started < 5
    assert not Path("never-made").exists()


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = SOUND
    for old, new in (
        ("0.60 0.40 1.00", "0,60 0.40 1.00"),
        ("- 0.50 1.00\n", "- 0.50 1.00 0.3\n"),
        ("lhs: IU, rhs: PU,", "lhs: IU, rhs: POU,"),
        ("'[0.18, 0.36]'", "'[0.18]'"),
        ("n: 200\n", "n: 1,804\n"),
    ):
        text = text.replace(old, new, 1)
    assert problems(tmp_path, text) == [
        ("publication-n", 4),
        ("publication-triangle", 8),
        ("printed-comma", 9),
        ("publication-unknown-name", 15),
        ("publication-interval", 18),
    ]


def test_a_flood_of_problems_is_cut(tmp_path: Path) -> None:
    flood = "title: x\n" + "".join(f"key{i}: 1\n" for i in range(3000))
    started = time.perf_counter()
    found = problems(tmp_path, flood)
    assert len(found) == 51 and found[-1][0] == "publication-more-problems"
    assert time.perf_counter() - started < 20


def test_large_files_are_not_read(tmp_path: Path) -> None:
    assert problems(tmp_path, "title: " + "x" * LARGEST) == [("file-too-large", None)]
    many = "title: x\nnotes: [" + "1," * 60_000 + "]\n"
    assert problems(tmp_path, many) == [("publication-too-long", None)]


def test_markup_and_formulas_in_texts_are_texts(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script> {{ 7 * 7 }} =cmd|' /C calc'!A0 \u202e"
    paper = load_publication(_written(tmp_path, change("A small paper", f'"{hostile}"')))
    assert paper.title == hostile


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    text = SOUND.replace("PEOU", "NO").replace("IU", "y").replace("PU", "on")
    assert load_publication(_written(tmp_path, text)).variables == ("on", "NO", "y")


def test_what_a_paper_prints_wrongly_is_kept(tmp_path: Path) -> None:
    text = change("[0.18, 0.36]", "[0.36, 0.18]").replace("CR: '0.85'", "CR: '1.85'")
    paper = load_publication(_written(tmp_path, text))
    ends = (paper.printed_indirect[0].ci_low, paper.printed_indirect[0].ci_high)
    assert [end.text for end in ends if end] == ["0.36", "0.18"]
    assert paper.constructs[0].cr is not None and paper.constructs[0].cr.value == 1.85


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TamError) as refused:
        load_publication(tmp_path / "none.yaml")
    assert [one.code for one in refused.value.problems] == ["file-not-readable"]
