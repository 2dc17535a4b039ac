extension StringProtocol {
    /// Text from outside inside a message or a log line: in quotation marks, in one line, bounded, and without what a
    /// terminal would act on.
    ///
    /// - Parameter limit: in Unicode scalars; what is longer ends with an ellipsis.
    public func quoted(atMost limit: Int = 60) -> String {
        let shown = String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
        let isCut = !unicodeScalars.dropFirst(limit).isEmpty
        return "\"" + shown.escapedForTerminal() + (isCut ? "…\"" : "\"")
    }
}
