import Time

/// Options of a soak test: `GatehouseSoak [--minutes N] [--people N] [--rules N] [--gateway PATH]`.
struct SoakOptions {
    /// Duration of the load in minutes, from 1 to 600.
    var minutes = 20
    /// Number of users who have signed in before the load begins.
    var people = 0
    /// Number of claim mappings in the store before the load begins, in addition to those of the configuration. The
    /// number stays below the limit, because the load adds some.
    var rules = 0
    /// Path of the gateway program; nil for the program beside this tool.
    var gateway: String?

    struct SyntaxError: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: some Sequence<String>) throws {
        var rest = Array(arguments)[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw SyntaxError(description: "\(name) needs a value") }
            switch name {
            case "--minutes": minutes = try SoakOptions.number(name, value, in: 1...600)
            case "--people": people = try SoakOptions.number(name, value, in: 0...100_000)
            case "--rules": rules = try SoakOptions.number(name, value, in: 0...1990)
            case "--gateway": gateway = value
            default: throw SyntaxError(description: "unknown option \(name)")
            }
        }
    }

    private static func number(_ name: String, _ text: String, in range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw SyntaxError(description: "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
