internal import Configuration

/// The words behind a command, sorted by its declaration.
struct Arguments: Sendable {
    private var values: [String: [String]] = [:]
    private var operands: [String: String] = [:]

    /// - Parameter words: those behind the command's name. `--` ends the options.
    init(_ words: ArraySlice<String>, for command: Command) throws(CommandFailure) {
        var rest = words
        var plain: [String] = []
        while let word = rest.popFirst() {
            if word == "--" {
                plain += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                plain.append(word)
                continue
            }
            try take(option: word, from: &rest, of: command)
        }
        for (index, operand) in command.operands.enumerated() {
            guard index < plain.count else { throw .words("\(operand.placeholder) is missing: \(operand.help)") }
            operands[operand.placeholder] = plain[index]
        }
        if plain.count > command.operands.count {
            throw .words("unexpected argument \(shown(plain[command.operands.count]))")
        }
        for option in command.options where option.isRequired && values[option.name] == nil {
            throw .words("\(option.spelling) is missing: \(option.help)")
        }
    }

    private mutating func take(
        option word: String, from rest: inout ArraySlice<String>, of command: Command
    ) throws(CommandFailure) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = command.options.first(where: { "--\($0.name)" == parts[0] }) else {
            let known = (command.options.map(\.name) + ["help"]).map { "--\($0)" }
            let meant = Suggestion.nearest(to: parts[0], among: known).map { "; did you mean \($0)?" } ?? ""
            throw .words("unknown option \(shown(parts[0]))\(meant)")
        }
        if values[option.name] != nil, !option.isRepeated { throw .words("--\(option.name) is given twice") }
        guard option.placeholder != nil else {
            guard parts.count == 1 else { throw .words("--\(option.name) has no value") }
            values[option.name] = []
            return
        }
        let value: String
        if parts.count == 2 {
            value = parts[1]
        } else if let next = rest.first, next == "-" || !next.hasPrefix("-") {
            value = next
            rest.removeFirst()
        } else {
            throw .words(
                "\(option.spelling) needs its value (one that begins with - is written --\(option.name)=VALUE)")
        }
        guard !value.isEmpty else { throw .words("\(option.spelling) needs a value that is not empty") }
        values[option.name, default: []].append(value)
    }

    /// Whether an option stands there.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// An option's value.
    func value(_ name: String) -> String? { values[name]?.last }

    /// All values of an option that may be repeated, in their order.
    func values(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of an option that is required.
    func required(_ name: String) throws(CommandFailure) -> String {
        guard let value = value(name) else { throw .words("--\(name) is missing") }
        return value
    }

    func operand(_ placeholder: String) throws(CommandFailure) -> String {
        guard let operand = operands[placeholder] else { throw .words("\(placeholder) is missing") }
        return operand
    }
}

/// A word of the call inside a message: short, in one line.
func shown(_ word: String) -> String {
    let scalars = word.unicodeScalars.prefix(60).map { scalar -> Character in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: Character(scalar)
        }
    }
    return "\"" + String(scalars) + (word.unicodeScalars.dropFirst(60).isEmpty ? "\"" : "…\"")
}
