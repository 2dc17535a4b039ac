public import Tokens

/// Why a sign-in came to nothing: the closed list. Codes go to logs and figures; people get a page.
public struct SignInFailure: Error, Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// A parameter is missing, or stands there twice.
        case callbackMalformed = "callback_malformed"
        /// It was not made here, or was altered.
        case stateInvalid = "state_invalid"
        case stateExpired = "state_expired"
        case stateUsed = "state_used"
        /// The answer came to a browser that did not ask.
        case otherBrowser = "other_browser"
        /// The answer came to another provider's redirect URI (RFC 9700, section 4.4.2).
        case providerMismatch = "provider_mismatch"
        /// `iss` of the callback is not the provider's (RFC 9207).
        case issuerMismatch = "issuer_mismatch"
        /// The provider refused: its own code is in ``SignInFailure/detail``.
        case providerRefused = "provider_refused"
        case providerUnavailable = "provider_unavailable"
        /// The provider answers, and its discovery document does not fit the configuration or cannot be used.
        case discoveryUnusable = "discovery_unusable"
        /// The provider does not take the code (any more).
        case codeRefused = "code_refused"
        /// The provider does not take the gateway's client id or secret.
        case clientRefused = "client_refused"
        /// What came from the token endpoint is not what the protocol says.
        case answerMalformed = "answer_malformed"
        /// The ID token is refused: ``SignInFailure/tokenReason`` says why.
        case tokenRefused = "token_refused"
        /// The provider ended that session a moment ago.
        case sessionEnded = "session_ended"
    }

    public let reason: Reason
    /// For the log: names causes, never a code, a token or a secret.
    public let detail: String
    public var tokenReason: TokenReason?
    /// The provider's own error code, where it sent one (RFC 6749, section 4.1.2.1).
    public var providerCode: String?
    /// Whether the token endpoint refused what it was asked for, rather than the gateway as a client.
    var isRefusal = false

    public init(_ reason: Reason, _ detail: String, tokenReason: TokenReason? = nil, providerCode: String? = nil) {
        self.reason = reason
        self.detail = detail
        self.tokenReason = tokenReason
        self.providerCode = providerCode
    }

    init(_ fault: ProviderFault) {
        self.init(fault.isOutage ? .providerUnavailable : .discoveryUnusable, fault.detail)
    }

    /// A provider's error code; only what has the form of one goes into logs and pages.
    public static func code(_ text: String) -> String? {
        guard (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
        else { return nil }
        return text
    }
}
