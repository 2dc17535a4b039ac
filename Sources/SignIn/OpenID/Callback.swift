public import Cryptography
public import Identities
internal import Text
public import Time
internal import Tokens

/// The authorization response of a provider (RFC 6749, section 4.1.2; OAuth 2.0 Form Post Response Mode), parsed but
/// not yet trusted.
public struct Callback: Sendable, Hashable {
    public let state: String
    public let code: String?
    /// The parameter `iss` (RFC 9207).
    public let issuer: Issuer?
    public let error: String?
    /// The provider's description of the error, cut to a limited length.
    public let errorDescription: String?

    private static let names = ["state", "code", "iss", "error", "error_description"]
    /// The maximum length of the description, in characters.
    private static let longestDescription = 500

    /// - Throws: `callback_malformed` if `state` is missing, if not exactly one of `code` and `error` is present, or if
    ///   a parameter is repeated (RFC 6749, section 3.1).
    public init(_ items: [(name: String, value: String)]) throws(SignInError) {
        var values: [ExactText: String] = [:]
        for (name, value) in items where Callback.names.contains(exactly: name) {
            guard values.updateValue(value, forKey: ExactText(name)) == nil else {
                throw SignInError(.callbackMalformed, "\"\(name)\" appears more than once")
            }
        }
        guard let state = values["state"], !state.isEmpty else {
            let errorText = ProviderErrorText(
                error: values["error"], description: values["error_description"], hiding: [values["code"] ?? ""])
            throw SignInError(.callbackMalformed, "\"state\" is missing\(errorText.suffix)")
        }
        (self.state, code, issuer, error) = (state, values["code"], values["iss"].map { Issuer($0) }, values["error"])
        errorDescription =
            error == nil ? nil : values["error_description"].map { String($0.prefix(Callback.longestDescription)) }
        guard (code == nil) != (error == nil), code != "", code?.utf8.count ?? 0 <= 8192 else {
            throw SignInError(.callbackMalformed, "the response must have either \"code\" or \"error\"")
        }
    }

    /// The provider's refusal, with its code and description for the log.
    public var refusal: SignInError {
        let errorText = ProviderErrorText(error: error, description: errorDescription, hiding: [state])
        return SignInError(
            .providerRefused, "the provider refused the sign-in\(errorText.suffix)", providerCode: errorText.code)
    }
}

// MARK: Posted responses

extension Callback {
    /// The time in which the browser must return with its cookie after a posted response.
    private static let answerLifetime: Duration = .seconds(120)
    private static let context = Array("gatehouse callback 3 ".utf8)

    private static func context(_ provider: ProviderID) -> [UInt8] { context + Array(provider.text.utf8) }

    /// Seals the response for the URL that the browser is redirected to. The value is as long as the response's own
    /// parameters, so that a code that fits into one response mode fits into the other.
    ///
    /// - Parameter provider: the provider whose redirect URI received the response. Only that provider's callback can
    ///   open the value.
    public func sealed(
        in box: SealedBox, for provider: ProviderID, at now: Timestamp
    ) throws(CryptographyError) -> String {
        var octets = (0..<8).reversed().map { UInt8(truncatingIfNeeded: now.seconds >> (8 * $0)) }
        let values = [state, code, issuer?.text, error, errorDescription]
        // One bit for each value that is present.
        octets.append(values.enumerated().reduce(0) { $1.element == nil ? $0 : $0 | 1 << UInt8($1.offset) })
        for case .some(let value) in values { PackedText.append(value, to: &octets) }
        return Base64URL.encode(try box.seal(octets, context: Callback.context(provider)))
    }

    /// Opens a value that ``sealed(in:for:at:)`` made for this provider less than two minutes ago.
    ///
    /// - Throws: `state_expired` for an older response, `callback_malformed` for any other input.
    public init(
        opening text: String, with box: SealedBox, for provider: ProviderID, at now: Timestamp
    ) throws(SignInError) {
        let unknown = SignInError(.callbackMalformed, "the response was not sealed by this gateway")
        guard text.utf8.count <= 32 << 10, let sealed = Base64URL.decode(text),
            let octets = try? box.open(sealed, context: Callback.context(provider)), octets.count > 8
        else { throw unknown }
        let at = octets.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        var rest = octets.dropFirst(9)
        var items: [(name: String, value: String)] = []
        for (index, name) in Callback.names.enumerated() where octets[8] & 1 << UInt8(index) != 0 {
            guard let value = PackedText.take(from: &rest) else { throw unknown }
            items.append((name, value))
        }
        guard Timestamp(seconds: at).lasts(Callback.answerLifetime, at: now) else {
            throw SignInError(.stateExpired, "the response was posted too long ago")
        }
        try self.init(items)
    }
}
