internal import JSON
internal import Text

/// Reads the members of a request's JSON object and collects all faults.
struct BodyReader {
    let root: JSONValue
    private(set) var faults: [Problem.Fault] = []
    private let prefix: String

    /// - Parameter prefix: the JSON Pointer of the object in the whole document.
    init(_ root: JSONValue, at prefix: String = "") {
        self.root = root
        self.prefix = prefix
    }

    func has(_ name: String) -> Bool { root.member(name) != nil }

    mutating func fault(_ name: String, _ detail: String) {
        faults.append(Problem.Fault(pointer: prefix + JSONPointer(tokens: [name]).description, detail: detail))
    }

    mutating func allow(_ names: String...) { allow(names) }

    /// Unknown names are faults, since a misspelt name would otherwise go unnoticed.
    mutating func allow(_ names: [String]) {
        for member in root.members.lazy.filter({ !names.contains(exactly: $0.name) }).prefix(100) {
            let shown = member.name.utf8.count <= 64 ? member.name : "…"
            fault(shown, "is not known here; known: \(names.joined(separator: ", "))")
        }
    }

    /// Text of bounded length; nil if it is missing or faulty.
    mutating func text(_ name: String, isRequired: Bool = true, in length: ClosedRange<Int> = 1...255) -> String? {
        guard let value = root.member(name), !value.isNull else {
            if isRequired { fault(name, "is required") }
            return nil
        }
        guard let text = value.string else {
            fault(name, "has to be a string")
            return nil
        }
        guard length.contains(text.unicodeScalars.count), !text.utf8.contains(0) else {
            fault(name, "has to be \(length.lowerBound) to \(length.upperBound) characters, without NUL")
            return nil
        }
        return text
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = root.member(name), !value.isNull else { return nil }
        guard let number = value.integer, range.contains(Int(clamping: number)) else {
            fault(name, "has to be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return Int(number)
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, isRequired: Bool = true
    ) -> Choice? {
        guard let text = text(name, isRequired: isRequired) else { return nil }
        guard let choice = Choice(exactly: text) else {
            fault(name, "has to be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return choice
    }

    /// Throws if there was any fault.
    func finish() throws(Problem) {
        guard let first = faults.first else { return }
        throw Problem(
            .invalidRequest, status: 422,
            detail: "The document has \(faults.count) fault\(faults.count == 1 ? "" : "s"); nothing was changed. "
                + "First: \(first.pointer): \(first.detail)", faults: faults)
    }
}
