public import HTTPMessage
internal import Identities

/// The fields that tell an application who the user is. All of them are always sent, so that none of a client's own can
/// be taken for one of them; a field without a value is empty.
public enum IdentityFields {
    /// The names, in the order in which they are sent.
    public static let names = [
        "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Preferred-Username", "X-Forwarded-Groups",
        "X-Gatehouse-Issuer", "X-Gatehouse-Identity", "X-Gatehouse-Organization", "X-Gatehouse-Role",
        "X-Gatehouse-Assertion",
    ].compactMap { FieldName($0) }

    /// The fields of a request without an identity.
    public static let none = fields([])

    /// - Parameter assertion: the signed assertion.
    static func of(_ identity: AssertedIdentity, _ assertion: String) -> Fields {
        var groups = ""
        if case .known(let names) = identity.groups {
            groups = names.map { IdentityFieldText($0).text }.joined(separator: ",")
        }
        let plain = [identity.user, identity.email, identity.preferredUsername].map { text($0) }
        let rest = [
            identity.issuer, identity.identityID, identity.organization.text, identity.role?.rawValue, assertion,
        ].map { text($0) }
        return fields(plain + [groups] + rest)
    }

    private static func text(_ value: String?) -> String { value.map { IdentityFieldText($0).text } ?? "" }

    private static func fields(_ values: [String]) -> Fields {
        var fields = Fields()
        for (index, name) in names.enumerated() { fields.append(name, index < values.count ? values[index] : "") }
        return fields
    }
}
