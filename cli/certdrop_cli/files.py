"""Read a drop from disk as it would lie in the bucket: the files of one folder, no deeper."""

from pathlib import Path

from certdrop.bundle.parsing import MAX_FILE_BYTES, DropFile
from certdrop.state.keys import is_read_name
from certdrop_cli.failure import CommandError


def find_files(path: Path) -> tuple[list[DropFile], list[str]]:
    """Return the files that the cloud would read, and the names of those that it would not.

    A file that is named itself is read whatever its name, so that a person learns what is in it.
    """
    try:
        if path.is_dir():
            entries = sorted(entry for entry in path.iterdir() if entry.is_file())
            read = [entry for entry in entries if is_read(entry)]
        elif path.exists():
            entries = read = [path]
        else:
            raise CommandError(f"there is no file or folder {path}")
        files = [DropFile(entry.name, _read(entry)) for entry in read]
    except OSError as error:
        raise CommandError(f"{error.filename or path} cannot be read: {error.strerror}") from error
    return files, [entry.name for entry in entries if not is_read(entry)]


def is_read(path: Path) -> bool:
    """Tell whether the cloud reads a file of this name."""
    return is_read_name(path.name)


def _read(path: Path) -> bytes:
    """Read just enough to know that a file is too large."""
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)
