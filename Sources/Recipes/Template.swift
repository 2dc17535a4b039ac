internal import Text

/// A text with places for values, such as a configuration file of another program.
///
/// `{{name}}` is a value. The text between `{{#name}}` and `{{/name}}` is repeated for each element of a list, or is
/// there if a flag is true; between `{{^name}}` and `{{/name}}`, if the list is empty or the flag false. A tag of a
/// section that has a line of its own leaves no line. A section finds its own values first, then those around it.
/// Other braces are text.
struct Template {
    indirect enum Piece {
        case text(ArraySlice<UInt8>)
        case value(ExactText)
        case section(ExactText, isInverted: Bool, pieces: [Piece])
    }

    private let pieces: [Piece]

    /// - Throws: a fault if sections are not closed in order.
    init(_ octets: [UInt8]) throws(RecipeFault) {
        var parser = TemplateParser(octets)
        pieces = try parser.pieces(of: nil)
    }

    /// Returns the text with its values.
    ///
    /// - Throws: a fault if a value is missing, or has octets that could mean something in the file.
    func text(with values: TemplateValues) throws(RecipeFault) -> [UInt8] {
        var output: [UInt8] = []
        try Template.write(pieces, [values], &output)
        return output
    }

    private static func write(
        _ pieces: [Piece], _ scopes: [TemplateValues], _ output: inout [UInt8]
    ) throws(RecipeFault) {
        for piece in pieces {
            switch piece {
            case .text(let octets): output += octets
            case .value(let name):
                guard case .text(let text) = try find(name, scopes) else {
                    throw RecipeFault("the template uses \(name) as a text")
                }
                guard text.utf8.allSatisfy(isPlain) else {
                    throw RecipeFault(
                        "\(text.quoted()) cannot be written in this file: only letters, digits and . _ - : / [ ] are allowed"
                    )
                }
                output += text.utf8
            case .section(let name, let isInverted, let inner):
                let elements: [TemplateValues] =
                    switch try find(name, scopes) {
                    case .list(let elements): elements
                    case .flag(let isSet): isSet ? [[:]] : []
                    case .text: throw RecipeFault("the template uses \(name) as a section")
                    }
                if isInverted {
                    if elements.isEmpty { try write(inner, scopes, &output) }
                } else {
                    for element in elements { try write(inner, scopes + [element], &output) }
                }
            }
        }
    }

    private static func find(_ name: ExactText, _ scopes: [TemplateValues]) throws(RecipeFault) -> TemplateValue {
        for scope in scopes.reversed() {
            if let value = scope[name] { return value }
        }
        throw RecipeFault("the template uses \(name), which has no value")
    }

    /// Quotes, spaces, braces, `$`, `%`, `#`, `;` and backslashes mean something in one file or another.
    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-")...UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// The values of a template, or of one repetition of a section.
typealias TemplateValues = [ExactText: TemplateValue]

/// A value of a template.
enum TemplateValue {
    case text(String)
    case flag(Bool)
    case list([TemplateValues])

    /// A number in decimal.
    static func number(_ number: some BinaryInteger) -> TemplateValue { .text("\(number)") }
}
