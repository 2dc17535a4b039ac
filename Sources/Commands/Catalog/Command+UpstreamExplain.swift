internal import Configuration
internal import Identities
internal import JSON
internal import Policy
internal import Text
internal import Tokens

extension Command {
    static let upstreamExplain = Command(
        path: ["upstream", "explain"],
        summary: "Shows which access rule of an upstream decides about a user's request, and why",
        details: """
            The path is that of the request, percent-encoded and without the query.
            Exits 0 if the request would be let through, otherwise 1.
            """,
        options: [
            .config, .value("upstream", "ID", isRequired: true, "the upstream"),
            .value("method", "METHOD", "the request's method; default: GET"),
            .value("path", "PATH", isRequired: true, "the request's path, such as /admin/users"),
            .value("at", "TIME", "verify as of this time (RFC 3339) instead of now"), .json,
        ],
        operands: [.token]
    ) { (call) throws(CommandError) -> ExitCode in
        let id = try call.arguments.required("upstream")
        let moment = try call.moment()
        let path = try call.upstreamPath()
        let method = call.arguments.value("method") ?? "GET"
        let settings = try call.settings()
        guard let upstream = settings.upstreams.first(where: { $0.id.text.isExactly(id) }) else {
            let known = settings.upstreams.map(\.id.text)
            let meant = Suggestion.nearest(to: id, among: known).map { "; did you mean \($0)?" } ?? ""
            throw .failure("the configuration has no upstream \(shown(id))\(meant)")
        }
        let trust = ConfiguredTrust(settings, call)
        let state = AccessState(
            rules: AccessSettings(settings).rules, snapshot: try call.access(under: settings))
        let isJSON = call.arguments.has("json")
        return try call.forEachToken(
            { token in
                do throws(TokenRefusal) {
                    let claims = try trust.claims(token.span, at: moment)
                    let explanation = state.explain(
                        path: path, method: method, user: UpstreamUser(claims), at: upstream.rules)
                    let isPermitted = explanation.outcome == .permit
                    return call.print(explanation, of: claims, asJSON: isJSON) ? isPermitted : nil
                } catch {
                    return call.print(error, asJSON: isJSON) ? false : nil
                }
            }, combining: { $0 && $1 })
    }
}

extension Invocation {
    /// Returns the path of `--path`.
    fileprivate func upstreamPath() throws(CommandError) -> UpstreamPath {
        let text = try arguments.required("path")
        do throws(UpstreamPathFault) {
            return try UpstreamPath(Array(text.utf8)[...])
        } catch {
            throw .failure("requests for this path are always refused with 400 (\(error.rawValue)): \(error.words)")
        }
    }

    fileprivate func print(_ explanation: UpstreamExplanation, of claims: VerifiedClaims, asJSON isJSON: Bool) -> Bool {
        guard isJSON else {
            let who = "Valid token of provider \(claims.provider): subject \(shown(claims.identity.subject.text))"
            return print([who] + explanation.lines)
        }
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.beginObject()
        writer.member("valid", true)
        writer.name("identity")
        writer.beginObject()
        writer.member("provider", claims.provider.text)
        writer.member("issuer", claims.identity.issuer.text)
        writer.member("subject", claims.identity.subject.text)
        writer.member("email", claims.payload.member("email")?.string)
        writer.endObject()
        explanation.writeMembers(to: &writer)
        writer.endObject()
        return print(writer.bytes)
    }
}
