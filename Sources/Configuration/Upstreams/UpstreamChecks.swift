internal import Addresses
internal import Files
internal import HTTPMessage
internal import Identities
internal import JSON
internal import SettingDeclarations
internal import Sockets
internal import Text

/// Checks that compare upstreams with each other and with the rest of the file.
///
/// They read the file's own values, so that they also find faults if other settings were refused.
struct UpstreamChecks {
    private let members: SectionMembers
    private let upstreams: [JSONValue]
    private var reader: SettingReader { members.reader }

    init(_ members: SectionMembers) {
        self.members = members
        upstreams = UpstreamChecks.objects(members)
    }

    /// Returns the upstreams as the file writes them.
    static func objects(_ members: SectionMembers) -> [JSONValue] {
        members.object.member(Settings.upstreams.name).map { Array($0.elements) } ?? []
    }

    func run() {
        checkForwardAuth()
        checkHosts()
        checkCertificates()
        checkOrganizations()
    }

    private func path(_ index: Int, _ name: String) -> String { "\(Settings.upstreams.name)[\(index)].\(name)" }

    private func checkForwardAuth() {
        if members.has(Settings.forwardAuthListen), members[Settings.trustedProxies]?.isEmpty ?? false {
            members.warn(
                Settings.forwardAuthListen, "refuses every request: only proxies in trusted_proxies may ask there")
        }
        for (index, upstream) in upstreams.enumerated() where upstream.member(UpstreamSettings.address.name) == nil {
            guard !members.has(Settings.forwardAuthListen) else { continue }
            reader.warn(
                at: upstream, path(index, UpstreamSettings.address.name),
                "is not set, and neither is forward_auth_listen: no request reaches the application")
        }
    }

    /// Requires that each host is one upstream's alone, and that none is the gateway's.
    private func checkHosts() {
        let own = members[Settings.publicURL].flatMap { AbsoluteURL($0.origin) }
        var first: [ExactText: Int] = [:]
        for (index, upstream) in upstreams.enumerated() {
            guard let value = upstream.member(UpstreamSettings.host.name), let text = value.string else { continue }
            let (host, place) = (text.asciiLowercased(), path(index, UpstreamSettings.host.name))
            if let own, own.host.isExactly(host) {
                reader.fault(at: value, place, "must not be public_url's: an upstream has a host name of its own")
            }
            if let earlier = first[ExactText(host)] {
                reader.fault(at: value, place, "is already that of upstreams[\(earlier)]")
            } else {
                first[ExactText(host)] = index
            }
            if let own, own.scheme == "http", upstream.member(UpstreamSettings.origin.name) == nil,
                let url = AbsoluteURL("http://\(host)"), !url.isLoopback
            {
                reader.fault(
                    at: value, place, "must be on loopback (such as NAME.localhost), because public_url is http")
            }
        }
    }

    /// Warns about a host that no certificate names.
    private func checkCertificates() {
        guard !upstreams.isEmpty, let tls = members[Settings.tls], !tls.isEmpty, tls.allSatisfy(\.hasFiles) else {
            return
        }
        let certificates = tls.compactMap { try? $0.certificate() }
        // A file with a fault has been reported.
        guard certificates.count == tls.count else { return }
        // A client sends no server name for an address (RFC 6066, section 3).
        if let own = members[Settings.publicURL].flatMap({ AbsoluteURL($0.origin) }), IPAddress(own.host) != nil,
            !certificates[0].names(own.host), certificates.contains(where: { $0.names(own.host) })
        {
            members.warn(
                Settings.tls,
                "has the certificate of public_url's address in a later place: only the first one is used "
                    + "for addresses")
        }
        let files = tls.map { quoted($0.certificateFile) }.joined(separator: ", ")
        for (index, upstream) in upstreams.enumerated() {
            guard let value = upstream.member(UpstreamSettings.host.name), let text = value.string,
                AbsoluteURL.isHostName(text), !certificates.contains(where: { $0.names(text.asciiLowercased()) })
            else { continue }
            reader.warn(
                at: value, path(index, UpstreamSettings.host.name),
                "is not a name of \(tls.count == 1 ? "the certificate" : "any certificate of") \(files): browsers will refuse it"
            )
        }
    }

    private func checkOrganizations() {
        let organizations = members.object.member(Settings.organizations.name).map { Array($0.elements) } ?? []
        var known: [ExactText: JSONValue] = [:]
        for organization in organizations {
            guard let id = organization.member(OrganizationSettings.id.name)?.string else { continue }
            known[ExactText(id)] = known[ExactText(id)] ?? organization
        }
        let issuers = issuersOfProviders()
        for (index, upstream) in upstreams.enumerated() where !reader.isFull {
            guard let value = upstream.member(UpstreamSettings.organization.name), let id = value.string, !id.isEmpty
            else { continue }
            guard let organization = known[ExactText(id)] else {
                let names = known.count > 1000 ? [] : known.keys.map(\.text).sorted()
                let meant = Suggestion.nearest(to: id, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
                reader.fault(
                    at: value, path(index, UpstreamSettings.organization.name),
                    "no organization has the id \(quoted(id))\(meant)")
                continue
            }
            checkUser(of: upstream, index, organization, issuers)
        }
    }

    /// Refuses subjects as names of users if they are not unique.
    private func checkUser(
        of upstream: JSONValue, _ index: Int, _ organization: JSONValue, _ issuers: [ExactText: Issuer]
    ) {
        let user = upstream.member(UpstreamSettings.user.name)
        guard user.map({ $0.equals(UpstreamSettings.UserName.subject.rawValue) }) ?? true else { return }
        let listed = organization.member(OrganizationSettings.providers.name).map { Array($0.elements) } ?? []
        let own = Set(listed.compactMap { $0.string.flatMap { issuers[ExactText($0)] } })
        guard own.count > 1 else { return }
        reader.fault(
            at: user ?? upstream, path(index, UpstreamSettings.user.name),
            "must be \"identity_id\", because the organization lists providers of \(own.count) issuers, and two users may "
                + "have one subject")
    }

    private func issuersOfProviders() -> [ExactText: Issuer] {
        var issuers: [ExactText: Issuer] = [:]
        for provider in members.object.member(Settings.providers.name).map({ Array($0.elements) }) ?? [] {
            guard let id = provider.member(ProviderSettings.id.name)?.string,
                let issuer = provider.member(ProviderSettings.issuer.name)?.string
            else { continue }
            issuers[ExactText(id)] = Issuer(issuer)
        }
        return issuers
    }
}
