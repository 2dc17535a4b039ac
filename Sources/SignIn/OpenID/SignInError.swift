public import Tokens

/// The closed list of reasons why a sign-in failed. Codes are logged and counted; users see a page.
public struct SignInError: Error, Sendable, Hashable {
    /// The reason of a failure; the raw values are the codes.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// A parameter is missing or repeated.
        case callbackMalformed = "callback_malformed"
        /// The state was not sealed by this gateway, or was altered.
        case stateInvalid = "state_invalid"
        case stateExpired = "state_expired"
        case stateUsed = "state_used"
        /// The response arrived in a browser other than the one that began the sign-in.
        case otherBrowser = "other_browser"
        /// The response arrived at another provider's redirect URI (RFC 9700, section 4.4.2).
        case providerMismatch = "provider_mismatch"
        /// The callback's `iss` is not the provider's issuer (RFC 9207).
        case issuerMismatch = "issuer_mismatch"
        /// The provider refused the sign-in. Its own code is in ``SignInError/providerCode``.
        case providerRefused = "provider_refused"
        case providerUnavailable = "provider_unavailable"
        /// The provider responds, but its discovery document is unusable or contradicts the configuration.
        case discoveryUnusable = "discovery_unusable"
        /// The provider does not accept the code, or no longer accepts it.
        case codeRefused = "code_refused"
        /// The provider does not accept the gateway's client id or secret.
        case clientRefused = "client_refused"
        /// The token endpoint's response violates the protocol.
        case answerMalformed = "answer_malformed"
        /// The ID token is refused; ``SignInError/tokenReason`` has the reason.
        case tokenRefused = "token_refused"
        /// The provider has just ended the session of the sign-in.
        case sessionEnded = "session_ended"
    }

    public let reason: Reason
    /// The cause, for the log. It never contains a code, a token or a secret.
    public let detail: String
    public var tokenReason: TokenReason?
    /// The provider's own error code, if it sent one (RFC 6749, section 4.1.2.1).
    public var providerCode: String?
    /// True if the token endpoint refused the grant rather than the gateway as a client.
    var isRefusal = false

    public init(_ reason: Reason, _ detail: String, tokenReason: TokenReason? = nil, providerCode: String? = nil) {
        self.reason = reason
        self.detail = detail
        self.tokenReason = tokenReason
        self.providerCode = providerCode
    }

    init(_ fault: ProviderError) {
        self.init(fault.isOutage ? .providerUnavailable : .discoveryUnusable, fault.detail)
    }

    /// Returns a provider's error code. Returns nil if the text does not have the form of a code; it must then not
    /// reach logs and pages.
    public static func code(_ text: String) -> String? {
        guard (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
        else { return nil }
        return text
    }
}
