"""The targets of Package.swift: their folders, their lines, what they declare as dependencies and what they import."""
import dataclasses
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
# An import under #if is indented once.
IMPORT = re.compile(r"^(?: {4})?(?:@\w+ )*(?:(?:public|package|internal|private|fileprivate) )?import (?:\w+ )?(\w+)", re.M)


@dataclasses.dataclass
class Target:
    name: str
    path: str
    kind: str  # "regular", "executable", "system" or "test", as the package manager names them
    uses: list  # the names of the declared dependencies
    imports: set = dataclasses.field(default_factory=set)  # the names of the modules that the Swift files import
    lines: int = 0  # of all Swift files

    @property
    def is_product(self):
        """True for code that the program `gatehouse` consists of."""
        return self.path.startswith("Sources/") and not self.path.startswith("Sources/Tools/")

    @property
    def is_library(self):
        """True for a product's library in Swift, as opposed to a module map, a C shim or an executable."""
        return self.is_product and self.kind == "regular" and self.lines > 0


def read():
    """Returns the targets in the order of Package.swift."""
    dump = subprocess.run(["swift", "package", "dump-package"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    targets = []
    for item in json.loads(dump)["targets"]:
        uses = [next(iter(use.values()))[0] for use in item["dependencies"]]
        target = Target(item["name"], item["path"], item["type"], uses)
        for file in sorted((ROOT / target.path).rglob("*.swift")):
            text = file.read_text(encoding="utf-8")
            target.lines += text.count("\n")
            target.imports.update(IMPORT.findall(text))
        targets.append(target)
    return targets


def reduced(edges):
    """Leaves out each arrow that a chain of other arrows implies.

    `edges` maps each name to the names that it points to, without cycles.
    """
    reach = {}

    def reachable(name):
        if name not in reach:
            reach[name] = set(edges[name]).union(*(reachable(other) for other in edges[name]))
        return reach[name]

    return {
        name: [one for one in uses if not any(one in reachable(other) for other in uses)]
        for name, uses in edges.items()
    }
