public import Cryptography
internal import JSON
internal import Text
public import Time
public import Tokens

/// What a provider sends back (RFC 6749, section 4.1.2; OAuth 2.0 Form Post Response Mode), taken apart and not trusted.
public struct Callback: Sendable, Hashable {
    public let state: String
    public let code: String?
    /// RFC 9207
    public let issuer: String?
    public let error: String?

    /// How long an answer that was posted may wait for the browser to come with its cookie.
    private static let answerLifetime: Duration = .seconds(120)
    private static let context = Array("gatehouse callback 2 ".utf8)

    /// - Throws: `callback_malformed` where `state` is missing, where neither or both of `code` and `error` are there, or
    ///   where one of them stands there twice (RFC 6749, section 3.1).
    public init(_ items: [(name: String, value: String)]) throws(SignInFailure) {
        var values: [ExactText: String] = [:]
        for (name, value) in items where ["state", "code", "iss", "error"].contains(exactly: name) {
            guard values.updateValue(value, forKey: ExactText(name)) == nil else {
                throw SignInFailure(.callbackMalformed, "\"\(name)\" stands there twice")
            }
        }
        guard let state = values["state"], !state.isEmpty else {
            throw SignInFailure(.callbackMalformed, "\"state\" is missing")
        }
        (self.state, code, issuer, error) = (state, values["code"], values["iss"], values["error"])
        guard (code == nil) != (error == nil), code != "", code?.utf8.count ?? 0 <= 8192 else {
            throw SignInFailure(.callbackMalformed, "there has to be either \"code\" or \"error\"")
        }
    }

    // MARK: Answers that are posted

    private static func context(_ provider: ProviderID) -> [UInt8] { context + Array(provider.text.utf8) }

    /// The answer as one value for the address that the browser is sent to.
    ///
    /// - Parameter provider: whose redirect URI it came to; it opens for no other.
    public func sealed(
        in box: SealedBox, for provider: ProviderID, at now: Timestamp
    ) throws(CryptographyError) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("state", state)
        writer.member("code", code)
        writer.member("iss", issuer)
        writer.member("error", error)
        writer.member("at", Int(now.seconds))
        writer.endObject()
        return Base64URL.encode(try box.seal(writer.bytes, context: Callback.context(provider)))
    }

    /// What ``sealed(in:for:at:)`` made for the same provider, less than two minutes ago.
    /// - Throws: `callback_malformed` for anything else, `state_expired`.
    public init(
        opening text: String, with box: SealedBox, for provider: ProviderID, at now: Timestamp
    ) throws(SignInFailure) {
        guard text.utf8.count <= 32 << 10, let sealed = Base64URL.decode(text),
            let bytes = try? box.open(sealed, context: Callback.context(provider)),
            let root = try? JSONDocument(parsing: bytes).root, let at = root.member("at")?.integer
        else { throw SignInFailure(.callbackMalformed, "the answer was not sealed here") }
        guard Timestamp(seconds: at).lasts(Callback.answerLifetime, at: now) else {
            throw SignInFailure(.stateExpired, "the answer was posted too long ago")
        }
        try self.init(
            ["state", "code", "iss", "error"].compactMap { name in
                root.member(name)?.string.map { (name, $0) }
            })
    }
}
