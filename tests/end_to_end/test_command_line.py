"""What holds for every command: one shape of answer, exit codes, streams, and manners."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tam.cli.commands import COMMANDS


def test_without_arguments_three_examples(tam) -> None:
    answer = tam()
    assert answer.code == 0
    assert "tam demo" in answer.out
    assert len(answer.out.splitlines()) < 12


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_and_the_shared_options(tam, name: str, capsys) -> None:
    assert tam(name, "--help").code == 0
    page = capsys.readouterr().out
    for option in ("--json", "--quiet", "--no-color"):
        assert option in page
    assert f"tam {name}" in page.partition("Usage:")[2].partition("\n")[2]


@pytest.mark.parametrize(
    "name", [one for one in COMMANDS if one not in ("demo", "init", "instruments", "explain", "reproduce")]
)
def test_every_failure_is_one_json_object(tam, name: str, tmp_path: Path, monkeypatch) -> None:
    """In an empty folder every command that needs something says so, in the shape of its successes."""
    monkeypatch.chdir(tmp_path)
    answer = tam(name, "--json")
    assert answer.code == 2
    assert set(answer.json) == {"schema", "command", "ok", "problems", "result"}
    assert answer.json["schema"] == "tam/1"
    assert answer.json["command"] == name
    assert answer.json["ok"] is False
    assert answer.json["result"] is None
    first = answer.json["problems"][0]
    assert set(first) >= {"code", "severity", "where", "what", "why", "mend"}
    assert set(first["where"]) == {"file", "row", "column", "item", "line"}
    assert answer.err == ""


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (["chekc"], "unknown-command", "check"),
        (["instruments", "--lnag", "zh"], "unknown-option", "--lang"),
        (["instruments", "--lang", "fr"], "bad-option-value", "'en', 'zh'"),
        (["explain", "omgea"], "unknown-topic", "omega"),
        (["fit", "--data", "x.csv"], "missing-argument", "--model"),
        (["report"], "missing-argument", "RESULTS"),
        (["cite", "a", "b"], "bad-usage", "extra argument"),
        (["report", "x.json", "--to", "odt"], "bad-option-value", "html"),
    ],
)
def test_a_slip_of_the_finger_is_met_with_what_was_meant(tam, arguments, code, hint) -> None:
    answer = tam(*arguments, "--json")
    assert answer.code == 2
    assert answer.codes == [code]
    told = answer.json["problems"][0]
    assert hint in told["what"] + told["mend"]
    spoken = tam(*arguments)
    assert spoken.code == 2
    assert spoken.out == ""
    assert code in spoken.err
    assert "tam explain " + code in spoken.err


def test_problems_speak_chinese_when_asked(tam) -> None:
    answer = tam("chekc", environment={"TAM_LANG": "zh"})
    assert "没有名为“chekc”的命令" in answer.err
    assert "改法" in answer.err


def test_results_go_to_stdout_progress_and_problems_to_stderr(tam, demo: Path) -> None:
    answer = tam("screen", demo)
    assert "Rules" in answer.out
    assert "reading" in answer.err
    assert "respondents-flagged" in answer.err
    assert "respondents-flagged" not in answer.out
    quiet = tam("screen", demo, "-q")
    assert quiet.out == ""
    assert "reading" not in quiet.err


class Terminal:
    """A stream that says it is a terminal."""

    def __init__(self) -> None:
        import io

        self.text = io.StringIO()
        self.encoding = "utf-8"

    def write(self, text: str) -> int:
        return self.text.write(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("arguments", "environment", "coloured"),
    [
        (["explain", "cfi"], {}, True),
        (["explain", "cfi", "--no-color"], {}, False),
        (["explain", "cfi"], {"NO_COLOR": "1"}, False),
        (["explain", "cfi"], {"TERM": "dumb"}, False),
    ],
)
def test_colour_only_where_a_person_looks_and_wants_it(arguments, environment, coloured) -> None:
    from tam.cli.console import open_console
    from tam.cli.main import run

    out, err = Terminal(), Terminal()
    assert run(arguments, open_console(arguments, environment, out, err)) == 0
    assert ("\x1b[" in out.text.getvalue()) is coloured


def test_hostile_characters_never_reach_the_terminal(tam, tmp_path: Path) -> None:
    """A name that would clear the screen or write backwards is shown by the numbers of its characters."""
    model = tmp_path / "m.lav"
    model.write_text("f =~ \x1b[2Ja + b + c\n", encoding="utf-8")
    table = tmp_path / "evil\u202e.csv"
    table.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    for answer in (tam("fit", "--model", model, "--data", table), tam("explain", "x\x1b[31m\u202ey")):
        assert answer.code == 2
        assert "\x1b" not in answer.err
        assert "\u202e" not in answer.err


def test_our_own_fault_says_so_and_keeps_the_shape(tam, monkeypatch) -> None:
    import tam.cli.commands.explain as module

    def broken(*_: object) -> None:
        raise RuntimeError("the roof leaks")

    monkeypatch.setattr(module, "explained", broken)
    answer = tam("explain", "cfi", "--json")
    assert answer.code == 3
    assert answer.codes == ["our-fault"]
    assert "the roof leaks" in answer.json["problems"][0]["what"]
    spoken = tam("explain", "cfi")
    assert spoken.code == 3
    assert "Traceback" not in spoken.err
    assert "our fault" in spoken.err


def test_a_damaged_installation_is_still_told(tam, monkeypatch) -> None:
    """Without its own words tam can only say that, but it does, with the exit code of a fault of ours."""
    import tam.errors as errors

    def unreadable(*_: object) -> None:
        raise FileNotFoundError("the installation is incomplete")

    monkeypatch.setattr(errors, "catalogue", unreadable)
    answer = tam("instruments", "no-such-instrument")
    assert answer.code == 3
    assert "the installation is incomplete" in answer.err
    assert "Traceback" not in answer.err


def test_problems_stand_before_the_result_so_that_the_result_is_read_last(demo: Path) -> None:
    command = [sys.executable, "-m", "tam", "screen", str(demo)]
    both = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    ).stdout
    assert both.index("respondents-flagged") < both.index("Rules")


def test_problems_of_results_are_told_in_the_language_asked_for(tam, demo: Path) -> None:
    answer = tam("screen", demo, environment={"TAM_LANG": "zh"})
    assert "说明 personal-columns-dropped" in answer.err
    assert "can identify people" not in answer.err


def test_a_traceback_only_for_those_who_ask() -> None:
    code = (
        "import sys; import tam.cli.commands.explain as m\n"
        "def broken(*a): raise RuntimeError('the roof leaks')\n"
        "m.explained = broken\n"
        "sys.argv = ['tam', 'explain', 'cfi']\n"
        "from tam.cli.main import main; main()\n"
    )
    for debug, expected in (("", False), ("1", True)):
        environment = {**os.environ, "TAM_DEBUG": debug}
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
        assert answer.returncode == 3
        assert ("Traceback" in answer.stderr) is expected


@pytest.mark.skipif(os.name != "posix", reason="signals are sent the POSIX way")
def test_an_interruption_leaves_nothing_half_written(demo: Path, tmp_path: Path) -> None:
    """Control-C in the middle of a long bootstrap: exit 130, and the folder as it was."""
    import shutil

    folder = tmp_path / "study"
    shutil.copytree(demo, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    command = [sys.executable, "-m", "tam", "run", str(folder), "--bootstrap", "1000000"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("effects"):
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.skipif(os.name != "posix", reason="pipes are closed the POSIX way")
def test_a_reader_who_leaves_early_is_no_error() -> None:
    command = f'"{sys.executable}" -m tam explain | head -1'
    answer = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert answer.stderr == ""


def test_a_stream_that_cannot_speak_chinese_is_no_error() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    for arguments in (["explain", "cfi", "--lang", "zh"], ["instruments", "kol-tam", "--json"]):
        answer = subprocess.run(
            [sys.executable, "-m", "tam", *arguments], capture_output=True, env=environment
        )
        assert answer.returncode == 0
        assert answer.stdout.isascii()
    assert json.loads(answer.stdout)["result"]["title"]["zh"].startswith("KOL")
