package import Endpoints
internal import Grants
package import Identities
package import JSON
package import Policy
internal import RuntimeConfiguration
internal import Text
package import Tokens

/// A request to an upstream whose decision is to be explained.
package struct UpstreamQuestion: Sendable {
    package let upstream: UpstreamRules
    package let path: UpstreamPath
    package let method: String

    package init(upstream: UpstreamRules, path: UpstreamPath, method: String) {
        (self.upstream, self.path, self.method) = (upstream, path, method)
    }
}

/// The explained decision about a user's request to an upstream.
package struct ExplainedUpstream: Sendable {
    /// The user.
    package let user: ExplainedAccess
    package let explanation: UpstreamExplanation
}

extension ManagementRequest {
    /// The organization's upstreams, in the order of the configuration file.
    package var upstreams: [UpstreamRules] { configuration.accessSettings.rules.upstreams(of: id) }

    /// Returns one of the organization's upstreams; nil if there is none with the id.
    package func upstream(_ text: String) -> UpstreamRules? {
        upstreams.first { $0.id.text.isExactly(text) }
    }

    /// Explains a decision about claims that were verified earlier.
    package func explain(
        _ question: UpstreamQuestion, _ claims: VerifiedClaims
    ) async throws(Problem) -> ExplainedUpstream {
        let user = try await explain(claims)
        return try await explain(question, UpstreamUser(claims), user)
    }

    /// Explains a decision about unsigned claims, as if they came from one of the organization's providers. Returns nil
    /// if the organization does not list the provider.
    package func explain(
        _ question: UpstreamQuestion, claims root: JSONValue, of provider: ProviderID
    ) async throws(Problem) -> ExplainedUpstream? {
        guard let user = try await explain(claims: root, of: provider) else { return nil }
        let identity = user.subject.map { Identity(issuer: user.issuer, subject: $0) }
        return try await explain(question, UpstreamUser(KnownClaims(root), from: provider, identity: identity), user)
    }

    /// Explains a decision about a user of the organization, by the claims of the last sign-in. Returns nil if there is
    /// none.
    package func explain(
        _ question: UpstreamQuestion, _ identity: IdentityID
    ) async throws(Problem) -> ExplainedUpstream? {
        guard let claims = try await claims(of: identity) else { return nil }
        return try await explain(question, claims)
    }

    private func explain(
        _ question: UpstreamQuestion, _ user: UpstreamUser, _ explained: ExplainedAccess
    ) async throws(Problem) -> ExplainedUpstream {
        let state = AccessState(rules: configuration.accessSettings.rules, snapshot: stores.access.state.snapshot)
        return try await offReactor {
            ExplainedUpstream(
                user: explained,
                explanation: state.explain(
                    path: question.path, method: question.method, user: user, at: question.upstream))
        }
    }
}
