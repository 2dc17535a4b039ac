"""Code blocks of the documentation, so that what is documented is what runs."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]


def block(document, marker):
    """The code block under a marker of a document."""
    found = re.search(rf"<!-- {marker} -->\n```\w*\n(.*?)^```$", (ROOT / document).read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"{document} has no block {marker}"
    return found[1]
