"""Lists of exceptions to a check: a line for each, `…: … # reason`; an empty line or one that begins with `#` is none."""
import re
import sys


def read(lines, key, form):
    """Yields the groups of each exception.

    key   the pattern of a line before its reason
    form  how to write a line, for the message about one that does not match
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(key + " # .{10,}", line.rstrip())
        if not match:
            sys.exit(f"allowed:{number}: write {form}")
        yield match.groups()
