internal import JSON

/// An error for programs and users: `application/problem+json` (RFC 9457) with a stable code.
public struct Problem: Error, Sendable {
    /// The closed list of codes; each has one status and one title.
    public enum Code: String, Sendable, CaseIterable {
        case unauthenticated
        case permissionMissing = "permission_missing"
        case claimsIncomplete = "claims_incomplete"
        case requestForgery = "request_forgery"
        case organizationNotFound = "organization_not_found"
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case unsupportedMediaType = "unsupported_media_type"
        case invalidRequest = "invalid_request"
        case conflict
        case wouldLockOut = "would_lock_out"
        case preconditionFailed = "precondition_failed"
        case payloadTooLarge = "payload_too_large"
        case rateLimited = "rate_limited"
        case providerUnavailable = "provider_unavailable"
        case unavailable
        case internalError = "internal_error"
    }

    /// A fault of a request's content or query: its place and its description.
    public struct Issue: Sendable {
        /// A JSON Pointer into the content (RFC 6901), or the name of a query parameter.
        public let pointer: String
        /// The description of the fault.
        public let detail: String

        public init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    public let code: Code
    /// The HTTP status.
    public let status: Int
    /// The fault of this request and the remedy; never a secret or an internal cause.
    public let detail: String
    /// The refusal's reason, if a token was sent and refused.
    public var reason: String?
    /// The faults of the content or query; empty for other problems.
    public var faults: [Issue] = []
    /// Seconds after which a retry may succeed; nil if it does not help.
    public var retryAfter: Int?
    /// What the user entered in the form that was not processed, if a page of this site sent it: the error's page keeps
    /// it, so that the user can send it again.
    package var unsentForm: [(name: String, value: String)]?
    /// Whether the same request succeeds once the caller confirms the loss of their own role.
    package internal(set) var needsConfirmation = false

    /// `status` differs from the code's own only for `invalid_request`: 422 for content, and the statuses of HTTP's
    /// own limits.
    public init(_ code: Code, status: Int? = nil, detail: String, reason: String? = nil, faults: [Issue] = []) {
        self.code = code
        self.status = status ?? code.status
        self.detail = detail
        self.reason = reason
        self.faults = faults
    }

    /// The store did not answer. The cause belongs in the log and not in the response.
    package static let storeUnavailable = Problem(
        .unavailable, detail: "The store cannot be reached. Try again in a moment.")

    /// Whether the user can correct the error on the current page; otherwise that page is not available to the user.
    package var isAboutInput: Bool {
        switch code {
        case .invalidRequest, .conflict, .wouldLockOut, .preconditionFailed, .rateLimited, .notFound: true
        case .unauthenticated, .permissionMissing, .claimsIncomplete, .requestForgery, .organizationNotFound,
            .methodNotAllowed, .unsupportedMediaType, .payloadTooLarge, .providerUnavailable, .unavailable,
            .internalError:
            false
        }
    }

    /// The document of RFC 9457, section 3.1.
    public func body(requestID: String) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 320)
        writer.beginObject()
        writer.member("type", "about:blank")
        writer.member("title", code.title)
        writer.member("status", status)
        writer.member("code", code.rawValue)
        writer.member("detail", detail)
        writer.member("request_id", requestID)
        if let reason { writer.member("reason", reason) }
        if !faults.isEmpty {
            writer.name("errors")
            writer.beginArray()
            for fault in faults {
                writer.beginObject()
                writer.member("pointer", fault.pointer)
                writer.member("detail", fault.detail)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }
}

extension Problem.Code {
    /// The HTTP status of the code.
    public var status: Int {
        switch self {
        case .unauthenticated: 401
        case .permissionMissing, .claimsIncomplete, .requestForgery: 403
        case .organizationNotFound, .notFound: 404
        case .methodNotAllowed: 405
        case .unsupportedMediaType: 415
        case .invalidRequest: 400
        case .conflict, .wouldLockOut: 409
        case .preconditionFailed: 412
        case .payloadTooLarge: 413
        case .rateLimited: 429
        case .unavailable, .providerUnavailable: 503
        case .internalError: 500
        }
    }

    package var title: String {
        switch self {
        case .unauthenticated: "Sign-in required"
        case .permissionMissing: "Not permitted"
        case .claimsIncomplete: "Claims incomplete"
        case .requestForgery: "Request from another site"
        case .organizationNotFound: "Organization not found"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .unsupportedMediaType: "Unsupported media type"
        case .invalidRequest: "Invalid request"
        case .conflict: "Conflict"
        case .wouldLockOut: "No manager would be left"
        case .preconditionFailed: "Changed in the meantime"
        case .payloadTooLarge: "Content too large"
        case .rateLimited: "Too many requests"
        case .providerUnavailable: "Identity provider unavailable"
        case .unavailable: "Temporarily unavailable"
        case .internalError: "Internal error"
        }
    }
}
