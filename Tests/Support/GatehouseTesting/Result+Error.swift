extension Result {
    /// The failure; nil for a success.
    public var error: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
