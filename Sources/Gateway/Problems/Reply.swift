internal import HTTPMessage

/// What a route comes to, before it is a response: content or a problem.
enum Reply: Sendable {
    /// `make` is called only where the client has not got the content already.
    case content(type: String, tag: String?, make: @Sendable () -> [UInt8])
    case stream(type: String, tag: String?, Response.Producer)
    case noContent
    case problem(Problem)

    static func json(_ bytes: [UInt8]) -> Reply {
        .content(type: "application/json", tag: nil) { bytes }
    }
}

/// Turns replies into responses: the one place where fields that every answer carries are added, and errors get their
/// form.
struct ReplyRenderer: Sendable {
    let requestID: String
    let ifNoneMatch: String?
    let isHTTPS: Bool

    func render(_ reply: Reply, allow: String? = nil) -> Response {
        var fields = Fields()
        fields.append(.requestID, requestID)
        fields.append(ReplyRenderer.commonFields)
        if isHTTPS { fields.append(ReplyRenderer.transportSecurity) }
        if let allow { fields.append(.allow, allow) }
        switch reply {
        case .content(let type, let tag, let make):
            if isKnown(tag, &fields) { return Response(.notModified, fields: fields) }
            fields.append(.contentType, type)
            return Response(.ok, fields: fields, body: make())
        case .stream(let type, let tag, let producer):
            if isKnown(tag, &fields) { return Response(.notModified, fields: fields) }
            fields.append(.contentType, type)
            return Response(.ok, fields: fields, producer: producer)
        case .noContent:
            fields.append(ReplyRenderer.notStored)
            return Response(.noContent, fields: fields)
        case .problem(let problem):
            fields.append(ReplyRenderer.notStored)
            fields.append(.contentType, "application/problem+json")
            if problem.status == 401 { fields.append(.wwwAuthenticate, challenge(problem)) }
            if let seconds = problem.retryAfter { fields.append(.retryAfter, String(seconds)) }
            return Response(Status(problem.status), fields: fields, body: problem.body(requestID: requestID))
        }
    }

    /// Adds what caches need to know; answers whether the client's copy is this one.
    private func isKnown(_ tag: String?, _ fields: inout Fields) -> Bool {
        guard let tag else {
            fields.append(ReplyRenderer.notStored)
            return false
        }
        let tagged = EntityTag(tag)
        fields.append(ReplyRenderer.revalidated)
        fields.append(.entityTag, tagged.description)
        return ifNoneMatch.map(tagged.isNamed) ?? false
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
    private static let transportSecurity = Fields(
        [("Strict-Transport-Security", "max-age=31536000")].compactMap { name, value in
            FieldName(name).map { ($0, value) }
        })
}
