import Testing
import Text

@testable import Recipes

@Suite("Templates")
struct TemplateTests {
    private func text(_ template: String, _ values: TemplateValues) throws -> String {
        String(decoding: try Template(Array(template.utf8)).text(with: values), as: UTF8.self)
    }

    @Test("values are filled in, and other braces are text")
    func values() throws {
        #expect(try text("a {{x}} {y} {{ $z }} {{", ["x": .text("1")]) == "a 1 {y} {{ $z }} {{")
    }

    @Test("a section is repeated with its own values, and its tags leave no line")
    func sections() throws {
        let template = "{{#rows}}\n{{name}} of {{all}}\n{{/rows}}\nend\n"
        let rows: TemplateValue = .list([["name": .text("a")], ["name": .text("b")]])
        #expect(try text(template, ["rows": rows, "all": .number(2)]) == "a of 2\nb of 2\nend\n")
    }

    @Test("a section within a line stays in the line")
    func inline() throws {
        let rows: TemplateValue = .list([["name": .text("a")], ["name": .text("b")]])
        #expect(try text("x{{#rows}} {{name}}{{/rows}};\n", ["rows": rows]) == "x a b;\n")
    }

    @Test("flags choose one of two texts", arguments: [true, false])
    func flags(isSet: Bool) throws {
        #expect(try text("{{#f}}yes{{/f}}{{^f}}no{{/f}}", ["f": .flag(isSet)]) == (isSet ? "yes" : "no"))
    }

    @Test(
        "a value that could mean something in the file is refused",
        arguments: ["a b", "a\nb", "a;b", "\"", "a#b", "{", "$x", "ä"])
    func unsafe(value: String) {
        #expect(throws: RecipeFault.self) { try text("{{x}}", ["x": .text(value)]) }
    }

    @Test(
        "a template that does not fit its values is refused",
        arguments: ["{{y}}", "{{#x}}{{/x}}", "{{#f}}", "{{/f}}", "{{#f}}{{#g}}{{/f}}{{/g}}", "{{f}}"])
    func wrong(template: String) {
        #expect(throws: RecipeFault.self) {
            try text(template, ["x": .text("1"), "f": .flag(true), "g": .flag(true)])
        }
    }
}
