#!/usr/bin/env python3
"""Builds the program of the release before this one, with the trait, and prints its path.

The history of the repository must be there. The build is kept below .build-previous, by commit.
"""

import os
import pathlib
import subprocess
import sys

# The last commit with the schema before that of this release.
COMMIT = "a7ae6a982884"
ROOT = pathlib.Path(__file__).parents[2]
PLACE = ROOT / ".build-previous" / COMMIT


def built():
    """The path of the program; that of the variable `GATEHOUSE_PREVIOUS`, if it is set."""
    if given := os.environ.get("GATEHOUSE_PREVIOUS"):
        return given
    # A build without optimization takes little more than half of the time, and is quick enough.
    program = PLACE / "build/debug/gatehouse"
    if not program.exists():
        source = PLACE / "source"
        if not source.exists():
            subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
            subprocess.run(["git", "worktree", "add", "--detach", source, COMMIT], cwd=ROOT, check=True, stdout=sys.stderr)
        subprocess.run(["swift", "build", "--traits", "PostgreSQL", "--product", "gatehouse", "--scratch-path",
                        PLACE / "build"], cwd=source, check=True, stdout=sys.stderr)
    return str(program)


if __name__ == "__main__":
    print(built())
