internal import Databases
package import Endpoints
package import Policy
internal import RuntimeConfiguration
internal import Tokens

/// A caller's access to all organizations, for replies that list them.
///
/// The evaluation takes time in proportion to the organizations that list the caller's provider. A reactor evaluates a
/// few of them itself; many are evaluated on a reader's thread of the store.
package struct OwnAccess: Sendable {
    /// The number of organizations up to which a reactor evaluates them itself.
    private static let few = 100

    private let database: Database

    package init(_ stores: Stores) {
        database = stores.database
    }

    /// Returns true if the evaluation is too long for a reactor.
    private func isLong(_ context: RequestContext, _ caller: Caller) -> Bool {
        context.state.rules.organizations(accepting: caller.claims.provider).count > OwnAccess.few
    }

    /// Makes a reply from the entitlements with a role, in the order of the configuration.
    ///
    /// - Parameter make: runs on a reader's thread if there are many organizations.
    package func reply(
        _ context: RequestContext, _ caller: Caller, _ make: @escaping @Sendable ([Entitlement]) -> Reply
    ) async throws(Problem) -> Reply {
        let (state, claims) = (context.state, caller.claims)
        guard isLong(context, caller) else { return make(state.entitlements(of: claims)) }
        return try await context.stored { () throws(DatabaseError) in
            try await database.compute { make(state.entitlements(of: claims)) }
        }
    }

    /// The upstreams that a caller may open, in the order of the configuration.
    package func upstreams(_ context: RequestContext, _ caller: Caller) -> [UpstreamRules] {
        let (state, claims) = (context.state, caller.claims)
        return state.rules.upstreams.filter { state.mayOpen($0, with: claims) }
    }

    /// Variant of `reply(_:_:_:)` for endpoints that return at once if there are few organizations.
    package func outcome<Party>(
        _ context: RequestContext, _ caller: Caller, _ make: @escaping @Sendable ([Entitlement]) -> Reply
    ) -> Handler<Party>.Outcome {
        guard isLong(context, caller) else { return .now(make(context.state.entitlements(of: caller.claims))) }
        return .later { () throws(Problem) in try await reply(context, caller, make) }
    }
}
