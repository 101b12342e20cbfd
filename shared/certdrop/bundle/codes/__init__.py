"""Every finding there is: its code, what it says, how to mend it, and what could cure it; loads no cryptography."""

import shlex

from certdrop.bundle.codes import of_certificates, of_drops, of_files
from certdrop.bundle.findings import Finding
from certdrop.masking import hide, hide_but_hashes

CODES = {row.code: row for row in (*of_drops.ROWS, *of_files.ROWS, *of_certificates.ROWS)}

MAX_TEXT = 120


def make_finding(code: str, subject: str, *, file: str = "", **values: object) -> Finding:
    """Return the finding *code* about *subject*, its templates filled with *values*; *file* is quoted for a shell.

    A file's name, a subject or the label of a block may be anything, a secret too.
    """
    row = CODES[code]
    texts = {key: printable(hide(str(value))) for key, value in values.items()}
    texts["file"] = shlex.quote(printable(hide(file)))
    return Finding(
        code=code,
        severity=row.severity,
        subject=printable(hide(subject)),
        message=row.message.format_map(texts),
        fix=row.fix.format_map(texts),
    )


def printable(text: str) -> str:
    """Return *text* from an unknown hand fit for one line of a log or a terminal, at most MAX_TEXT characters."""
    shown = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in hide_but_hashes(text)
    )
    return shown if len(shown) <= MAX_TEXT else shown[: MAX_TEXT - 1] + "\N{HORIZONTAL ELLIPSIS}"
