public import Configuration
public import Grants
internal import HTTPClient

/// The configuration for commands on the server's own machine, without network access.
public enum OperatorView {
    private struct NoNetwork: OutboundHTTP {
        func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
            throw OutboundError(.notAllowed, "commands ask nobody")
        }
    }

    /// The rules that decide who manages an organization.
    public static func managers(under settings: Settings) -> PeopleRules {
        Deployment(settings, by: Outbound(http: NoNetwork())).peopleRules
    }
}

extension OperatorView {
    /// The link with an invitation's token.
    public static func link(_ token: InvitationToken, under settings: Settings) -> String {
        Deployment(settings, by: Outbound(http: NoNetwork())).link(token)
    }
}
