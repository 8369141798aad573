"""Text as LaTeX: nothing that somebody wrote is ever a command, and every character compiles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from tam.report.characters import by_script, printable
from tam.report.document import Rich, Run


class Tex(str):
    """Finished LaTeX. Whatever else reaches a template is escaped there."""

    __slots__ = ()


_MARKS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "^": r"\textasciicircum{}",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "%": r"\%",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "\n": " ",
    "\t": " ",
}
"""Characters that LaTeX reads as commands, or as marks of an optional argument."""

_TYPOGRAPHY = {
    "\u00a0": "~",
    "\u00ad": r"\-",
    "\u2002": r"\enspace{}",
    "\u2003": r"\quad{}",
    "\u2009": r"\,",
    "\u200a": r"\,",
    "\u202f": r"\,",
    "\u200b": r"\hspace{0pt}",
    "\u200c": "",
    "\u200d": "",
    "\u2060": "",
    "\ufeff": "",
    "\ufe0e": "",
    "\ufe0f": "",
    "\u2010": "-",
    "\u2011": r"\mbox{-}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "‚": r"\quotesinglbase{}",
    "„": r"\quotedblbase{}",
    "…": r"\ldots{}",
    "•": r"\textbullet{}",
    "·": r"\textperiodcentered{}",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "§": r"\S{}",
    "¶": r"\P{}",
    "©": r"\textcopyright{}",
    "®": r"\textregistered{}",
    "™": r"\texttrademark{}",
    "°": r"\textdegree{}",
    "€": r"\texteuro{}",
    "£": r"\pounds{}",
    "¥": r"\textyen{}",
    "¢": r"\textcent{}",
    "«": r"\guillemotleft{}",
    "»": r"\guillemotright{}",
    "‹": r"\guilsinglleft{}",
    "›": r"\guilsinglright{}",
    "¡": r"\textexclamdown{}",
    "¿": r"\textquestiondown{}",
    "ª": r"\textordfeminine{}",
    "º": r"\textordmasculine{}",
    "‰": r"\textperthousand{}",
    "½": r"\textonehalf{}",
    "¼": r"\textonequarter{}",
    "¾": r"\textthreequarters{}",
}

_MATHS = {
    "−": "-",
    "×": r"\times",
    "÷": r"\div",
    "±": r"\pm",
    "∓": r"\mp",
    "⋅": r"\cdot",
    "∗": r"\ast",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "≈": r"\approx",
    "≡": r"\equiv",
    "∼": r"\sim",
    "∝": r"\propto",
    "∞": r"\infty",
    "√": r"\surd",
    "∑": r"\sum",
    "∏": r"\prod",
    "∫": r"\int",
    "∂": r"\partial",
    "∇": r"\nabla",
    "∈": r"\in",
    "∩": r"\cap",
    "∪": r"\cup",
    "⊂": r"\subset",
    "∅": r"\emptyset",
    "∀": r"\forall",
    "∃": r"\exists",
    "∧": r"\wedge",
    "∨": r"\vee",
    "¬": r"\neg",
    "⊥": r"\perp",
    "⊣": r"\dashv",
    "′": r"{}^{\prime}",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↔": r"\leftrightarrow",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "⇒": r"\Rightarrow",
    "⇔": r"\Leftrightarrow",
    "ℓ": r"\ell",
    "µ": r"\mu",
}
_GREEK = {
    **dict(zip("αβγδεζηθικλμνξπρστυφχψω", (
        *("alpha", "beta", "gamma", "delta", "varepsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"),
        *("mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "varphi", "chi", "psi", "omega"),
    ), strict=True)),
    **dict(zip("ςϕϑϵΓΔΘΛΞΠΣΥΦΨΩ", (
        *("varsigma", "phi", "vartheta", "epsilon", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma"),
        *("Upsilon", "Phi", "Psi", "Omega"),
    ), strict=True)),
}  # fmt: skip
_LIKE_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))
"""Greek letters that look like Latin ones; TeX has no others for them."""

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()", strict=True))
_SCRIPTS = re.compile(f"([{''.join(_RAISED)}]+)|([{''.join(_LOWERED)}]+)")
_BETWEEN = {"\x00": "{}", "\x01": r"\tambreak{}"}
"""Put between two characters by this module (no text has them any more): what keeps TeX from making one of
them, and a place where a long word may break."""

_LIGATURES = re.compile(r"-(?=-)|,(?=,)|'(?=')")
_LONG = re.compile(r"\S{25,}")
_PIECE = 8
"""Words of 25 characters and more may break after every so many characters."""


def _letter(number: int) -> bool:
    """Letters that both pdfLaTeX with T1 fonts and every font of XeLaTeX have."""
    return 0xC0 <= number <= 0x17E and number not in {0xD7, 0xF7, *_NOT_IN_T1}


_NOT_IN_T1 = frozenset(
    {*range(0x108, 0x10A), *range(0x10A, 0x10C), *range(0x124, 0x128), *range(0x132, 0x139)}
    | {
        0x13F,
        0x140,
        0x149,
        0x14A,
        0x14B,
        0x14C,
        0x14D,
        0x14E,
        0x14F,
        *range(0x166, 0x16E),
        *range(0x172, 0x178),
    }
)


def escaped(text: str, language: str = "en") -> Tex:
    """Text that somebody wrote, in a document of this language."""
    clean = unicodedata.normalize("NFC", printable(text))
    chinese = language == "zh"
    return Tex(
        "".join(_stretch(part, east_asian, chinese) for east_asian, part in by_script(clean, chinese=chinese))
    )


def _breakable(word: str) -> str:
    return "\x01".join(word[start : start + _PIECE] for start in range(0, len(word), _PIECE))


def _stretch(text: str, east_asian: bool, chinese: bool) -> str:
    if east_asian:
        return text if chinese else rf"\tamcjk{{{text}}}"
    broken = _LONG.sub(lambda found: _breakable(found[0]), text)
    apart = _LIGATURES.sub(lambda found: found[0] + "\x00", broken)
    pieces = []
    for index, part in enumerate(_SCRIPTS.split(apart)):
        if not part:
            continue
        if index % 3 == 1:
            pieces.append(rf"\textsuperscript{{{_scripts(part, _RAISED)}}}")
        elif index % 3 == 2:
            pieces.append(rf"\textsubscript{{{_scripts(part, _LOWERED)}}}")
        else:
            pieces.append("".join(map(_char, part)))
    return "".join(pieces)


def _scripts(text: str, plain: Mapping[str, str]) -> str:
    return "".join(_char("−" if plain[char] == "-" else plain[char]) for char in text)


def _char(char: str) -> str:
    if char in _BETWEEN:
        return _BETWEEN[char]
    if char in _MARKS:
        return _MARKS[char]
    if " " <= char <= "~":
        return char
    if char in _TYPOGRAPHY:
        return _TYPOGRAPHY[char]
    if char in _MATHS or char in _GREEK:
        command = _MATHS.get(char) or f"\\{_GREEK[char]}"
        return rf"\ensuremath{{{command}}}"
    if char in _LIKE_LATIN:
        return rf"\textrm{{{_LIKE_LATIN[char]}}}"
    number = ord(char)
    if _letter(number):
        return char
    return rf"\{'tamcode' if unicodedata.category(char) == 'Cf' else 'tamchar'}{{{number:04X}}}"


@dataclass(frozen=True, slots=True)
class TexSetting:
    """What text is set with: the document's language and the label of everything a link may lead to."""

    language: str
    labels: Mapping[str, Tex]

    def set(self, text: Rich) -> Tex:
        """Rich text; Chinese writing has no italics."""
        return Tex("".join(map(self._run, text)))

    def _run(self, run: Run) -> str:
        made = self._leaning(run) if run.italic else escaped(run.text, self.language)
        if run.strong:
            made = rf"\textbf{{{made}}}"
        label = self.labels.get(run.target or "")
        return rf"\hyperref[{label}]{{{made}}}" if label else made

    def _leaning(self, run: Run) -> str:
        stretches = by_script(run.text, chinese=self.language == "zh")
        return "".join(
            escaped(part, self.language) if upright else rf"\textit{{{escaped(part, self.language)}}}"
            for upright, part in stretches
        )


def labels_for(targets: Mapping[str, str]) -> dict[str, Tex]:
    """Target -> label: what a label can hold of the one that was wanted (``tab:paths``), each once."""
    labels: dict[str, Tex] = {}
    for target, wanted in targets.items():
        base = re.sub(r"[^A-Za-z0-9:-]", "-", wanted)
        label, number = base, 2
        while label in labels.values():
            label, number = f"{base}-{number}", number + 1
        labels[target] = Tex(label)
    return labels
