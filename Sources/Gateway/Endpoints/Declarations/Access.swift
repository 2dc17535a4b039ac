package import Identities
package import JSON
package import Policy
package import RuntimeConfiguration

/// The callers that an endpoint serves, each with the code that serves them. Code for a signed-in or permitted caller
/// therefore cannot run without one.
package enum Access: Sendable {
    /// All requests; their credentials are not checked.
    case anyone(Handler<Void>)
    /// Callers who may be signed in; nil if the request has no valid credential.
    case optionalCaller(Handler<Caller?>)
    case signedIn(Handler<Caller>)
    /// Callers with a permission in the organization that the path names as `{org}`.
    case permitted(Permission, Handler<PermittedCaller>)
    /// Callers with a permission in that organization, whose content is taken as it arrives.
    ///
    /// - Parameter type: the media type of the content; others are refused.
    case streamed(
        Permission, type: String,
        @Sendable (RequestContext, PermittedCaller, StreamedContent) async throws(Problem) -> Reply)

    /// Whether the request's credentials are checked.
    package var needsCredential: Bool {
        switch self {
        case .anyone: false
        case .optionalCaller, .signedIn, .permitted, .streamed: true
        }
    }

    /// Whether the content is a form, which contains its own form token.
    package var readsForm: Bool {
        switch self {
        case .anyone(let handler): handler.readsForm
        case .optionalCaller(let handler): handler.readsForm
        case .signedIn(let handler): handler.readsForm
        case .permitted(_, let handler): handler.readsForm
        case .streamed: false
        }
    }
}

/// A caller with the permit for an organization.
package struct PermittedCaller: Sendable {
    package let caller: Caller
    package let permit: Permit
    /// The organization that the permit names.
    package let organization: RuntimeConfiguration.Organization
    /// The caller's other organizations for the menu of a page; empty for programs, and if they are too many for a menu.
    package let others: [OtherOrganization]
    /// The number of open access requests that the organization's pages show; 0 for callers who do not decide on them.
    package let openRequests: Int
    /// Whether the organization has upstreams, so that its pages list them.
    package let hasUpstreams: Bool

    package init(
        caller: Caller, permit: Permit, organization: RuntimeConfiguration.Organization,
        others: [OtherOrganization] = [], openRequests: Int = 0, hasUpstreams: Bool = false
    ) {
        self.hasUpstreams = hasUpstreams
        self.caller = caller
        self.permit = permit
        self.organization = organization
        self.others = others
        self.openRequests = openRequests
    }
}

/// Another organization in which the caller of a request has a role.
package struct OtherOrganization: Sendable {
    package let id: OrganizationID
    package let name: String
    package let role: Role

    package init(id: OrganizationID, name: String, role: Role) {
        (self.id, self.name, self.role) = (id, name, role)
    }
}

/// The code that serves an endpoint, by the content that it takes. Content is read, its faults are reported, and the
/// caller is checked again, before the code runs.
package enum Handler<Party: Sendable>: Sendable {
    /// Returns at once; content is dropped.
    case now(@Sendable (RequestContext, Party) -> Reply)
    /// Returns at once, or work for a reply that takes long; content is dropped.
    case either(@Sendable (RequestContext, Party) -> Outcome)
    /// May wait; content is dropped.
    case later(@Sendable (RequestContext, Party) async throws(Problem) -> Reply)
    /// Takes a JSON object.
    case json(@Sendable (RequestContext, Party, JSONValue) async throws(Problem) -> Reply)
    /// Takes a JSON object, or no content at all.
    case optionalJSON(@Sendable (RequestContext, Party, JSONValue?) async throws(Problem) -> Reply)
    /// Takes the fields of a form of this site. A session's form token is checked with them.
    case form(FormReading, @Sendable (RequestContext, Party, Form) async throws(Problem) -> Reply)
    /// Takes all fields of a form, repeated ones too, or nil if the content is not a form. The code checks form tokens
    /// itself.
    ///
    /// - Parameter refusal: returns the reply to a request that its head refuses, or nil if its content is read.
    case fields(
        refusal: @Sendable (RequestContext) -> Reply?,
        @Sendable (RequestContext, Party, [(name: String, value: String)]?) async throws(Problem) -> Reply)

    /// A reply, or work that makes one.
    package enum Outcome: Sendable {
        case now(Reply)
        case later(@Sendable () async throws(Problem) -> Reply)
    }

    /// Returns the reply to a request that its head refuses, or nil if its content is read. A request of another media
    /// type is therefore refused as such, however long its content is.
    package func refusal(of context: RequestContext) -> Reply? {
        switch self {
        case .now, .either, .later, .optionalJSON, .form(.lenient, _): nil
        case .json: context.refusal(unlessType: "application/json")
        case .form(.required, _): context.refusal(unlessType: Form.mediaType)
        case .fields(let refusal, _): refusal(context)
        }
    }

    package var readsForm: Bool {
        switch self {
        case .form: true
        case .now, .either, .later, .json, .optionalJSON, .fields: false
        }
    }
}
