#!/usr/bin/env python3
"""Refuses unsafe code outside Sources/Platform and Sources/Tools, and interrupted system calls outside Files.

Unsafe code is code whose memory safety or thread safety the compiler does not check: the keyword `unsafe`, unsafe
pointers and the functions that lend them, `@unchecked Sendable`, and the attributes that hide unsafety. Platform offers
each such operation with a safe interface.

    check.py            lists each forbidden form as FILE:LINE: form; exits 1 if there is one
    check.py --self-test
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "octets"))
from check import code  # noqa: E402  (the lines without comments and literals)

# Name of the form, its pattern, and the folders in which it may occur.
FORMS = [
    (
        "unsafe",
        r"\bunsafe\b|\bwithUnsafe\w*|\bunsafe[A-Z]\w*|\bUnsafe\w+|\bUnmanaged\b|\bOpaquePointer\b|@unchecked\b|@safe\b",
        ("Sources/Platform/", "Sources/Tools/"),
    ),
    ("interrupted call", r"\bEINTR\b", ("Sources/Platform/Files/", "Sources/Tools/")),
]
FORMS = [(name, re.compile(pattern), folders) for name, pattern, folders in FORMS]


def findings(path, lines):
    """Yields (line number, name of the form) for each line of a file that holds a forbidden form."""
    for number, line in enumerate(code(lines), start=1):
        for name, pattern, folders in FORMS:
            if not path.startswith(folders) and pattern.search(line):
                yield number, name


def self_test():
    bad = [
        "let a = unsafe open(path, 0)", "nonisolated(unsafe) var a = 1", "final class A: @unchecked Sendable {",
        "bytes.withUnsafeBytes { $0.count }", "let p: UnsafeRawPointer", "unsafeBitCast(a, to: Int.self)",
        "Unmanaged.passRetained(a)", "@safe struct A {", "let handle: OpaquePointer", 'print("\\(unsafe a)")',
        "if errno == EINTR { continue }",
    ]
    good = ["// unsafe", "/// `@unchecked Sendable`", 'print("unsafe")', "let isUnsafe = true", "a.unsafely()"]
    for line in bad:
        assert list(findings("Sources/HTTP/F.swift", [line])), f"not found: {line}"
        assert not list(findings("Sources/Tools/F.swift", [line])), f"found wrongly in a tool: {line}"
        assert not list(findings("Sources/Platform/Files/F.swift", [line])), f"found wrongly in Platform: {line}"
    for line in good:
        assert not list(findings("Sources/HTTP/F.swift", [line])), f"found wrongly: {line}"
    assert list(findings("Sources/Platform/Sockets/F.swift", ["EINTR"])) == [(1, "interrupted call")]


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    is_clean = True
    for file in sorted((ROOT / "Sources").rglob("*.swift")):
        path = str(file.relative_to(ROOT))
        lines = file.read_text(encoding="utf-8").split("\n")
        for number, name in findings(path, lines):
            is_clean = False
            print(f"{path}:{number}: {name}: {lines[number - 1].strip()[:100]}", file=sys.stderr)
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
