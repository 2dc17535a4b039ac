package import HTTPMessage
package import Web

/// The result of a route before it is a response: content, a page, a redirect or a problem.
package enum Reply: Sendable {
    /// Content that `make` produces only if the client does not have it already.
    case content(type: String, tag: String?, make: @Sendable () -> [UInt8])
    case stream(type: String, tag: String?, Response.Producer)
    /// JSON for the state of a resource: with a status, its location, and the tag of its version.
    case document(Status, [UInt8], location: String?, tag: String?)
    case noContent
    case problem(Problem)
    case page(Status, HTML)
    /// A redirect to a path of this site, or to a URL from a provider's metadata.
    case redirect(String)
    /// A redirect between the gateway and an application's host, by 302.
    case found(String)
    /// Public content that caches may keep for a number of seconds.
    case cached(type: String, seconds: Int, [UInt8])
    /// A file whose name changes with its content.
    case asset(type: String, tag: String, [UInt8])
    /// Another reply with additional cookies: values of `Set-Cookie`.
    indirect case setting([String], Reply)
    /// Another reply with additional fields.
    indirect case adding(Fields, Reply)

    package static func json(_ bytes: [UInt8]) -> Reply {
        .content(type: "application/json", tag: nil) { bytes }
    }

    /// The reply with its content made.
    package var made: Reply {
        guard case .content(let type, let tag, let make) = self else { return self }
        let bytes = make()
        return .content(type: type, tag: tag) { bytes }
    }

    /// The reply with the entity tag of the state that a write made.
    package func tagged(_ tag: String) -> Reply {
        .adding(Fields([(.entityTag, EntityTag(tag).description)]), self)
    }

    /// The reply with cookies, if there are any.
    package func with(_ cookies: [String]) -> Reply { cookies.isEmpty ? self : .setting(cookies, self) }
}

/// Turns replies into responses: the one place that adds the fields of every response and formats errors.
package struct ReplyRenderer: Sendable {
    package let requestID: String
    package let ifNoneMatch: String?
    package let isHTTPS: Bool

    package init(requestID: String, ifNoneMatch: String?, isHTTPS: Bool) {
        self.requestID = requestID
        self.ifNoneMatch = ifNoneMatch
        self.isHTTPS = isHTTPS
    }

    package func render(_ reply: Reply, allow: String? = nil) -> Response {
        var fields = Fields()
        fields.append(.requestID, requestID)
        fields.append(ReplyRenderer.commonFields)
        if isHTTPS { fields.append(SecurityFields.transportSecurity) }
        if let allow { fields.append(.allow, allow) }
        return render(reply, fields)
    }

    private func render(_ reply: Reply, _ fields: consuming Fields) -> Response {
        switch reply {
        case .content(let type, let tag, let make):
            if isKnown(tag, &fields) { return Response(.notModified, fields: fields) }
            fields.append(.contentType, type)
            return Response(.ok, fields: fields, body: make())
        case .stream(let type, let tag, let producer):
            if isKnown(tag, &fields) { return Response(.notModified, fields: fields) }
            fields.append(.contentType, type)
            return Response(.ok, fields: fields, producer: producer)
        case .document(let status, let bytes, let location, let tag):
            if status == .ok, isKnown(tag, &fields) { return Response(.notModified, fields: fields) }
            if status != .ok {
                fields.append(ReplyRenderer.notStored)
                if let tag { fields.append(.entityTag, EntityTag(tag).description) }
            }
            if let location { fields.append(.location, location) }
            fields.append(.contentType, "application/json")
            return Response(status, fields: fields, body: bytes)
        case .noContent:
            fields.append(ReplyRenderer.notStored)
            return Response(.noContent, fields: fields)
        case .problem(let problem):
            fields.append(ReplyRenderer.notStored)
            fields.append(.contentType, "application/problem+json")
            if problem.status == 401 { fields.append(.wwwAuthenticate, challenge(problem)) }
            if let seconds = problem.retryAfter { fields.append(.retryAfter, String(seconds)) }
            return Response(Status(problem.status), fields: fields, body: problem.body(requestID: requestID))
        case .page(let status, let html):
            fields.append(ReplyRenderer.notStored)
            fields.append(SecurityFields.page)
            fields.append(.contentType, "text/html; charset=utf-8")
            return Response(status, fields: fields, body: html.bytes)
        case .redirect(let location): return redirect(to: location, .seeOther, fields)
        case .found(let location): return redirect(to: location, .found, fields)
        case .cached(let type, let seconds, let bytes):
            fields.append(.cacheControl, "max-age=\(seconds)")
            fields.append(.contentType, type)
            return Response(.ok, fields: fields, body: bytes)
        case .asset(let type, let tag, let bytes):
            fields.append(.cacheControl, "public, max-age=31536000, immutable")
            if isCurrent(tag, &fields) { return Response(.notModified, fields: fields) }
            fields.append(.contentType, type)
            return Response(.ok, fields: fields, body: bytes)
        case .setting(let cookies, let reply):
            for cookie in cookies { fields.append(.setCookie, cookie) }
            return render(reply, fields)
        case .adding(let own, let reply):
            fields.append(own)
            return render(reply, fields)
        }
    }

    private func redirect(to location: String, _ status: Status, _ fields: consuming Fields) -> Response {
        fields.append(ReplyRenderer.notStored)
        fields.append(SecurityFields.page)
        fields.append(.location, location)
        return Response(status, fields: fields)
    }

    /// Adds the fields that caches need. Returns true if the client's copy is current.
    private func isKnown(_ tag: String?, _ fields: inout Fields) -> Bool {
        guard let tag else {
            fields.append(ReplyRenderer.notStored)
            return false
        }
        fields.append(ReplyRenderer.revalidated)
        return isCurrent(tag, &fields)
    }

    /// Adds the entity tag. Returns true if the client's copy has it.
    private func isCurrent(_ tag: String, _ fields: inout Fields) -> Bool {
        let tagged = EntityTag(tag)
        fields.append(.entityTag, tagged.description)
        return ifNoneMatch.map { tagged.isNamed(byIfNoneMatch: $0) } ?? false
    }

    // RFC 6750, section 3: without credentials the scheme alone; with refused ones the error.
    private func challenge(_ problem: Problem) -> String {
        problem.reason == nil
            ? "Bearer realm=\"gatehouse\"" : "Bearer realm=\"gatehouse\", error=\"invalid_token\""
    }

    private static let commonFields = Fields([(.contentTypeOptions, "nosniff")])
    private static let notStored = Fields([(.cacheControl, "no-store")])
    private static let revalidated = Fields([
        (.cacheControl, "private, no-cache"), (.vary, "Accept, Authorization, Cookie"),
    ])
}
