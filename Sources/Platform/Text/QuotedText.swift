extension StringProtocol {
    /// Outside text for a message or a log line: in quotation marks, on one line, bounded, and with terminal control
    /// characters escaped.
    ///
    /// - Parameter limit: the most Unicode scalars; longer text ends with an ellipsis.
    public func quoted(atMost limit: Int = 60) -> String {
        let shown = String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
        let isCut = !unicodeScalars.dropFirst(limit).isEmpty
        return "\"" + shown.escapedForTerminal() + (isCut ? "…\"" : "\"")
    }
}
