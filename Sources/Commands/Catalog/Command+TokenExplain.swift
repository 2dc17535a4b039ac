internal import Configuration
internal import JSON
internal import Tokens

extension Command {
    static let tokenExplain = Command(
        path: ["token", "explain"], summary: "Verifies a token and shows its roles, and the verdict of each rule",
        details: """
            For every organization: the claim mappings, the verdict on each, and the resulting role.
            Exits 0 if the token earns a role, otherwise 1.
            """,
        options: [
            .config, .value("at", "TIME", "verify as of this time (RFC 3339) instead of now"), .json,
        ],
        operands: [.token]
    ) { (call) throws(CommandError) -> ExitCode in
        let moment = try call.moment()
        let settings = try call.settings()
        let trust = ConfiguredTrust(settings, call)
        let access = try call.access(under: settings)
        let isJSON = call.arguments.has("json")
        return try call.forEachToken(
            { token in
                do throws(TokenRefusal) {
                    let claims = try trust.claims(token.span, at: moment)
                    // The verifier knows only providers of the settings.
                    guard let provider = settings.providers.first(where: { $0.id == claims.provider }) else {
                        throw TokenRefusal(.issuerUnknown, "The token's provider is not configured.")
                    }
                    let report = ClaimsReport(
                        of: claims.known, from: provider, identity: claims.identity, in: settings, with: access)
                    return call.print(report, asJSON: isJSON) ? report.earnsRole : nil
                } catch {
                    let isPrinted = call.print(error, asJSON: isJSON) { writer in
                        writer.name("organizations")
                        writer.beginArray()
                        writer.endArray()
                    }
                    return isPrinted ? false : nil
                }
            }, combining: { $0 || $1 })
    }
}

extension Invocation {
    @discardableResult func print(_ report: ClaimsReport, asJSON isJSON: Bool) -> Bool {
        guard isJSON else { return print(report.lines) }
        var writer = JSONWriter(reservingCapacity: 1024)
        report.write(to: &writer)
        return print(writer.bytes)
    }

    /// Prints the explanation of a token that is not valid.
    ///
    /// - Parameter further: writes more members of the JSON object.
    func print(
        _ refusal: TokenRefusal, asJSON isJSON: Bool, further: (inout JSONWriter) -> Void = { _ in }
    ) -> Bool {
        guard isJSON else { return print("The token is not valid (\(refusal.reason.rawValue)): \(refusal.detail)") }
        var writer = JSONWriter()
        writer.beginObject()
        writer.members(of: refusal)
        writer.name("identity")
        writer.null()
        further(&writer)
        writer.endObject()
        return print(writer.bytes)
    }
}
