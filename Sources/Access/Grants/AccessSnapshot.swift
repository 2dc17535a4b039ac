public import Organizations

/// All grants and suspensions at one version of the store: what decisions read, never torn.
public struct AccessSnapshot: Sendable {
    private struct Person: Hashable {
        let issuer: String
        let subject: String
    }

    private struct Tenant {
        var grants: [Person: [Role]] = [:]
        var suspended: Set<Person> = []
        var suspendedEmails: Set<String> = []
    }

    private var tenants: [OrganizationID: Tenant] = [:]

    public static let empty = AccessSnapshot(grants: [], suspensions: [])

    public init(grants: [Grant], suspensions: [Suspension]) {
        for grant in grants {
            let person = Person(issuer: grant.issuer, subject: grant.subject)
            tenants[grant.organization, default: Tenant()].grants[person, default: []].append(grant.role)
        }
        for suspension in suspensions {
            let person = Person(issuer: suspension.issuer, subject: suspension.subject)
            tenants[suspension.organization, default: Tenant()].suspended.insert(person)
            if let email = suspension.email {
                tenants[suspension.organization, default: Tenant()].suspendedEmails.insert(email)
            }
        }
    }

    /// The roles that are stored for an identity.
    public func roles(issuer: String, subject: String, in organization: OrganizationID) -> [Role] {
        tenants[organization]?.grants[Person(issuer: issuer, subject: subject)] ?? []
    }

    /// Whether an identity is shut out.
    ///
    /// - Parameter verifiedEmail: in lower case; `nil` where it is not verified.
    public func isSuspended(
        issuer: String, subject: String, verifiedEmail: @autoclosure () -> String?, in organization: OrganizationID
    ) -> Bool {
        guard let tenant = tenants[organization], !tenant.suspended.isEmpty else { return false }
        if tenant.suspended.contains(Person(issuer: issuer, subject: subject)) { return true }
        guard !tenant.suspendedEmails.isEmpty, let email = verifiedEmail() else { return false }
        return tenant.suspendedEmails.contains(email)
    }
}
