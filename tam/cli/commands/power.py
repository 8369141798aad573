"""``tam power``: reserved."""

from tam.cli.not_yet import reserved

command = reserved("power", "tam demo")
