internal import ClaimMapping
internal import Cryptography
public import Databases
internal import Identities
internal import Policy
internal import Snapshots
internal import Text

/// What other processes are told about a change of access, and what this one takes up from them.
extension AccessStore {
    /// The changes of other processes, as far as they concern the snapshot.
    private struct Changed {
        var grants: [(organization: OrganizationID, identity: Identity)] = []
        var suspensions: [OrganizationID] = []
        var mappings: [OrganizationID] = []

        var isEmpty: Bool { grants.isEmpty && suspensions.isEmpty && mappings.isEmpty }

        /// Nil if a key cannot be read, which a newer program may have recorded.
        init?(_ changes: StoreChanges) {
            guard let grants = changes.keys(of: StoreChange.grant),
                let suspensions = changes.keys(of: StoreChange.suspension),
                let mappings = changes.keys(of: StoreChange.mapping)
            else { return nil }
            for key in grants {
                guard let grant = StoreChange.grant(of: key.text) else { return nil }
                self.grants.append(grant)
            }
            for key in suspensions {
                guard let organization = OrganizationID(key.text) else { return nil }
                self.suspensions.append(organization)
            }
            for key in mappings {
                guard let organization = OrganizationID(key.text) else { return nil }
                self.mappings.append(organization)
            }
        }
    }

    /// Takes up what other processes have changed; for ``Databases/Database/follow(every:_:)``.
    public func takeUp(_ changes: StoreChanges) throws(DatabaseError) {
        guard let changed = Changed(changes) else { return try refresh() }
        if changed.isEmpty { return }
        while true {
            let (snapshot, version) = { ($0.value, $0.version) }(snapshots.read())
            let renewed = try database.readBlocking { transaction throws(DatabaseError) in
                var snapshot = snapshot
                for (organization, identity) in changed.grants {
                    let grants = try AccessStore.grants(of: identity, in: organization, transaction)
                    snapshot.replaceGrants(of: identity, in: organization, grants)
                }
                for organization in changed.suspensions {
                    let suspensions = try AccessStore.suspensions(organization, transaction)
                    snapshot.apply(.suspensions(organization, suspensions))
                }
                for organization in changed.mappings {
                    let rows = try AccessStore.mappings(organization, transaction)[organization] ?? []
                    snapshot.apply(.mappings(organization, PreparedRules(rows)))
                }
                return snapshot
            }
            // A snapshot made from an earlier one must not replace a later commit of this process.
            if snapshots.publish(renewed, ifStill: version) { return }
        }
    }
}

extension StoreChange {
    static let grant = "grant"
    static let suspension = "suspension"
    static let mapping = "mapping"

    init(_ change: AccessChange) {
        switch change {
        case .granted(let grant), .revoked(let grant):
            // No part contains a space after its encoding.
            let parts = [grant.identity.issuer.text, grant.identity.subject.text].map { Base64URL.encode($0.utf8) }
            self.init(StoreChange.grant, ([grant.organization.text] + parts).joined(separator: " "))
        case .suspensions(let organization, _): self.init(StoreChange.suspension, organization.text)
        case .mappings(let organization, _): self.init(StoreChange.mapping, organization.text)
        }
    }

    /// Returns the organization and identity of a grant's key.
    fileprivate static func grant(of key: String) -> (OrganizationID, Identity)? {
        let parts = key.split(at: " ")
        guard parts.count == 3, let organization = OrganizationID(String(parts[0])),
            let issuer = Base64URL.decode(String(parts[1])), let subject = Base64URL.decode(String(parts[2]))
        else { return nil }
        return (
            organization,
            Identity(
                issuer: Issuer(String(decoding: issuer, as: UTF8.self)),
                subject: Subject(String(decoding: subject, as: UTF8.self)))
        )
    }
}
