"""``tam reproduce``: reserved."""

from tam.cli.not_yet import reserved

command = reserved("reproduce", "tam fit --model FILE --moments FILE --nobs N")
