internal import Configuration
internal import Text

/// The arguments of a command, parsed by its declaration.
struct Arguments: Sendable {
    private var values: [ExactText: [String]] = [:]
    private var operands: [ExactText: String] = [:]

    /// - Parameter words: the arguments after the command's name. `--` ends the options.
    init(_ words: ArraySlice<String>, for command: Command) throws(CommandError) {
        var rest = words
        var plain: [String] = []
        while let word = rest.popFirst() {
            if word == "--" {
                plain += rest
                break
            }
            guard word.starts(exactly: "-"), !word.isExactly("-") else {
                plain.append(word)
                continue
            }
            try take(option: word, from: &rest, of: command)
        }
        for (index, operand) in command.operands.enumerated() {
            guard index < plain.count else {
                guard operand.isRequired else { break }
                throw .usage("\(operand.placeholder) is missing: \(operand.help)")
            }
            operands[ExactText(operand.placeholder)] = plain[index]
        }
        if plain.count > command.operands.count {
            throw .usage("unexpected argument \(shown(plain[command.operands.count]))")
        }
        for option in command.options where option.isRequired && values[ExactText(option.name)] == nil {
            throw .usage("\(option.spelling) is missing: \(option.help)")
        }
    }

    private mutating func take(
        option word: String, from rest: inout ArraySlice<String>, of command: Command
    ) throws(CommandError) {
        let parts = word.split(at: "=", maxSplits: 1).map { String($0) }
        guard let option = command.options.first(where: { parts[0].isExactly("--\($0.name)") }) else {
            let known = (command.options.map(\.name) + ["help"]).map { "--\($0)" }
            let meant = Suggestion.nearest(to: parts[0], among: known).map { "; did you mean \($0)?" } ?? ""
            throw .usage("unknown option \(shown(parts[0]))\(meant)")
        }
        if values[ExactText(option.name)] != nil, !option.isRepeated { throw .usage("--\(option.name) is given twice") }
        guard option.placeholder != nil else {
            guard parts.count == 1 else { throw .usage("--\(option.name) has no value") }
            values[ExactText(option.name)] = []
            return
        }
        let value: String
        if parts.count == 2 {
            value = parts[1]
        } else if let next = rest.first, next.isExactly("-") || !next.starts(exactly: "-") {
            value = next
            rest.removeFirst()
        } else {
            throw .usage(
                "\(option.spelling) needs its value (write a value that begins with - as --\(option.name)=VALUE)")
        }
        guard !value.isEmpty else { throw .usage("\(option.spelling) needs a value that is not empty") }
        values[ExactText(option.name), default: []].append(value)
    }

    /// Returns true if an option is present.
    func has(_ name: String) -> Bool { values[ExactText(name)] != nil }

    /// Returns an option's value, or nil if it is absent.
    func value(_ name: String) -> String? { values[ExactText(name)]?.last }

    /// Returns all values of a repeatable option, in order.
    func values(_ name: String) -> [String] { values[ExactText(name)] ?? [] }

    /// Returns the value of a required option.
    func required(_ name: String) throws(CommandError) -> String {
        guard let value = value(name) else { throw .usage("--\(name) is missing") }
        return value
    }

    func operand(_ placeholder: String) throws(CommandError) -> String {
        guard let operand = optionalOperand(placeholder) else { throw .usage("\(placeholder) is missing") }
        return operand
    }

    func optionalOperand(_ placeholder: String) -> String? { operands[ExactText(placeholder)] }
}

/// Quotes an argument in a message: shortened, in one line, without control characters.
func shown(_ word: String) -> String {
    let scalars = word.unicodeScalars
    return "\"" + String(scalars.prefix(60)).escapedForTerminal() + (scalars.dropFirst(60).isEmpty ? "\"" : "…\"")
}
