extension Database {
    /// Writes in many short transactions that nobody waits for, one after the other, until `slice` answers false.
    ///
    /// Other writes run between the slices. It ends without a word at the first error and when the database closes:
    /// only for work that somebody takes up again later.
    public func writeInSlices(_ slice: @escaping @Sendable (Transaction) throws(DatabaseError) -> Bool) {
        submitWrite { transaction throws(DatabaseError) -> WriteOutcome<Bool, Never> in
            .commit(try slice(transaction))
        } answer: { [weak self] result in
            if case .success(.success(true)) = result { self?.writeInSlices(slice) }
        }
    }
}
