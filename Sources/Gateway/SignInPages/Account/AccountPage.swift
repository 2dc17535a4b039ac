internal import Endpoints
public import Identities
public import PageLayout
internal import Text
public import Time
internal import TimeZones
public import Web

/// The user's own account: identity, roles, time zone of the pages, and sessions.
public struct AccountPage: DocumentPage {
    /// The user's identity, as its provider states it.
    public struct Identity: Sendable {
        let name: String?
        let email: RefusedPage.Email
        let provider: String
        let subject: Subject

        /// - Parameters:
        ///   - name: the user's full name; nil if the provider does not send it.
        ///   - provider: the name of the provider.
        ///   - subject: the user's ID at the provider.
        public init(name: String?, email: RefusedPage.Email, provider: String, subject: Subject) {
            self.name = name
            self.email = email
            self.provider = provider
            self.subject = subject
        }
    }

    /// A role of the user in an organization.
    public struct Membership: Sendable {
        let organization: String
        /// The path of the organization's page; nil if the role does not open it.
        let path: String?
        let role: String
        let source: String

        /// - Parameter source: where the role comes from, in words.
        public init(organization: String, path: String?, role: String, source: String) {
            self.organization = organization
            self.path = path
            self.role = role
            self.source = source
        }
    }

    /// An active session of the user.
    public struct Session: Sendable {
        let id: String
        let device: String
        let address: String
        let createdAt: Timestamp
        let usedAt: Timestamp
        let isCurrent: Bool

        /// - Parameters:
        ///   - device: the browser and the system of the sign-in.
        ///   - address: the IP address of the sign-in.
        ///   - usedAt: the time of the last use.
        ///   - isCurrent: true if the page was requested in this session.
        public init(
            id: String, device: String, address: String, createdAt: Timestamp, usedAt: Timestamp, isCurrent: Bool
        ) {
            self.id = id
            self.device = device
            self.address = address
            self.createdAt = createdAt
            self.usedAt = usedAt
            self.isCurrent = isCurrent
        }
    }

    /// The field of the time zone.
    public struct ZoneField: Sendable {
        /// The names of all zones.
        let names: [String]
        /// The entered or chosen name; empty for none.
        let value: String
        /// What is wrong with the entered name; nil if nothing is.
        let fault: String?
        let now: Timestamp

        public init(names: [String], value: String, fault: String? = nil, now: Timestamp) {
            (self.names, self.value, self.fault, self.now) = (names, value, fault, now)
        }
    }

    private let account: Account
    private let identity: Identity
    private let memberships: [Membership]
    private let zone: ZoneField
    private let sessions: [Session]
    public var notice: Notice?

    public init(
        account: Account, identity: Identity, memberships: [Membership], zone: ZoneField, sessions: [Session]
    ) {
        self.account = account
        self.identity = identity
        self.memberships = memberships
        self.zone = zone
        self.sessions = sessions
    }

    public var document: HTML {
        let content: HTML = """
            <div class="account-page">\(PageHead("Your account").markup)
            \(notice?.markup)
            \(section("identity", "Identity", "Comes from your provider and is changed there.", identityPanel))
            \(section("organizations", "Organizations", "Your roles, and where they come from.", membershipList))
            \(section("zone", "Time zone", "For dates on every page. UTC is in the tooltip.", zonePanel))
            \(section("sessions", "Sessions", "Devices on which you’re signed in.", sessionPanel))
            </div>
            """
        let title = zone.fault == nil ? "Your account" : "1 error · Your account"
        return Page(title: title, account: account, content: content).document
    }

    private func section(_ id: String, _ title: String, _ about: String, _ content: HTML) -> HTML {
        """
        <section aria-labelledby="\(id)"><div class="about"><h2 id="\(id)">\(title)</h2><p>\(about)</p></div>
        <div class="panel">\(content)</div></section>
        """
    }

    private var identityPanel: HTML {
        let name = identity.name ?? identity.email.address ?? identity.subject.text
        let badge: HTML? =
            switch identity.email {
            case .verified: Badge(.good, "Email verified").markup
            case .unverified: Badge(.near, "Email not verified").markup
            case .absent, .unknown: nil
            }
        let isDoubtful = if case .unverified = identity.email { true } else { false }
        let avatar: HTML =
            isDoubtful
            ? "<span class=\"avatar large unverified\" aria-hidden=\"true\">?</span>"
            : "<span class=\"avatar large\" aria-hidden=\"true\">\(Avatar(name).initials)</span>"
        let address = identity.email.address.map { address -> HTML in
            isDoubtful ? "<span class=\"doubtful\">\(address)</span>" : "\(address)"
        }
        return """
            <div class="part"><div class="person">\(avatar)<div><span class="name">\(name) \(badge)</span><span class="parts">\(address ?? "No email address from your provider")</span></div></div></div>
            <dl class="facts"><div><dt>Provider</dt><dd>\(identity.provider)</dd></div><div><dt>User ID at the provider</dt><dd><code>\(identity.subject.text)</code></dd></div></dl>
            """
    }

    private var membershipList: HTML {
        guard !memberships.isEmpty else {
            return "<p class=\"empty\">No roles yet. Ask a manager of an organization for an invitation.</p>"
        }
        let items = memberships.map { membership -> HTML in
            let name: HTML =
                membership.path.map { "<a href=\"\($0)\">\(membership.organization)</a>" }
                ?? HTML(text: membership.organization)
            return """
                <li><span class="initial" aria-hidden="true">\(Avatar.initial(of: membership.organization))</span><div class="main"><span class="title">\(name)</span><p>\(membership.source)</p></div><span>\(membership.role)</span></li>

                """
        }
        return "<ul class=\"entries\">\(items)</ul>"
    }

    private var zonePanel: HTML {
        let date = account.times.zone.date(at: zone.now)
        let clock = "\(CalendarDate.padded(date.hour)):\(CalendarDate.padded(date.minute))"
        let now: HTML =
            "<p>Times are shown in <strong>\(account.times.name(at: zone.now))</strong>. It’s \(clock) there now.</p>"
        guard let token = account.formToken else { return "<div class=\"part\">\(now)</div>" }
        let options = zone.names.map { "<option value=\"\($0)\"></option>" as HTML }
        let state: HTML = zone.fault == nil ? "" : " aria-invalid=\"true\" autofocus"
        let fault = zone.fault.map {
            "<p class=\"fault\" id=\"zone-fault\">\(Icon.cross.markup)\($0)</p>" as HTML
        }
        let described: HTML = zone.fault == nil ? "zone-hint" : "zone-hint zone-fault"
        // The script fills in the browser's zone, and says which one it is, if the user chose none.
        return """
            <form method="post" action="\(Paths.account.text)"><input type="hidden" name="action" value="time_zone"><input type="hidden" name="csrf_token" value="\(token)">
            <div class="part">\(now)<div class="field"><label for="time_zone">Time zone</label>
            <input id="time_zone" name="time_zone" list="zones" value="\(zone.value)" maxlength="64" autocomplete="off" spellcheck="false" placeholder="UTC" aria-describedby="\(described)" data-zone="\(zone.value)"\(state)>
            <datalist id="zones">\(options)</datalist>
            <p class="hint" id="zone-hint">A name such as Europe/Berlin. Leave it empty for UTC.</p>\(fault)</div>
            <button type="submit" class="primary">Save</button></div></form>
            """
    }

    private var sessionPanel: HTML {
        let items = sessions.map(item)
        let signOut = account.signOut(title: "Sign out", icon: .leave)
        let others: HTML? =
            account.formToken == nil || sessions.count < 2
            ? nil
            : "<a class=\"button\" href=\"\(Paths.account.text)?confirm=end_others\"\(ConfirmationForm.opener)>End all other sessions…</a>"
        let buttons: HTML? =
            account.formToken == nil ? nil : "<div class=\"buttons\">\(others ?? "<span></span>")\(signOut)</div>"
        let list: HTML =
            sessions.isEmpty ? "<p class=\"empty\">No sessions</p>" : "<ul class=\"entries\">\(items)</ul>"
        return "\(list)\(buttons)"
    }

    private func item(_ session: Session) -> HTML {
        let isPhone = ["iPhone", "iPad", "Android"].contains { session.device.holds(exactly: $0) }
        let badge: HTML? = session.isCurrent ? Badge(.good, "This session").markup : nil
        let button = ButtonForm(
            path: Paths.account.text, token: account.formToken,
            fields: [("action", "end_session"), ("id", session.id)], title: "End",
            label: "End the session of \(session.device), \(session.address)"
        ).markup
        let used: HTML =
            session.isCurrent
            ? "<span class=\"quiet\">Now</span>"
            : "<span class=\"quiet\">\(account.times.moment(session.usedAt))</span>"
        return """
            <li><span class="device">\((isPhone ? Icon.phone : Icon.laptop).markup)</span><div class="main"><span class="title">\(session.device)\(badge)</span><p>\(session.address) · signed in \(account.times.moment(session.createdAt))</p></div>\(used)\(session.isCurrent ? nil : button)</li>

            """
    }
}
