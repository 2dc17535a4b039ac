/// A value of a column or parameter.
public enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    public static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }

    /// An integer, 0 or 1.
    public static func boolean(_ value: Bool) -> SQLValue { .integer(value ? 1 as Int64 : 0) }

    /// The text, or `null` if the value is nil.
    public static func text(orNull value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }
}
