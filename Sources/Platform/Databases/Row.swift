/// The current row of a query; its values must be read inside the closure.
public struct Row {
    let values: any RowValues

    /// An integer; 0 if the column is null.
    public func integer(_ column: Int) -> Int { Int(values.integer(column)) }

    /// Returns true for an integer other than 0, and for the truth value "true".
    public func boolean(_ column: Int) -> Bool { values.integer(column) != 0 }

    /// Text; empty if the column is null.
    public func text(_ column: Int) -> String { values.text(column) }

    public func optionalText(_ column: Int) -> String? {
        values.isNull(column) ? nil : values.text(column)
    }

    public func optionalInteger(_ column: Int) -> Int? {
        values.isNull(column) ? nil : integer(column)
    }

    /// Bytes; empty if the column is null.
    public func blob(_ column: Int) -> [UInt8] { values.blob(column) }

    public func optionalBlob(_ column: Int) -> [UInt8]? {
        values.isNull(column) ? nil : values.blob(column)
    }
}
