/// A page's elements and texts, read by a parser that is stricter than any browser.
///
/// The parser accepts only what a page of this package may contain: lower-case tags that are all closed, quoted
/// attributes, and `&` only in the references that escaping makes. It reports the first fault.
struct Markup {
    struct SyntaxError: Error, CustomStringConvertible {
        let description: String
    }

    struct Element {
        let name: String
        let attributes: [String: String]
        /// The index of the element around this one; nil for the root.
        let parent: Int?
        /// The texts directly in the element.
        var texts: [String] = []

        subscript(attribute: String) -> String? { attributes[attribute] }
    }

    private(set) var elements: [Element] = []
    private var open: [Int] = []
    private var rest: Substring

    static let voids: Set = ["meta", "link", "input", "br", "hr", "img"]

    /// Parses a document.
    init(_ document: String) throws(SyntaxError) {
        rest = document[...]
        guard skip("<!DOCTYPE html>\n") else { throw SyntaxError(description: "there is no document type") }
        while !rest.isEmpty {
            if rest.hasPrefix("</") {
                try close()
            } else if rest.hasPrefix("<") {
                try begin()
            } else {
                try text()
            }
        }
        guard open.isEmpty else { throw fault("\(open.map { elements[$0].name }) are not closed") }
    }

    private func fault(_ text: String) -> SyntaxError {
        SyntaxError(description: "\(text), before: \(rest.prefix(80))")
    }

    private mutating func skip(_ text: String) -> Bool {
        guard rest.hasPrefix(text) else { return false }
        rest = rest.dropFirst(text.count)
        return true
    }

    /// Only the attributes of SVG have upper-case letters.
    private mutating func name(isAttribute: Bool = false) throws(SyntaxError) -> String {
        let name = rest.prefix {
            $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-" || isAttribute && $0.isUppercase)
        }
        guard !name.isEmpty else { throw fault("a name is missing") }
        rest = rest[name.endIndex...]
        return String(name)
    }

    private mutating func begin() throws(SyntaxError) {
        _ = skip("<")
        let name = try self.name()
        var attributes: [String: String] = [:]
        while !skip(">") {
            guard skip(" ") else { throw fault("an attribute of <\(name)> needs one space before it") }
            let attribute = try self.name(isAttribute: true)
            var value = ""
            if skip("=\"") {
                guard let end = rest.firstIndex(of: "\"") else { throw fault("a value is not closed") }
                value = try decoded(rest[..<end])
                rest = rest[end...].dropFirst()
            }
            guard attributes.updateValue(value, forKey: attribute) == nil else {
                throw fault("<\(name)> has \(attribute) twice")
            }
        }
        elements.append(Element(name: name, attributes: attributes, parent: open.last))
        if !Markup.voids.contains(name) { open.append(elements.count - 1) }
    }

    private mutating func close() throws(SyntaxError) {
        _ = skip("</")
        let name = try self.name()
        guard skip(">"), let last = open.popLast(), elements[last].name == name else {
            throw fault("</\(name)> closes nothing")
        }
    }

    private mutating func text() throws(SyntaxError) {
        let end = rest.firstIndex(of: "<") ?? rest.endIndex
        let text = try decoded(rest[..<end])
        rest = rest[end...]
        if let parent = open.last {
            elements[parent].texts.append(text)
        } else if !text.allSatisfy(\.isWhitespace) {
            throw fault("text stands outside the document")
        }
    }

    private static let references: [Substring: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'",
    ]

    private func decoded(_ text: Substring) throws(SyntaxError) -> String {
        var (result, left) = ("", text)
        while let start = left.firstIndex(of: "&") {
            result += left[..<start]
            guard let end = left[start...].firstIndex(of: ";"),
                let character = Markup.references[left[start..<end].dropFirst()]
            else { throw fault("an & stands alone in: \(text.prefix(80))") }
            result += character
            left = left[end...].dropFirst()
        }
        result += left
        let isForbidden = result.unicodeScalars.contains { scalar in
            scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7F...0x9F).contains(scalar.value)
        }
        guard !isForbidden, !result.contains("<") || text.contains("&lt;") else {
            throw fault("a character is not allowed in: \(text.prefix(80))")
        }
        return result
    }
}

extension Markup {
    func all(_ names: String...) -> [Element] { elements.filter { names.contains($0.name) } }

    /// The elements around an element, innermost first.
    func ancestors(of element: Element) -> [Element] {
        var (found, next): ([Element], Int?) = ([], element.parent)
        while let index = next {
            found.append(elements[index])
            next = elements[index].parent
        }
        return found
    }

    /// The indices of the elements inside the one at this index, in order.
    func inside(_ index: Int) -> [Int] {
        elements.indices.filter { other in
            var next = elements[other].parent
            while let parent = next, parent != index { next = elements[parent].parent }
            return next == index
        }
    }

    func indices(_ names: String...) -> [Int] { elements.indices.filter { names.contains(elements[$0].name) } }

    /// Every text and every value of an attribute, decoded.
    var strings: [String] { elements.flatMap { $0.texts + Array($0.attributes.values) } }
}
