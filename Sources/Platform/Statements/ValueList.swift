public import Databases

/// The places of a list of keys in a statement, such as `($2), ($3)`, and their values.
///
/// The number of places is a power of two, so that there are few texts of statements. The last key fills the rest.
public struct ValueList: Sendable {
    /// The most keys of one list.
    public static let most = 32

    public let places: String
    public let values: [SQLValue]

    /// - Parameters:
    ///   - keys: at least one and at most ``most``, with equal numbers of values.
    ///   - count: the number of values that the statement has before the list.
    public init(_ keys: [[SQLValue]], after count: Int = 0) {
        var size = 1
        while size < keys.count { size *= 2 }
        let filled = keys + Array(repeating: keys[keys.count - 1], count: size - keys.count)
        var number = count
        places = filled.map { key in
            let names = key.map { _ in
                number += 1
                return "$\(number)"
            }
            return "(\(names.joined(separator: ", ")))"
        }.joined(separator: ", ")
        values = filled.flatMap(\.self)
    }

    /// Cuts a list of keys into lists that have at most ``most`` of them each.
    public static func parts<Key>(of keys: some Collection<Key>) -> [[Key]] {
        let all = Array(keys)
        return stride(from: 0, to: all.count, by: most).map { Array(all[$0..<min($0 + most, all.count)]) }
    }
}
