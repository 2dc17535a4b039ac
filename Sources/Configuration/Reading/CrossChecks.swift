internal import JSON
internal import SettingDeclarations
internal import Sockets
internal import Text

/// Checks across the whole file, such as duplicate ids and references to unknown ids.
///
/// The checks read the file's own values, so that they also find faults if other settings were refused.
struct CrossChecks {
    private let members: SectionMembers
    private let providers: [JSONValue]
    private let organizations: [JSONValue]

    init(_ members: SectionMembers) {
        self.members = members
        providers = CrossChecks.objects(members.object.member(Settings.providers.name))
        organizations = CrossChecks.objects(members.object.member(Settings.organizations.name))
    }

    private static func objects(_ list: JSONValue?) -> [JSONValue] { list.map { Array($0.elements) } ?? [] }

    func run() {
        checkUnique(providers, Settings.providers.name, ProviderSettings.id.name)
        checkUnique(organizations, Settings.organizations.name, OrganizationSettings.id.name)
        checkUnique(UpstreamChecks.objects(members), Settings.upstreams.name, UpstreamSettings.id.name)
        checkAcceptedProviders()
        IssuerChecks(providers, members.reader).run()
        checkReachability()
        checkNotices()
        UpstreamChecks(members).run()
        if !members.has(Settings.secretKey), !UpstreamChecks.objects(members).isEmpty {
            members.fault(
                Settings.secretKey,
                "is required with upstreams: create a key with openssl rand -base64 32, and write "
                    + "{\"file\": \"PATH\"}")
        } else if !members.has(Settings.secretKey),
            let index = providers.firstIndex(where: { $0.member(ProviderSettings.clientID.name) != nil })
        {
            members.fault(
                Settings.secretKey,
                "is required because providers[\(index)] has a client_id: "
                    + "create a key with openssl rand -base64 32, and write {\"file\": \"PATH\"}")
        }
        checkListeners()
    }

    /// Refuses an address of a further listener that accepts connections of another one.
    private func checkListeners() {
        let admin = members[Settings.adminListen]
        let further = [(Settings.adminListen, []), (Settings.forwardAuthListen, admin.map { [$0] } ?? [])]
        for (setting, others) in further {
            guard let own = members[setting] else { continue }
            let named = [(Settings.listen.name, members[Settings.listen] ?? []), (Settings.adminListen.name, others)]
            for (name, addresses) in named {
                guard let same = addresses.first(where: { $0.covers(own) || own.covers($0) }) else { continue }
                let reason = same == own ? "" : ": \(same) and \(own) accept the same connections"
                members.fault(setting, "must not be the same as \(name)\(reason)")
            }
        }
    }

    private func checkUnique(_ objects: [JSONValue], _ list: String, _ name: String) {
        var first: [ExactText: Int] = [:]
        for (index, object) in objects.enumerated() {
            guard let id = object.member(name), let text = id.string else { continue }
            if let earlier = first[ExactText(text)] {
                members.reader.fault(at: id, "\(list)[\(index)].\(name)", "is already that of \(list)[\(earlier)]")
            } else {
                first[ExactText(text)] = index
            }
        }
    }

    /// The number of unknown provider ids for which a known one is suggested: each search compares all known ids.
    private static let mostSuggestions = 10

    private func checkNotices() {
        guard !members.has(Settings.mail) else { return }
        for (index, organization) in organizations.enumerated() {
            let license = organization.member(OrganizationSettings.license.name)
            guard let notify = license?.member(LicenseSettings.notify.name), notify.boolean == true else { continue }
            members.reader.warn(
                at: notify, "\(Settings.organizations.name)[\(index)].license.notify",
                "has no effect without mail: no email can be sent")
        }
    }

    private func checkAcceptedProviders() {
        var unknown = 0
        let known = providers.compactMap { $0.member(ProviderSettings.id.name)?.string }
        let knownSet = Set(known.map { ExactText($0) })
        for (index, organization) in organizations.enumerated() {
            let accepted = CrossChecks.objects(organization.member(OrganizationSettings.providers.name))
            for (place, value) in accepted.enumerated() where !members.reader.isFull {
                guard let id = value.string, !id.isEmpty, !knownSet.contains(ExactText(id)) else { continue }
                unknown += 1
                let candidates = unknown <= CrossChecks.mostSuggestions ? known : []
                let meant = Suggestion.nearest(to: id, among: candidates).map { "; did you mean \"\($0)\"?" } ?? ""
                members.reader.fault(
                    at: value, "organizations[\(index)].providers[\(place)]",
                    "no provider has the id \(quoted(id))\(meant)")
            }
        }
    }

    /// Warns about a provider that the sign-in page does not list and that has no email domain. Users can reach it
    /// only by a link that names it.
    private func checkReachability() {
        let signingIn = providers.enumerated().filter { $0.element.member(ProviderSettings.clientID.name) != nil }
        let isListedByDefault = signingIn.count <= Settings.mostListedByDefault
        let listed = signingIn.filter {
            $0.element.member(ProviderSettings.listed.name)?.boolean ?? isListedByDefault
        }
        let offered = listed.count > Settings.mostOffered ? [] : Set(listed.map(\.offset))
        for (index, provider) in signingIn where !offered.contains(index) {
            let domains = provider.member(ProviderSettings.emailDomains.name)
            guard domains == nil || domains?.count == 0, let id = provider.member(ProviderSettings.id.name) else {
                continue
            }
            members.reader.warn(
                at: id, "providers[\(index)].\(ProviderSettings.emailDomains.name)",
                "is empty, and the sign-in page does not name the provider: users reach it only by "
                    + "/auth/login?provider=\(id.string ?? "ID")")
        }
    }
}
