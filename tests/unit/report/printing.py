"""Programs that turn DOCX and TeX into pages, where a machine has them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

SECONDS = 240


def needed(program: str) -> str:
    """The path of a program; the test is skipped where it is not installed."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def printed_by_office(content: bytes, folder: Path) -> Path:
    """The PDF that LibreOffice makes of a DOCX file."""
    program = needed("soffice")
    (folder / "report.docx").write_bytes(content)
    profile = (folder / "profile").as_uri()
    arguments = ["--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "report.docx")]
    ran = subprocess.run(
        [program, f"-env:UserInstallation={profile}", *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (folder / "report.pdf").is_file(), ran.stderr
    return folder / "report.pdf"


def compiled(program: str, files: Mapping[str, str | bytes], folder: Path, runs: int = 1) -> Path:
    """The PDF that a LaTeX makes of the files, no other program allowed; the first file is the report. Two
    runs settle its references."""
    path = needed(program)
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    main = next(iter(files))
    command = [path, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", main]
    for _ in range(runs):
        ran = subprocess.run(
            command, cwd=folder, capture_output=True, errors="replace", timeout=SECONDS, check=False
        )
        assert ran.returncode == 0, ran.stdout[-1500:]
    return folder / f"{main.removesuffix('.tex')}.pdf"


def needed_for_chinese() -> None:
    """Skips where XeLaTeX has no support for Chinese."""
    program = needed("kpsewhich")
    if subprocess.run([program, "ctexart.cls"], capture_output=True, check=False).returncode:
        pytest.skip("the LaTeX package ctex is not installed")


def text_of(pdf: Path) -> str:
    """The text of a PDF without its white space: lines break where the page ends them."""
    program = needed("pdftotext")
    ran = subprocess.run([program, "-raw", str(pdf), "-"], capture_output=True, check=True, timeout=SECONDS)
    return solid(ran.stdout.decode("utf-8", "replace"))


def solid(text: str) -> str:
    return "".join(text.split())


def fonts_of(pdf: Path) -> str:
    return subprocess.run([needed("pdffonts"), str(pdf)], capture_output=True, text=True, check=True).stdout
