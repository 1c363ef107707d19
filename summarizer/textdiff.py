"""A unified diff of two files' bytes, as `git apply` and `patch` read it."""

from __future__ import annotations

import difflib

__all__ = ["unified_diff"]


def unified_diff(path: str, before: bytes | None, after: bytes | None) -> bytes:
    """The change of one file; a file that is not there is ``/dev/null``. Empty for no change."""
    name = path.encode("utf-8", "surrogateescape")
    name = name.replace(b"\n", b"\\n") + (b"\t" if b" " in name else b"")  # as git marks its end
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _lines(before or b""),
        _lines(after or b""),
        b"/dev/null" if before is None else b"a/" + name,
        b"/dev/null" if after is None else b"b/" + name,
    )
    return b"".join(
        line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"
        for line in lines
    )


def _lines(data: bytes) -> list[bytes]:
    """Lines with their ends; only a line feed ends one."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
