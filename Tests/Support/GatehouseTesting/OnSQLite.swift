public import Testing

extension Trait where Self == ConditionTrait {
    /// The test concerns SQLite alone, for this reason.
    public static func onSQLite(_ reason: Comment) -> Self { .disabled(if: StorePlace.isPostgreSQL, reason) }
}
