/// A metric's state against its license limit. The raw values are the names in the API.
public enum LicenseState: String, Sendable, CaseIterable {
    case ok
    /// The used share has reached `license.near`.
    case near
    /// More is used than the license allows.
    case over
}
