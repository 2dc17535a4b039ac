internal import Text

/// Splits a template into its pieces.
struct TemplateParser {
    private let octets: [UInt8]
    private var index = 0

    private enum Tag {
        case value(ExactText)
        case opening(ExactText, isInverted: Bool)
        case closing(ExactText)
    }

    init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// Returns the pieces up to the end of a section, or of the template for nil.
    mutating func pieces(of section: ExactText?) throws(RecipeFault) -> [Template.Piece] {
        var pieces: [Template.Piece] = []
        var start = index
        while index < octets.count {
            guard let (tag, end) = tag() else {
                index += 1
                continue
            }
            if start < index { pieces.append(.text(octets[start..<index])) }
            switch tag {
            case .value(let name):
                index = end
                pieces.append(.value(name))
            case .opening(let name, let isInverted):
                index = afterLine(end)
                pieces.append(.section(name, isInverted: isInverted, pieces: try self.pieces(of: name)))
            case .closing(let name):
                guard name == section else { throw RecipeFault("the template closes \(name), which is not open") }
                index = afterLine(end)
                return pieces
            }
            start = index
        }
        if let section { throw RecipeFault("the template does not close \(section)") }
        if start < index { pieces.append(.text(octets[start..<index])) }
        return pieces
    }

    /// The tag at the current octet, and the index after it; nil if the octets are text.
    private func tag() -> (Tag, Int)? {
        let brace = UInt8(ascii: "{")
        guard octets[index] == brace, index + 1 < octets.count, octets[index + 1] == brace else { return nil }
        var start = index + 2
        guard start < octets.count else { return nil }
        let kind = octets[start]
        let isSection = kind == UInt8(ascii: "#") || kind == UInt8(ascii: "^") || kind == UInt8(ascii: "/")
        if isSection { start += 1 }
        let name = octets[start...].prefix {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
        }
        let closing = UInt8(ascii: "}")
        guard !name.isEmpty, name.endIndex + 1 < octets.count, octets[name.endIndex] == closing,
            octets[name.endIndex + 1] == closing
        else { return nil }
        let text = ExactText(String(decoding: name, as: UTF8.self))
        guard isSection else { return (.value(text), name.endIndex + 2) }
        return kind == UInt8(ascii: "/")
            ? (.closing(text), name.endIndex + 2)
            : (.opening(text, isInverted: kind == UInt8(ascii: "^")), name.endIndex + 2)
    }

    /// The index after a section's tag: after its line break too if the tag is alone on its line.
    private func afterLine(_ end: Int) -> Int {
        let lineBreak = UInt8(ascii: "\n")
        let isFirst = index == 0 || octets[index - 1] == lineBreak
        return isFirst && end < octets.count && octets[end] == lineBreak ? end + 1 : end
    }
}
