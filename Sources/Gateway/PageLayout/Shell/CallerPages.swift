internal import Endpoints
internal import Identities
internal import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import TimeZones
internal import Tokens

extension Caller {
    /// The signed-in user in the header of a page.
    package var account: Account {
        let address = claims.payload.shownEmail?.spelling
        let name = claims.payload.shownName
        return Account(
            name: name ?? address ?? claims.identity.subject.text, address: name == nil ? nil : address,
            formToken: formToken, times: PageTimes(session?.session.timeZone ?? .utc))
    }
}

extension PermittedCaller {
    /// The organization in the header of its pages.
    package var header: OrganizationHeader {
        OrganizationHeader(
            id: organization.id, name: organization.name, role: permit.role.title,
            isReadOnly: permit.role != .manager, others: others, openRequests: openRequests,
            hasUpstreams: hasUpstreams)
    }

    /// The token of a management page's forms; nil for viewers, and for programs.
    package var formToken: String? { permit.role == .manager ? caller.formToken : nil }
}
