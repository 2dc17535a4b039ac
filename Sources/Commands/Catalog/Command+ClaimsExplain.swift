internal import Configuration
internal import Identities
internal import JSON
internal import Text
internal import Tokens

extension Command {
    static let claimsExplain = Command(
        path: ["claims", "explain"], summary: "Shows the roles that claims would earn: a dry run without a token",
        details: """
            The claims are an unsigned JSON object, parsed as strictly as the payload of a token.
            Exits 0 if the claims earn a role, otherwise 1.
            """,
        options: [
            .config, .value("provider", "ID", isRequired: true, "the provider that would issue the claims"), .json,
        ],
        operands: [Operand(placeholder: "CLAIMS.json|-", help: "a file with the claims; - reads standard input")]
    ) { (call) throws(CommandError) -> ExitCode in
        let id = try call.arguments.required("provider")
        let path = try call.arguments.operand("CLAIMS.json|-")
        let settings = try call.settings()
        guard let provider = settings.providers.first(where: { $0.id.text.isExactly(id) }) else {
            let known = settings.providers.map(\.id.text)
            let meant = Suggestion.nearest(to: id, among: known).map { "; did you mean \($0)?" } ?? ""
            throw .failure("the configuration has no provider \(shown(id))\(meant)")
        }
        let claims = try claims(in: try call.content(of: path, limit: 1 << 20), named: path)
        let report = ClaimsReport(
            of: KnownClaims(claims), from: provider, identity: nil, in: settings, with: try call.access(under: settings)
        )
        call.print(report, asJSON: call.arguments.has("json"))
        return report.earnsRole ? .done : .no
    }

    private static func claims(in bytes: [UInt8], named path: String) throws(CommandError) -> JSONValue {
        let file = path.isExactly("-") ? "standard input" : path
        let root: JSONValue
        do throws(JSONSyntaxError) {
            root = try JSONDocument(parsing: bytes).root
        } catch {
            let position = JSONPosition(offset: error.offset, in: bytes)
            throw .failure("\(file):\(position): the claims are not strict JSON: \(error.reason.rawValue)")
        }
        guard root.kind == .object else { throw .failure("\(file): the claims must be a JSON object") }
        return root
    }
}
