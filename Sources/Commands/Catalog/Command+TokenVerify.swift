internal import JSON
internal import Tokens

extension Command {
    static let tokenVerify = Command(
        path: ["token", "verify"], summary: "Verifies tokens as the gateway does, and shows why a token is refused",
        details: """
            Prints one JSON object per token: {"valid":true,"header":…,"claims":…,"key_id":…} or
            {"valid":false,"reason":…,"detail":…}. The keys come from the providers of --config, or from --keys.
            Exits 0 if all tokens are valid, otherwise 1.
            """,
        options: [
            .value("config", "FILE", "verify as a gateway with this configuration"),
            .value("keys", "FILE", "verify with these keys: a JWK, a JWK set or PEM"),
            .value("issuer", "URL", "with --keys: the value that iss must have"),
            .value("audience", "A", isRepeated: true, "with --keys: an accepted value of aud"),
            .value("at", "TIME", "verify as of this time (RFC 3339) instead of now"),
            .flag("signature-only", "check header and signature only; the payload may be any bytes"),
            .json,
        ],
        operands: [.token]
    ) { (call) throws(CommandError) -> ExitCode in
        let moment = try call.moment()
        let check = try TokenCheck(call)
        return try call.forEachToken(
            { token in
                var writer = JSONWriter(reservingCapacity: 1024)
                let isValid: Bool
                do throws(TokenRefusal) {
                    writer.write(try check(token, at: moment))
                    isValid = true
                } catch {
                    writer.beginObject()
                    writer.members(of: error)
                    writer.endObject()
                    isValid = false
                }
                return call.print(writer.bytes) ? isValid : nil
            }, combining: { $0 && $1 })
    }
}
