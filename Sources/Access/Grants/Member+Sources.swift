public import Identities
public import Policy

extension Member {
    /// A source of an identity's role.
    public enum Source {
        case claimMapping(row: String?, Role)
        case grant(Grant)
    }

    /// The sources of the role, the claim mapping first.
    public var sources: [Source] {
        let mapped = access.flatMap { access in access.role.map { Source.claimMapping(row: access.mapping, $0) } }
        return [mapped].compactMap { $0 } + grants.map { .grant($0) }
    }
}
