"""A study says what an export cannot: the order of options, the text form, the platform."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from exports.chinese import tencent, wenjuanxing_sequence, wenjuanxing_text
from exports.fixtures import MIXED
from exports.master import INSTRUMENT, master, write_text
from tam.analysis.reading import read_study_data
from tam.cli.console import open_console
from tam.cli.main import run as answer_to
from tam.spec.study_file import load_study

STUDY = """\
instrument = "instrument.yaml"
data = "export.csv"

[model]
paths = ["ATT ~ PU"]

[options]
{options}
"""


@pytest.fixture
def study(tmp_path: Path):
    """Writes a study beside an export and returns its folder."""

    def make(rows, options: str = "") -> Path:
        shutil.copy(INSTRUMENT, tmp_path / "instrument.yaml")
        write_text(tmp_path / "export.csv", rows)
        (tmp_path / "study.toml").write_text(STUDY.format(options=options), encoding="utf-8")
        return tmp_path

    return make


def raw(folder: Path) -> list[float]:
    return read_study_data(load_study(folder))[1].raw["PU1"].tolist()


def test_an_order_declared_in_the_study_is_used(study):
    order = ", ".join(f'{name} = "{said}"' for name, said in MIXED.items())
    folder = study(wenjuanxing_sequence(master(), dict(MIXED)), f"sequence_order = {{ {order} }}")
    assert raw(folder) == [one.codes["PU1"] for one in master()]


def test_a_text_form_named_in_the_study_is_used_and_said_so(study, tmp_path):
    write_text(tmp_path / "words.csv", wenjuanxing_text(master()), encoding="gbk")
    folder = study(wenjuanxing_sequence(master(), dict(MIXED)), 'text_form = "words.csv"')
    assert raw(folder) == [one.codes["PU1"] for one in master()]
    evidence = read_study_data(load_study(folder))[1].evidence
    assert "the order of the options is read from the text form words.csv" in evidence


def run(*arguments: str) -> tuple[int, dict]:
    words, out = [*arguments, "--json"], io.StringIO()
    code = answer_to(words, open_console(words, {}, out, io.StringIO()))
    return code, json.loads(out.getvalue())


def test_the_platform_said_on_the_command_line_goes_before_the_study(study):
    complete = [one for one in master() if one.uses and all(isinstance(c, int) for c in one.codes.values())]
    folder = study(wenjuanxing_sequence(complete, {}))
    code, answer = run("check", str(folder))
    assert (code, answer["problems"][0]["code"]) == (2, "wenjuanxing-sequence")
    code, answer = run("check", str(folder), "--platform", "plain")
    assert answer["result"]["data"]["platform"] == "plain"
    code, answer = run("screen", str(folder), "--platform", "nobody")
    assert (code, answer["problems"][0]["code"]) == (2, "platform-unknown")


def test_the_platform_of_the_study_is_contradicted_by_the_marks_of_another(study):
    folder = study(tencent(master()), 'platform = "wenjuanxing"')
    code, answer = run("check", str(folder))
    assert (code, answer["problems"][0]["code"]) == (2, "platform-contradicted")
    code, answer = run("check", str(folder), "--platform", "tencent")
    assert answer["result"]["data"]["platform"] == "tencent"
    assert code in (0, 1)


def test_an_option_of_a_question_with_several_answers_can_divide_the_respondents(study):
    from tam.analysis.grouping import make_splits

    folder = study(tencent(master()))
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[groups]\nby = "uses:2"\n', encoding="utf-8")
    loaded = load_study(folder)
    instrument, responses = read_study_data(loaded)
    (split,) = make_splits(responses.variables, instrument, loaded.groups)
    assert split.label.get("en") == "What do you do there?: Watching videos"
    assert {name: text.get("zh") for name, text in split.labels.items()} == {"1": "选了", "0": "未选"}
    chosen = [one.id for one in master() if 2 in one.uses]
    assert int((split.members == "1").sum()) == len(chosen)
    assert split.n_unanswered == 1
