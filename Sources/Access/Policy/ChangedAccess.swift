package import Identities

/// A user, as one organization sees it.
package struct OrganizationUser: Hashable, Sendable {
    package let organization: OrganizationID
    package let user: Identity

    package init(organization: OrganizationID, user: Identity) {
        (self.organization, self.user) = (organization, user)
    }
}

/// The parts of an ``AccessSnapshot`` that were changed.
package struct ChangedAccess: Sendable {
    /// True if any part may have changed. The other properties are empty then.
    package private(set) var isAll = false
    /// The users whose grants were changed.
    package private(set) var users: Set<OrganizationUser> = []
    /// The organizations whose suspensions were changed.
    package private(set) var suspensions: Set<OrganizationID> = []
    /// The organizations whose stored rules were changed.
    package private(set) var mappings: Set<OrganizationID> = []

    /// Any part may have changed.
    package static let all = {
        var all = ChangedAccess()
        all.isAll = true
        return all
    }()

    package var isEmpty: Bool { !isAll && users.isEmpty && suspensions.isEmpty && mappings.isEmpty }

    package init(
        users: Set<OrganizationUser> = [], suspensions: Set<OrganizationID> = [], mappings: Set<OrganizationID> = []
    ) {
        (self.users, self.suspensions, self.mappings) = (users, suspensions, mappings)
    }

    package mutating func insert(_ change: AccessChange) {
        switch change {
        case .granted(let grant), .revoked(let grant):
            users.insert(OrganizationUser(organization: grant.organization, user: grant.identity))
        case .suspensions(let organization, _): suspensions.insert(organization)
        case .mappings(let organization, _): mappings.insert(organization)
        }
    }
}

extension AccessSnapshot {
    /// Keeps some parts as another snapshot has them.
    package mutating func keep(_ parts: ChangedAccess, as former: AccessSnapshot) {
        for user in parts.users { keepGrants(of: user.user, in: user.organization, as: former) }
        for organization in parts.suspensions { keepSuspensions(in: organization, as: former) }
        for organization in parts.mappings { apply(.mappings(organization, former.mappings(of: organization))) }
    }
}
