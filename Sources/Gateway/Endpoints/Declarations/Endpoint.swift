package import HTTPMessage
package import Identities
internal import Text
package import Web

/// The declaration of one method of one path. Routing, access, request forgery, content, limits, labels of logs and
/// metrics, and the API's description all follow from it.
package final class Endpoint: Sendable {
    /// The audience of an endpoint, which decides the form of its errors.
    package enum Kind {
        /// Users in a browser: pages, and redirects to sign in.
        case page
        /// Users who sign in or out.
        case signIn
        /// Programs: JSON.
        case api
    }

    /// The most content that an endpoint reads.
    package enum BodyLimit {
        /// 1 MiB.
        case standard
        /// The longest inventory document, by the settings.
        case inventory
    }

    /// The stable name, such as `members_get`; the operation's id in the API's description.
    package let name: String
    package let method: Method
    package let path: PathTemplate
    package let kind: Kind
    package let access: Access
    package let forgery: ForgeryRule
    package let bodyLimit: BodyLimit
    /// Whether requests of one address are counted against a limit.
    package let isRateLimited: Bool
    /// Whether a request is for an export. Exports of one address are counted against a limit of their own.
    package let isExport: (@Sendable (RequestContext) -> Bool)?
    /// Whether the endpoint decides nothing and is served even if the store is out of contact.
    package let needsNoStore: Bool
    /// The part of the API's description; nil if the endpoint is not described there.
    package let documentation: EndpointDocumentation?

    /// - Parameter name: the name without the method, such as `members`.
    package init(
        _ name: String, _ method: Method, _ path: PathTemplate, _ kind: Kind, _ access: Access,
        forgery: ForgeryRule = .formToken, bodyLimit: BodyLimit = .standard, isRateLimited: Bool = false,
        isExport: (@Sendable (RequestContext) -> Bool)? = nil, needsNoStore: Bool = false,
        documentation: EndpointDocumentation? = nil
    ) {
        self.name = "\(name)_\(method.rawValue.asciiLowercased())"
        self.method = method
        self.path = path
        self.kind = kind
        self.access = access
        self.forgery = forgery
        self.bodyLimit = bodyLimit
        self.isRateLimited = isRateLimited
        self.isExport = isExport
        self.needsNoStore = needsNoStore
        self.documentation = documentation
    }

    /// The permission that the endpoint requires in the organization that its path names; nil if it requires none.
    package var permission: Permission? {
        switch access {
        case .anyone, .optionalCaller, .signedIn: nil
        case .permitted(let permission, _), .streamed(let permission, _, _): permission
        }
    }
}

extension Method {
    /// Whether the method may change stored state (RFC 9110, section 9.2.1).
    package var changesState: Bool {
        switch self {
        case .get, .head, .options: false
        case .post, .put, .patch, .delete, .other: true
        }
    }
}
