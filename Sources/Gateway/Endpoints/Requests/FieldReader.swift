package import JSON
internal import Text

/// Reads the fields of a JSON object or of a form, and collects all faults.
package struct FieldReader {
    /// The value of a field.
    package enum Value {
        case null
        case text(String)
        case integer(Int64)
        /// A JSON value of another type.
        case other

        package var isNull: Bool {
            switch self {
            case .null: true
            case .text, .integer, .other: false
            }
        }

        /// The text; nil for a value of another type.
        package var string: String? {
            switch self {
            case .text(let text): text
            case .null, .integer, .other: nil
            }
        }
    }

    private enum Source {
        case object(JSONValue)
        case form([(name: String, value: Value)])
    }

    private let source: Source
    package private(set) var faults: [Problem.Issue] = []
    private let prefix: String

    /// - Parameter prefix: the JSON Pointer of the object in the whole document.
    package init(_ object: JSONValue, at prefix: String = "") {
        source = .object(object)
        self.prefix = prefix
    }

    /// - Parameter form: the fields of a form, with their values.
    package init(form: [(name: String, value: Value)]) {
        source = .form(form)
        prefix = ""
    }

    /// The value of a field; nil if it is absent.
    package func value(_ name: String) -> Value? {
        switch source {
        case .object(let object): object.member(name).map(Value.init)
        case .form(let fields): fields.first { $0.name.isExactly(name) }?.value
        }
    }

    /// The texts of an array; nil if it is missing or faulty.
    ///
    /// - Parameter count: the numbers of elements that are allowed.
    package mutating func texts(_ name: String, count: ClosedRange<Int>) -> [String]? {
        guard case .object(let object) = source, let list = object.member(name), list.kind == .array,
            case let elements = Array(list.elements), count.contains(elements.count)
        else {
            fault(
                name,
                "\(FieldReader.subject(name)) must be an array of \(count.lowerBound) to \(count.upperBound) strings.")
            return nil
        }
        let texts = elements.map(\.string)
        for (index, text) in texts.enumerated() where text == nil {
            faults.append(
                Problem.Issue(
                    pointer: prefix + JSONPointer(tokens: [name, String(index)]).description,
                    detail: "The element must be a string."))
        }
        return texts.allSatisfy { $0 != nil } ? texts.compactMap { $0 } : nil
    }

    package func has(_ name: String) -> Bool { value(name) != nil }

    private var names: [String] {
        switch source {
        case .object(let object): object.members.map(\.name)
        case .form(let fields): fields.map(\.name)
        }
    }

    /// The field as the subject of a sentence: `claim_name` is "The claim name".
    private static func subject(_ name: String) -> String { "The \(name.split(at: "_").joined(separator: " "))" }

    /// Adds a fault of a field.
    ///
    /// - Parameter detail: one sentence, which pages show without the name of the field.
    package mutating func fault(_ name: String, _ detail: String) {
        faults.append(Problem.Issue(pointer: prefix + JSONPointer(tokens: [name]).description, detail: detail))
    }

    package mutating func allow(_ names: String...) { allow(names) }

    /// Unknown names are faults, since a misspelt name would otherwise go unnoticed.
    package mutating func allow(_ names: [String]) {
        for name in self.names.filter({ !names.contains(exactly: $0) }).prefix(100) {
            let shown = name.utf8.count <= 64 ? name : "…"
            fault(shown, "This field is not known. Known fields: \(names.joined(separator: ", ")).")
        }
    }

    /// Text of bounded length; nil if it is missing or faulty.
    package mutating func text(_ name: String, isRequired: Bool = true, in length: ClosedRange<Int> = 1...255)
        -> String?
    {
        guard let value = value(name), !value.isNull else {
            if isRequired { fault(name, "\(FieldReader.subject(name)) is missing.") }
            return nil
        }
        guard let text = value.string else {
            fault(name, "\(FieldReader.subject(name)) must be a string.")
            return nil
        }
        guard length.contains(text.unicodeScalars.count), !text.utf8.contains(0) else {
            fault(
                name,
                "\(FieldReader.subject(name)) must have \(length.lowerBound) to \(length.upperBound) characters, without NUL."
            )
            return nil
        }
        return text
    }

    package mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(name), !value.isNull else { return nil }
        guard case .integer(let number) = value, range.contains(Int(clamping: number)) else {
            fault(
                name,
                "\(FieldReader.subject(name)) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return Int(number)
    }

    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, isRequired: Bool = true
    ) -> Choice? {
        guard let text = text(name, isRequired: isRequired) else { return nil }
        guard let choice = Choice(exactly: text) else {
            fault(
                name,
                "\(FieldReader.subject(name)) must be one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", "))."
            )
            return nil
        }
        return choice
    }

    /// Throws if there was any fault.
    package func finish() throws(Problem) {
        if !faults.isEmpty { throw problem }
    }

    /// The problem with all faults.
    package var problem: Problem {
        let first = faults.first.map { " First: \($0.pointer): \($0.detail)" } ?? ""
        return Problem(
            .invalidRequest, status: 422,
            detail:
                "The document has \(faults.count) fault\(faults.count == 1 ? "" : "s"); nothing was changed.\(first)",
            faults: faults)
    }
}

extension FieldReader.Value {
    package init(_ value: JSONValue) {
        self =
            if value.isNull {
                .null
            } else if let text = value.string {
                .text(text)
            } else if let number = value.integer {
                .integer(number)
            } else {
                .other
            }
    }
}
