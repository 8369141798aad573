"""The instruments that come with the project, each with a model of the same name."""

NAMES = ("celebrity-kol", "davis-tam", "kol-persona", "kol-tam", "kol-tier", "xhs-tam")
