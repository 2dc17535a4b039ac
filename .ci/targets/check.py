#!/usr/bin/env python3
"""Checks the structure of the package, and that the picture of it in the documentation is current.

    check.py            prints a table of the targets; lists what breaks a rule, and exits 1 if anything does
    check.py --write    draws the picture again
    check.py --self-test

The rules:
    order      a target depends only on targets above it in Package.swift
    declared   a target declares each target that its files import, and no other
    lines      no target under Sources has more than LINES lines of Swift
    imports    no library depends on more than half of the other libraries, except Server, which composes the program
    picture    the picture shows the targets of Package.swift

The file `allowed` beside this one names exceptions, each with its reason. An unused exception is an error.
"""
import sys

import draw
import graph

sys.path.append(str(graph.ROOT / ".ci/support"))
import exceptions  # noqa: E402

LINES = 3000
COMPOSING = {"Server"}
PICTURE = graph.ROOT / "Sources/gatehouse/gatehouse.docc/Targets.svg"
ALLOWED = graph.ROOT / ".ci/targets/allowed"


def breaches(targets):
    """Yields the rule, the target and a message for each breach of a rule about targets."""
    names = {target.name for target in targets}
    libraries = {target.name for target in targets if target.is_library}
    seen = set()
    for target in targets:
        for use in target.uses:
            if use not in seen:
                yield "order", target.name, f"depends on {use}, which is not above it"
        seen.add(target.name)
        imported = target.imports & names - {target.name}
        for name in sorted(imported - set(target.uses)):
            yield "declared", target.name, f"imports {name} without declaring it"
        for name in sorted(set(target.uses) - imported):
            yield "declared", target.name, f"declares {name} without importing it"
        if target.path.startswith("Sources/") and target.lines > LINES:
            yield "lines", target.name, f"has {target.lines} lines; {LINES} are allowed"
        if target.is_library and target.name not in COMPOSING:
            count, others = len(libraries.intersection(target.uses)), len(libraries) - 1
            if 2 * count > others:
                yield "imports", target.name, f"depends on {count} of the {others} other libraries"


def picture(targets):
    """The program's targets, with an arrow from each to what it depends on, but for what other arrows imply."""
    shown = [target for target in targets if target.is_product]
    edges = {target.name: target.uses for target in shown}
    muted = {target.name for target in shown if target.kind == "system" or target.lines == 0}
    return draw.svg(graph.reduced(edges), muted, "The targets of Gatehouse; an arrow points to an imported target")


def allowances(lines):
    """`RULE: TARGET # reason`"""
    return exceptions.read(lines, r"(\w+): (\w+)", "RULE: TARGET # reason")


def check(targets, allowed):
    """Returns the messages about targets under a list of exceptions."""
    found = list(breaches(targets))
    messages = [f"{rule}: {name} {text}" for rule, name, text in found if (rule, name) not in allowed]
    used = {(rule, name) for rule, name, _ in found}
    return messages + [f"allowed: nothing needs `{rule}: {name}`" for rule, name in allowed if (rule, name) not in used]


def print_table(targets):
    libraries = {target.name for target in targets if target.is_library}
    print(f"{'target':24} {'lines':>6} {'libraries imported, of ' + str(len(libraries)):>26}")
    for target in targets:
        if target.path.startswith("Sources/"):
            print(f"{target.name:24} {target.lines:6} {len(libraries.intersection(target.uses)):26}")


def self_test():
    def target(name, uses, imports=None, lines=1, path=None, kind="regular"):
        imported = set(uses if imports is None else imports)
        return graph.Target(name, path or f"Sources/{name}", kind, list(uses), imported, lines)

    spare = [target(name, []) for name in "VWXYZ"]

    def rules(*targets, beside=5):
        return [rule for rule, _, _ in breaches([*targets, *spare[:beside]])]

    a, b, c = target("A", []), target("B", ["A"]), target("C", ["A", "B"])
    assert rules(a, b) == [] and rules(b, a) == ["order"]
    assert rules(a, target("B", [], ["A"])) == ["declared"] and rules(a, target("B", ["A"], [])) == ["declared"]
    assert rules(a, target("B", [], ["Glibc"])) == []
    assert rules(target("A", [], lines=LINES)) == [] and rules(target("A", [], lines=LINES + 1)) == ["lines"]
    assert rules(target("A", [], lines=LINES + 1, path="Tests/A", kind="test")) == []
    # Two of four other libraries are half of them; two of three are more.
    assert rules(a, b, c, beside=2) == [] and rules(a, b, c, beside=1) == ["imports"]
    assert rules(a, b, target("Server", ["A", "B"]), beside=1) == []
    assert rules(a, b, target("c", ["A", "B"], kind="executable"), beside=1) == []
    assert check([b, a, *spare], [("order", "B")]) == [] and len(check([a, b, *spare], [("order", "B")])) == 1
    assert list(allowances(["# note", "", "lines: A # for a good reason"])) == [("lines", "A")]

    assert graph.reduced({"A": [], "B": ["A"], "C": ["A", "B"]}) == {"A": [], "B": ["A"], "C": ["B"]}
    text = "import A\ninternal import B\n@testable import C\nimport struct D.E\npublic import F\n// import G\n  import H\n    import I"
    assert graph.IMPORT.findall(text) == ["A", "B", "C", "D", "F", "I"]
    drawn = picture([a, b, c])
    assert all(f">{name}</text>" in drawn for name in "ABC") and drawn.count("marker-end") == 2
    assert drawn != picture([a, b, target("C", ["A"])]) and drawn == picture([a, b, c])
    # A row's boxes never overlap, also behind long arrows.
    wide = [a] + [target(f"N{n}", ["A"] + ([f"N{n - 3}"] if n > 2 else [])) for n in range(20)]
    edges = graph.reduced({one.name: one.uses for one in wide})
    table, above = draw.wired(edges, draw.layers(edges))
    middle = draw.placed(table, above)
    for row in table:
        for one, two in zip(row, row[1:]):
            assert middle[two] - draw.width(two) // 2 >= middle[one] + draw.width(one) // 2


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    targets = graph.read()
    if sys.argv[1:] == ["--write"]:
        PICTURE.write_text(picture(targets), encoding="utf-8")
        return 0
    print_table(targets)
    messages = check(targets, list(allowances(ALLOWED.read_text(encoding="utf-8").split("\n"))))
    if not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != picture(targets):
        messages.append("picture: it does not show Package.swift; run `python3 .ci/targets/check.py --write`")
    for message in messages:
        print(message, file=sys.stderr)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
