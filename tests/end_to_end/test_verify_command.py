"""``tam verify``: a clean pass on the demonstration; every single changed digit is found and located."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tam as package
from end_to_end.conftest import Answered, Tam
from tam.analysis.analysis import Analysis
from tam.cli.console import open_console
from tam.cli.main import run

ITEMS = [f"{construct}{number}" for construct in ("PU", "PI") for number in (1, 2, 3)]
STUDY = """title = "A small study"
data = "answers.csv"
language = ["en", "zh"]
seed = 7

[constructs]
PU = ["PU1", "PU2", "PU3"]
PI = ["PI1", "PI2", "PI3"]

[scale]
min = 1
max = 7

[model]
paths = ["PI ~ PU"]

[screening]
multiverse = false

[options]
bootstrap = 10
ci = 0.95
"""


def answers() -> pd.DataFrame:
    """Two factors that correlate .6, answered on seven points by 150 simulated respondents."""
    draw = np.random.default_rng(5)
    factors = {"PU": draw.normal(size=150)}
    factors["PI"] = 0.6 * factors["PU"] + 0.8 * draw.normal(size=150)
    scores = {name: 4 + 1.2 * (0.85 * factors[name[:2]] + 0.53 * draw.normal(size=150)) for name in ITEMS}
    return pd.DataFrame({name: np.clip(np.round(one), 1, 7).astype(int) for name, one in scores.items()})


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study that was run: study.toml, answers.csv, results.json and two reports."""
    import io

    folder = tmp_path_factory.mktemp("small")
    answers().to_csv(folder / "answers.csv", index=False)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    words = ["run", str(folder), "--workers", "1"]
    assert run(words, open_console(words, {}, io.StringIO(), io.StringIO())) == 0
    return folder


@pytest.fixture
def study(original: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(original, tmp_path / "study"))


@pytest.fixture(scope="module")
def analysis(original: Path) -> Analysis:
    return package.run(package.load_study(original))


@pytest.fixture
def ran_before(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Study and data stay as they are in these tests, so the run that is compared with is always this one."""
    monkeypatch.setattr("tam.analysis.run.run", lambda *_one, **_more: analysis)


def found(answer: Answered) -> dict[str, Any]:
    result: dict[str, Any] = answer.json["result"]
    return result


def test_the_demonstration_passes(tam: Tam, demo: Path) -> None:
    answer = tam("verify", demo / "results.json", "--json")
    result = found(answer)
    assert answer.code == 0, answer.out
    assert result["verdict"] == "verified"
    assert {one["what"]: one["agrees"] for one in result["digests"]} == dict.fromkeys(
        ("data", "instrument", "study", "results"), True
    )
    assert result["n_differences"] == 0 and result["compared"] > 10_000


@pytest.mark.usefixtures("ran_before")
def test_a_report_is_taken_for_its_results(tam: Tam, study: Path) -> None:
    for language in ("en", "zh"):
        answer = tam("verify", study / f"report.{language}.html", "--json")
        assert (answer.code, found(answer)["verdict"], found(answer)["kind"]) == (0, "verified", "report")


def test_data_from_elsewhere_and_no_study_file(tam: Tam, study: Path, tmp_path: Path) -> None:
    """The study is written anew from the results; the data may bear another name."""
    (tmp_path / "sent").mkdir()
    shutil.copy(study / "results.json", tmp_path / "sent")
    shutil.copy(study / "answers.csv", tmp_path / "mine.csv")
    answer = tam("verify", tmp_path / "sent" / "results.json", "--data", tmp_path / "mine.csv", "--json")
    assert (answer.code, found(answer)["verdict"]) == (0, "verified")
    assert answer.codes == ["verify-study-rebuilt"]


def test_without_data_nothing_is_claimed(tam: Tam, study: Path) -> None:
    (study / "answers.csv").unlink()
    answer = tam("verify", study / "results.json", "--json")
    assert (answer.code, answer.codes) == (1, ["verify-not-recomputed"])
    assert found(answer)["verdict"] == "not_recomputed"


# --- thirty single digits: ten in results, ten in reports, six in data, four in the study


def digits(text: str, seed: int, many: int, wanted: Callable[[int], bool]) -> list[int]:
    """Places of digits in a text, drawn at random."""
    places = [found.start() for found in re.finditer("[0-9]", text) if wanted(found.start())]
    return random.Random(seed).sample(places, many)


def changed(text: str, place: int) -> str:
    return f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}"


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a JSON document with its path, without the names that verify adds to rows."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from leaves(value, f"{path}[{at}]")
    else:
        yield path, node


def plain(path: str) -> str:
    """A path without what names its rows: ``[3 PU ~ PEOU]`` as ``[3]``."""
    return re.sub(r"\[(\d+) [^\]]*\]", r"[\1]", path)


@pytest.mark.usefixtures("ran_before")
@pytest.mark.parametrize("number", range(10))
def test_a_digit_of_the_results(number: int, tam: Tam, study: Path) -> None:
    file = study / "results.json"
    text = file.read_text(encoding="utf-8")
    before = dict(leaves(json.loads(text)))

    def differs(place: int) -> bool:
        # in a number, and one of the fifteen digits that every double holds
        line = text.rfind("\n", 0, place)
        number_at = re.match(r"\n\s*(?:\"[^\"]*\": )?-?[\d.e-]*$", text[line:place])
        return number_at is not None and len(re.sub(r"^\D*0*\.?0*", "", text[line:place])) < 15

    place = digits(text, 11, 10, differs)[number]
    file.write_text(changed(text, place), encoding="utf-8")
    after = dict(leaves(json.loads(changed(text, place))))
    (where,) = [path for path, value in after.items() if before[path] != value]
    answer = tam("verify", file, "--json")
    result = found(answer)
    assert answer.code == 1 and "verify-results-changed" in answer.codes
    assert where in {plain(one["path"]) for one in result["differences"]}
    assert len(result["differences"]) == 1


@pytest.mark.usefixtures("ran_before")
@pytest.mark.parametrize("number", range(10))
def test_a_digit_of_a_report(number: int, tam: Tam, study: Path) -> None:
    file = study / f"report.{'en' if number % 2 else 'zh'}.html"
    text = file.read_text(encoding="utf-8")
    body, end = text.index("<main"), text.index("<template")

    def printed(place: int) -> bool:
        return body < place < end and text.rfind(">", 0, place) > text.rfind("<", 0, place)

    place = digits(text, 12, 10, printed)[number]
    file.write_text(changed(text, place), encoding="utf-8")
    answer = tam("verify", file, "--json")
    assert answer.code == 1 and set(answer.codes) == {"verify-report-differs"}
    (one,) = found(answer)["report"]
    assert one["line"] == text.count("\n", 0, place) + 1
    assert one["printed"] != one["expected"] and one["section"]


@pytest.mark.parametrize(
    "number", [pytest.param(one, marks=[pytest.mark.slow] if one > 1 else []) for one in range(6)]
)
def test_a_digit_of_the_data(number: int, tam: Tam, study: Path) -> None:
    table = answers()
    row, item = 17 * number + 3, ITEMS[number]
    table.loc[row, item] = table.loc[row, item] - 1 if table.loc[row, item] > 1 else 2
    table.to_csv(study / "answers.csv", index=False)
    answer = tam("verify", study / "results.json", "--workers", "1", "--json")
    result = found(answer)
    assert answer.code == 1
    assert {"verify-data-changed", "verify-values-differ"} <= set(answer.codes)
    assert [one["what"] for one in result["digests"] if one["agrees"] is False] == ["data"]
    assert result["items_moved"] == [item]


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("seed = 7", "seed = 8", "seed: 8 -> 7"),
        ("bootstrap = 10", "bootstrap = 11", "options.bootstrap: 11 -> 10"),
        ("ci = 0.95", "ci = 0.94", "options.ci: 0.94 -> 0.95"),
        ("max = 7", "max = 8", "study.scales.scale.max"),
    ],
)
def test_a_digit_of_the_study(
    before: str, after: str, named: str, tam: Tam, study: Path, request: pytest.FixtureRequest
) -> None:
    if "options" in named or "seed" in named:  # read from the results: the analysis is the same
        request.getfixturevalue("ran_before")
    (study / "study.toml").write_text(STUDY.replace(before, after), encoding="utf-8")
    answer = tam("verify", study / "results.json", "--workers", "1", "--json")
    result = found(answer)
    assert answer.code == 1 and "verify-study-changed" in answer.codes
    assert named in [*result["overridden"], *(one["path"] for one in result["differences"])]


def test_a_tampered_capsule_is_found_without_data(tam: Tam, study: Path) -> None:
    """150 respondents with six items: 27 moments of 900 answers."""
    assert tam("run", study, "--capsule", "--workers", "1", "-q").code == 0
    (study / "answers.csv").unlink()
    file = study / "results.json"
    answer = tam("verify", file, "--json")
    assert (answer.code, found(answer)["verdict"]) == (0, "verified_in_part")
    assert {"screening", "comparison"} <= {one["part"] for one in found(answer)["not_recomputed"]}
    results = json.loads(file.read_text(encoding="utf-8"))
    row = next(one for one in results["structure"]["estimates"] if one["op"] == "~")
    row["est"] = round(row["est"], 6)
    file.write_text(json.dumps(results), encoding="utf-8")
    answer = tam("verify", file, "--json")
    assert answer.code == 1 and {"verify-results-changed", "verify-values-differ"} <= set(answer.codes)
    assert "PI ~ PU].est" in found(answer)["differences"][0]["path"]


# --- a second opinion


@pytest.mark.usefixtures("ran_before")
def test_without_r_there_is_one_clear_problem(tam: Tam, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tam.published.with_r.shutil.which", lambda _name: None)
    answer = tam("verify", study / "results.json", "--with-r", "--json")
    assert (answer.code, answer.codes) == (2, ["r-not-found"])


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is absent")
@pytest.mark.usefixtures("ran_before")
def test_lavaan_agrees_and_a_changed_pack_does_not(tam: Tam, study: Path) -> None:
    answer = tam("verify", study / "results.json", "--with-r", "--json")
    if answer.codes == ["r-failed"]:
        pytest.skip("lavaan is absent")
    (model,) = found(answer)["peer"]["models"]
    assert answer.code == 0 and model["agrees"] and model["largest_apart"] < 1e-3
    pack = study / "pack"
    assert tam("export", study, "--to", "lavaan,seminr", "--out", pack).code == 0
    (pack / "fit_lavaan.R").write_text('stop("a script that came with a pack")', encoding="utf-8")
    assert tam("verify", pack, "--with-r", "--json").code == 0
    expected = pack / "expected_model.csv"
    expected.write_text(re.sub(r"PI,~,PU,0\.(\d)", "PI,~,PU,0.1\\1", expected.read_text()), encoding="utf-8")
    answer = tam("verify", pack, "--with-r", "--json")
    assert (answer.code, answer.codes) == (1, ["r-disagrees"])
    assert "PI ~ PU" in answer.json["problems"][0]["what"]
