public import Identities

extension ProviderID {
    /// The provider that tests sign in through.
    public static var idp: ProviderID { named("idp") }

    /// Returns the id with this text, which must be valid.
    public static func named(_ text: String) -> ProviderID {
        guard let id = ProviderID(text) else { preconditionFailure("\(text) is no provider id") }
        return id
    }
}
