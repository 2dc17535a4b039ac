internal import OpenID
internal import SignInFlow
internal import Tokens

/// The fixed text that a user reads if a sign-in cannot continue. Causes are only in the log.
struct RefusalText: Sendable {
    let status: Int
    let title: String
    let text: String

    private init(_ status: Int, _ title: String, _ text: String) {
        self.status = status
        self.title = title
        self.text = text
    }

    init(_ refusal: SignInRefusal) {
        self =
            switch refusal {
            case .badQuery:
                RefusalText(400, "This link is broken", "A parameter occurs twice, or its encoding is invalid.")
            case .foreignTarget:
                RefusalText(
                    400, "This link is broken", "It leads to another site. A sign-in always ends on this site.")
            case .callbackWithoutProvider(let registration):
                RefusalText(
                    400, "The redirect URI at the identity provider is outdated",
                    "The provider's response was not used. Ask your administrator to register this redirect URI at the "
                        + "identity provider: \(registration)")
            case .unavailable:
                RefusalText(
                    503, "Signing in isn't possible right now",
                    "A service that the gateway needs can't be reached. Try again in a moment.")
            case .forgery:
                RefusalText(
                    403, "This request didn't come from this site", "Go back, reload the page, and try again.")
            case .failed(let failure): RefusalText(failure)
            }
    }

    private static let administrator = "Your administrator finds the cause in the log under the request ID."

    private init(_ failure: SignInError) {
        self =
            switch failure.reason {
            case .callbackMalformed:
                RefusalText(
                    400, "The response of the identity provider can't be read",
                    "It is incomplete, too long, or repeats a parameter. Sign in again. If that doesn't help, tell your "
                        + "administrator the request ID.")
            case .stateInvalid:
                RefusalText(
                    400, "This sign-in didn't start here",
                    "The link belongs to another sign-in, or was changed. Sign in again.")
            case .stateExpired:
                RefusalText(400, "The sign-in took too long", "Finish a sign-in within 15 minutes. Sign in again.")
            case .stateUsed:
                RefusalText(
                    400, "This sign-in is already complete", "Each sign-in works once. Sign in again if you need to.")
            case .otherBrowser:
                RefusalText(
                    400, "This sign-in started in another browser",
                    "Or this site's cookies have been deleted. Sign in again in this browser, with cookies "
                        + "allowed for this site.")
            case .providerMismatch, .issuerMismatch:
                RefusalText(
                    400, "The response came from another identity provider",
                    "Nothing was sent to it. Sign in again. If this happens again, tell your administrator: it can be an "
                        + "attack.")
            case .providerRefused: RefusalText(providerCode: failure.providerCode)
            case .providerUnavailable:
                RefusalText(
                    503, "The identity provider can't be reached",
                    "Try again in a few minutes. \(RefusalText.administrator)")
            case .discoveryUnusable:
                RefusalText(
                    502, "Signing in isn't set up correctly",
                    "The gateway's configuration doesn't match the identity provider's metadata. \(RefusalText.administrator)"
                )
            case .codeRefused:
                RefusalText(
                    400, "The identity provider didn't confirm the sign-in",
                    "Its one-time code was expired or already used. Sign in again.")
            case .clientRefused:
                RefusalText(
                    502, "The identity provider didn't accept this gateway",
                    "The gateway couldn't authenticate as the registered client. \(RefusalText.administrator)")
            case .answerMalformed:
                RefusalText(502, "The response of the identity provider can't be used", RefusalText.administrator)
            case .tokenRefused: RefusalText(tokenReason: failure.tokenReason)
            case .sessionEnded:
                RefusalText(
                    400, "You were signed out in the meantime",
                    "The identity provider ended this session. Sign in again.")
            }
    }

    /// The text for an authorization error response (RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section
    /// 3.1.2.6).
    private init(providerCode code: String?) {
        self =
            switch code {
            case "access_denied":
                RefusalText(
                    403, "The identity provider denied the sign-in",
                    "You cancelled it, or this application isn't assigned to your account there. Ask the identity "
                        + "provider's administrator to assign it to you.")
            case "login_required", "interaction_required", "account_selection_required", "consent_required":
                RefusalText(
                    400, "The identity provider needs your input",
                    "It couldn't sign you in without asking you. Sign in again and answer its questions.")
            case "temporarily_unavailable", "server_error":
                RefusalText(
                    503, "The identity provider has a problem",
                    "It can't sign you in right now. Try again in a few minutes.")
            default:
                RefusalText(
                    502, "The identity provider refused the request",
                    "It doesn't allow the gateway's request. Tell your administrator the request ID.")
            }
    }

    private init(tokenReason reason: TokenReason?) {
        self =
            switch reason {
            case .authenticationTooOld:
                RefusalText(
                    403, "Your sign-in at the identity provider is too old", "Sign out there, then sign in again.")
            case .authenticationContextMismatch:
                RefusalText(
                    403, "A stronger sign-in is required",
                    "Your identity provider must ask for another factor. Set one up there, then sign in again.")
            case .keysUnavailable:
                RefusalText(
                    503, "The sign-in can't be verified right now",
                    "The gateway has no usable keys of the identity provider. Try again in a few minutes. "
                        + RefusalText.administrator)
            case .expired, .notYetValid, .issuedInFuture, .tokenTooOld:
                RefusalText(
                    502, "Clocks differ",
                    "The clocks of the identity provider and this gateway differ too much. Tell your administrator.")
            case .tooLarge, .malformed, .criticalHeaderUnsupported, .algorithmNotAllowed, .issuerUnknown, .keyNotFound,
                .signatureInvalid, .typeMismatch, .audienceMismatch, .authorizedPartyMismatch, .claimMalformed,
                .subjectMissing, .nonceMismatch, .hashMismatch, .replayed, nil:
                RefusalText(502, "The identity provider's token isn't accepted", RefusalText.administrator)
            }
    }
}
