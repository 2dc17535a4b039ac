internal import HTTPMessage
public import Identities
internal import JSON
public import Policy
package import SettingDeclarations
internal import Text

/// An application behind the gateway.
public struct UpstreamSettings: Sendable {
    /// The value by which the application knows a user.
    public enum UserName: String, Sendable, Hashable, CaseIterable {
        /// The subject at the user's issuer.
        case subject
        /// The gateway's id of the identity.
        case identityID = "identity_id"
    }

    public let id: UpstreamID
    /// The name that users see; the id if the file sets none.
    public let name: String
    /// The application's host name, in lower case and without a port.
    public let host: String
    /// The origin at which browsers reach the application: lower case, without a default port (RFC 6454, section 6.1).
    public private(set) var origin: String
    /// True if the scheme of the origin is https.
    public private(set) var isSecure: Bool
    /// The organization whose claim mappings, grants and suspensions decide.
    public let organization: OrganizationID
    /// The places at which the application listens; empty if another proxy passes the requests on (forward-auth).
    public let addresses: [UpstreamAddress]
    public private(set) var rules: UpstreamRules
    /// The value of `X-Forwarded-User` and of the assertion's `sub`.
    public let user: UserName
    /// True if the client's `Authorization` is passed on.
    public let passAuthorization: Bool
    /// The time after which an upgraded connection without data ends; nil for none.
    public let upgradeIdle: Duration?
    /// True if the application gets the client's `Host`, otherwise the host of its own address.
    public let preserveHost: Bool
    /// Fields that are added to each request. No name is reserved, and none occurs twice.
    public let requestHeaders: [(name: String, value: String)]
    /// The time for connecting, for the wait for a head, and of silence while an answer streams.
    public let timeout: Duration
    /// The maximum size of a request body, in bytes.
    public let bodyLimit: Int
    /// A PEM file of certificate authorities for the application's certificate; nil for the system's.
    public let caFile: String?
    /// Whether the file states the origin.
    private let isOriginGiven: Bool

    /// Returns the settings with the scheme and port of the gateway's URL, unless the file states an origin.
    func completed(by publicURL: PublicURL) -> UpstreamSettings {
        guard !isOriginGiven, let url = AbsoluteURL(publicURL.origin) else { return self }
        var copy = self
        copy.origin = "\(url.scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "")
        copy.isSecure = publicURL.isSecure
        copy.rules = UpstreamRules(
            id: id, name: name, organization: organization, origin: copy.origin, rules: rules.rules)
        return copy
    }
}

extension UpstreamSettings: Section {
    package init?(_ members: SectionMembers) {
        typealias S = UpstreamSettings
        S.check(members)
        guard let id = members[S.id], let host = members[S.host], let access = members[S.access],
            let organization = members[S.organization].flatMap({ OrganizationID($0) }), let user = members[S.user],
            let passAuthorization = members[S.passAuthorization], let idle = members[S.upgradeIdle],
            let preserveHost = members[S.preserveHost], let headers = members[S.requestHeaders],
            let timeout = members[S.timeout], let bodyLimit = members[S.bodyLimit]
        else { return nil }
        let name = members[S.name] ?? id.text
        (self.id, self.name, self.host, self.organization) = (id, name, host, organization)
        let origin = members[S.origin]
        (self.origin, isSecure) = (origin?.origin ?? "https://\(host)", origin?.isSecure ?? true)
        rules = UpstreamRules(
            id: id, name: name, organization: organization, origin: self.origin, rules: access.map(\.rule))
        isOriginGiven = origin != nil
        (addresses, self.user, self.passAuthorization) = (members[S.address] ?? [], user, passAuthorization)
        (upgradeIdle, self.preserveHost, requestHeaders) = (idle.duration, preserveHost, headers.fields)
        (self.timeout, self.bodyLimit, caFile) = (timeout, bodyLimit, members[S.caFile]?.path)
        S.warn(about: rules, members)
    }

    /// Checks combinations of settings.
    private static func check(_ members: SectionMembers) {
        if let origin = members[origin], let host = members[host], let url = AbsoluteURL(origin.origin),
            !url.host.isExactly(host)
        {
            members.fault(self.origin, "must have the host \(host): only scheme and port may differ from public_url's")
        }
        if members[passAuthorization] == true {
            members.warn(
                passAuthorization,
                "gives the application tokens that it can use at the gateway, with all that their users may do there")
        }
    }

    private static func warn(about rules: UpstreamRules, _ members: SectionMembers) {
        // A refused rule is not among these, so that their indices would not be those of the file.
        let written = members.object.member(access.name).map { Array($0.elements) } ?? []
        guard written.count == rules.rules.count else { return }
        for index in rules.rules.indices {
            guard let other = rules.hiding(index) else { continue }
            members.reader.warn(
                at: written[index], members.path.member(access.name)[index],
                "decides about no request: rules before it match all of its requests, the last of them "
                    + "\(access.name)[\(other)] (\(rules.rules[other].path))")
        }
        if !rules.rules.contains(where: { $0.path.matchesEverything }) {
            members.warn(access, "has no rule for /*: requests that no rule matches are refused")
        }
    }
}
