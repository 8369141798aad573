"""``python -m tam`` is the command ``tam``."""

from tam.cli.main import main

main()
