public import Configuration
public import Grants
internal import HTTPClient

/// What commands on the server's own machine judge by: the configuration, without any network.
public enum OperatorView {
    private struct NoNetwork: OutboundHTTP {
        func send(_ request: OutboundRequest) async throws(OutboundFault) -> OutboundResponse {
            throw OutboundFault(.notAllowed, "commands ask nobody")
        }
    }

    /// Who manages an organization.
    public static func managers(under settings: Settings) -> PeopleRules {
        Deployment(settings, by: Outbound(http: NoNetwork())).peopleRules
    }
}

extension OperatorView {
    /// The address that an invitation's token stands in.
    public static func link(_ token: InvitationToken, under settings: Settings) -> String {
        Deployment(settings, by: Outbound(http: NoNetwork())).link(token)
    }
}
