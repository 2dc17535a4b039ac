internal import ClaimMapping
public import Configuration
internal import Organizations
internal import Tokens
internal import WorkspaceMetrics

extension Deployment {
    /// What checked settings come to. Providers without keys in the file refuse tokens as `keys_unavailable`.
    public init(_ settings: Settings) {
        self.init(
            publicURL: settings.publicURL.origin,
            providers: settings.providers.map { $0.trusted() },
            emailTrust: Dictionary(
                settings.providers.map { ($0.id, $0.emailTrust) }, uniquingKeysWith: { first, _ in first }),
            organizations: settings.organizations.map { organization in
                Organization(
                    id: organization.id, name: organization.name, rules: organization.rules,
                    license: License(organization.license))
            },
            trustedProxies: TrustedProxies(settings.trustedProxies), tokenCache: settings.tokenCache,
            inventoryBody: settings.limits.inventoryBody)
    }
}

extension License {
    init(_ settings: LicenseSettings) {
        self.init()
        self[.workflows] = settings.workflows
        self[.nestedWorkflows] = settings.nestedWorkflows
        self[.workflowEditors] = settings.workflowEditors
        self[.caseOperators] = settings.caseOperators
        self[.runners] = settings.runners
    }
}
