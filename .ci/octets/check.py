#!/usr/bin/env python3
"""Refuses code that compares outside text as Swift characters instead of octets.

Swift compares `String` and `Character` by canonical equivalence: U+037E equals `;`, U+1FEF equals a grave accent, and
U+212A equals `K`. A combining mark after a character hides it from `split`, `first` and `contains`. Either way, a parser
may split a text at other places than the sender. The module Text has the forms to use instead.

A comparison with a literal of two or more ASCII characters is exact, unless the literal has one of the three characters
above: nothing else is canonically equivalent to ASCII text, and Unicode guarantees that this stays so. Such comparisons
are therefore not listed.

    check.py            lists each forbidden form as FILE:LINE: form; exits 1 if there is one
    check.py --self-test

The file `allowed` beside this one names exceptions, each with its reason. An unused exception is an error.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.append(str(HERE.parent / "support"))
import exceptions  # noqa: E402

# The stand-in for a literal in a line: S for one character, X for one that is not exact, L for any other.
LITERAL = r'"[SXL]"'
OUTSIDE = r"(?:text|email|address|audience|host|scheme|origin|path|claimName|claimValue|name|value)"
FORMS = [
    ("Character", r"\bCharacter\b", "use ASCII or octets"),
    ("prefix", r"\.has(?:Prefix|Suffix)\(", "use starts(exactly:), ends(exactly:) or dropping(exactly:)"),
    ("case", r"\.(?:lowercased|uppercased|capitalized)\(\)", "use asciiLowercased()"),
    ("split", r'\.split\(\s*separator:\s*"', "use split(at:) or words(between:)"),
    ("split", r"\.split\s*\{|whereSeparator:(?! { octet)", "use words(between:), or split the utf8 view"),
    ("search", r'\.(?:firstIndex|lastIndex|firstRange|ranges)\(of:\s*"|\.(?:replacing|trimmingPrefix)\(', "use cut(at:)"),
    ("search", r'\.(?:contains|starts\(with:|elementsEqual)\(?\s*"', "use holds(exactly:) or contains(exactly:)"),
    ("compare", r'[=!~]=\s*"[SX]"|"[SX]"\s*[=!]=[^=]', "use isExactly or octets"),
    ("compare", r"case[^:=]*\"[SX]\"", "switch over octets or ExactText"),
    ("compare", r'"[SX]"\s*(?:\.\.\.|\.\.<)', "use octets"),
    ("compare", r"\." + OUTSIDE + r"\s*[=!]=\s*[a-z(]|[\w)]\s[=!]=\s[\w.\[\]?!]+\." + OUTSIDE + r"\b(?![.(\[])",
     "use isExactly"),
    ("key", r"\[String:(?!:)|\bDictionary<String\b|\bSet<String>", "use ExactText as the key"),
    ("property", r"(?<!properties)\.is(?:Whitespace|Newline|Letter|Number|HexDigit|WholeNumber|Punctuation)\b", "use octets"),
]
FORMS = [(name, re.compile(pattern), advice) for name, pattern, advice in FORMS]
STRING = re.compile(r'"((?:\\\((?:[^()"]|"[^"]*"|\((?:[^()"]|"[^"]*")*\))*\)|\\.|[^"\\])*)"')
ESCAPE = re.compile(r"\\u\{([0-9A-Fa-f]+)\}|\\(.)")


def literal(match):
    """The stand-in for a literal; code inside it is kept after the stand-in."""
    content = match.group(1)
    inside = " ".join(re.findall(r"\\\((.*?)\)", content))
    text = ESCAPE.sub(lambda m: chr(int(m.group(1), 16)) if m.group(1) else "n" if m.group(2) in "nrt0" else m.group(2),
                      content)
    kind = "L"
    if any(ord(c) > 0x7E or c in "K;`" for c in text):
        kind = "X"
    elif len(text) == 1:
        kind = "S"
    return f'"{kind}"' + (f" ({inside})" if inside else "")


def code(lines):
    """Yields the lines without comments and without the content of literals."""
    in_comment = in_text = False
    for line in lines:
        if in_comment:
            in_comment = "*/" not in line
            yield ""
            continue
        if in_text or line.count('"""') == 1:
            in_text ^= line.count('"""') == 1
            yield ""
            continue
        line = STRING.sub(literal, line)
        line = line.split("//")[0]
        if "/*" in line:
            in_comment = "*/" not in line
            line = line.split("/*")[0]
        yield line


def findings(path, lines):
    for number, line in enumerate(code(lines), start=1):
        for name, pattern, advice in FORMS:
            if pattern.search(line):
                yield path, number, name, advice
                break


def allowances(lines):
    """`FILE: CODE # reason`: lines of the file that hold the code are allowed; the file `*` is every file."""
    return exceptions.read(lines, r"(\S+): (.+?)", "FILE: CODE # reason")


def check(sources, allowed):
    """Returns the messages about sources, given as (path, lines), under a list of exceptions."""
    used, messages = set(), []
    for path, lines in sources:
        for path, number, name, advice in findings(path, lines):
            exception = next((e for e in allowed if e[0] in (path, "*") and e[1] in lines[number - 1]), None)
            if exception:
                used.add(exception)
            else:
                messages.append(f"{path}:{number}: {name}: {lines[number - 1].strip()[:100]} ({advice})")
    messages += [f"allowed: nothing needs `{path}: {text}` any more" for path, text in allowed if (path, text) not in used]
    return messages


def self_test():
    bad = [
        'field.split(separator: ";")', "text.split { $0 == x }", "let c: Character = x", 'name.hasPrefix("ab")',
        "host.lowercased()", 'text.contains("://")', 'text.firstIndex(of: ":")', 'rest.first == "{"',
        'if kind == "OKP" {', 'case "OKP": 1', 'case "a": 1', 'x == "\\u{37E}a"', 'case ("OKP", "Ed25519"): 1',
        "one.host == two", "if other == one.address {", "var seen: Set<String> = []", "let a: [String: Int]",
        "$0.isWhitespace", '"a"..."z" ~= c', 'print("\\(a.lowercased())")', 'x != "é"',
    ]
    good = [
        'field.split(at: ";")', "utf8.split(separator: UInt8(ascii: \";\"))", 'if mode == "navigate" {',
        'case "webhook": 1', 'print("a == \\"b\\", hasPrefix(")', '// text.hasPrefix("x")', "let a: [Int: String]",
        "/// `Character`", 'writer.name("lowercased()")', "one.host.isExactly(two)", "a.count == b.count",
        "[ExactText: Int]", 'log("http://x")', "x.name.utf8.count == 3", 'f(name: "text", value == 1)',
    ]
    for line in bad:
        assert list(findings("f", [line])), f"not found: {line}"
    for line in good:
        assert not list(findings("f", [line])), f"found wrongly: {line}"
    assert not list(findings("f", ["/*", 'x.hasPrefix("a")', "*/", 'let t = """', 'x.hasPrefix("a")', '"""']))
    source = [("F.swift", ["a", 'x.hasPrefix("a")'])]
    assert check(source, []) and not check(source, [("F.swift", "x.hasPrefix")])
    assert check(source, [("F.swift", "x.hasPrefix"), ("F.swift", "y")]) and check(source, [("G.swift", "x.hasPrefix")])
    assert list(allowances(["# note", "F.swift: x.y # because of this"])) == [("F.swift", "x.y")]


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    files = sorted(path for path in (ROOT / "Sources").rglob("*.swift") if "Tools" not in path.relative_to(ROOT).parts)
    sources = [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8").split("\n")) for path in files]
    messages = check(sources, list(allowances((HERE / "allowed").read_text(encoding="utf-8").split("\n"))))
    for message in messages:
        print(message, file=sys.stderr)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
