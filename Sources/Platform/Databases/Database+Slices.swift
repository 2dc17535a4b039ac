extension Database {
    /// Writes in many short transactions, one after the other, until `slice` returns false. The call returns at once.
    ///
    /// Other writes run between the slices. The work ends silently at the first error and when the database closes, so
    /// use it only for work that is resumed later.
    public func writeInSlices(_ slice: @escaping @Sendable (Transaction) throws(DatabaseError) -> Bool) {
        submitWrite { transaction throws(DatabaseError) -> WriteOutcome<Bool, Never> in
            .commit(try slice(transaction))
        } answer: { [weak self] result in
            if case .success(.success(true)) = result { self?.writeInSlices(slice) }
        }
    }
}
