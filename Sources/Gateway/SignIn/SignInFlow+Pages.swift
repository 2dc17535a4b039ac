internal import HTTPMessage
internal import Identities
internal import OpenID
internal import Pages
internal import Telemetry
internal import Threads
internal import Tokens
internal import Web

/// Reasons shown to users if a sign-in cannot continue.
enum SignInTrouble {
    case badQuery
    /// `target_link_uri` is not on this site.
    case foreignTarget
    case callbackWithoutProvider
    case unavailable
    case forgery
    case failed(SignInFailure)
}

extension SignInFlow {
    /// Logs, counts and shows a failure.
    func failed(_ failure: SignInFailure, at provider: ProviderID?, retry: SignInQuery?) -> Reply {
        count(provider, failure.tokenReason?.rawValue ?? failure.reason.rawValue)
        var fields = [
            ("provider", provider?.text ?? ""), ("reason", failure.reason.rawValue), ("detail", failure.detail),
        ]
        if let reason = failure.tokenReason { fields.append(("token_reason", reason.rawValue)) }
        if let code = failure.providerCode { fields.append(("provider_code", code)) }
        service.log.write(.warning, "a sign-in failed", requestID: requestID, fields: fields)
        return page(.failed(failure), retry: retry)
    }

    /// The redirect URI of the only provider, if it may be listed; otherwise the URI's form.
    private var registration: String {
        guard let only = signIn.only else {
            return
                "\(deployment.publicURL)\(Paths.callback.path("PROVIDER")), with the provider's id in the "
                + "gateway's configuration in place of PROVIDER."
        }
        return RedirectURI(of: only.id, at: deployment.publicURL).text
    }

    func count(_ provider: ProviderID?, _ result: String) {
        service.figures.signIns.counter([provider?.text ?? "unknown", result]).add()
    }

    func page(_ trouble: SignInTrouble, retry: SignInQuery? = nil) -> Reply {
        let (status, title, text): (Int, String, String) =
            switch trouble {
            case .badQuery:
                (400, "This link is broken", "Something stands in it twice, or is not encoded as it should be.")
            case .foreignTarget:
                (400, "This link is broken", "It leads to another site, and sign-in never ends on another site.")
            case .callbackWithoutProvider:
                (
                    400, "The redirect URI at the identity provider is outdated",
                    "Nothing of the provider's answer was used. Ask your administrator to register this redirect URI at "
                        + "the identity provider: \(registration)"
                )
            case .unavailable:
                (
                    503, "Signing in is not possible right now",
                    "Something that the gateway needs cannot be reached. "
                        + "Try again in a moment."
                )
            case .forgery:
                (403, "This did not come from this site", "Go back, reload the page, and try again.")
            case .failed(let failure): SignInFlow.explanation(failure)
            }
        let page = ErrorPage(
            status: status, title: title, text: text, requestID: requestID,
            action: retry.map { ErrorPage.Action(title: "Sign in again", url: $0.link) })
        return .page(Status(status), page.document)
    }

    /// Fixed text for every reason; causes are in the log.
    private static func explanation(_ failure: SignInFailure) -> (Int, String, String) {
        switch failure.reason {
        case .callbackMalformed:
            (
                400, "This gateway cannot read the answer to the sign-in",
                "Parts of it are missing or occur twice, or it is too long. Sign in again; if that doesn't help, tell "
                    + "your administrator the request id."
            )
        case .stateInvalid:
            (
                400, "This sign-in was not begun here",
                "The link belongs to another sign-in, or was changed on its way. Sign in again."
            )
        case .stateExpired:
            (400, "That took too long", "A sign-in has to be finished within fifteen minutes. Sign in again.")
        case .stateUsed: (400, "This sign-in is finished already", "Each one works once. Sign in again if you need to.")
        case .otherBrowser:
            (
                400, "This sign-in was begun in another browser",
                "Or this site's cookies were deleted meanwhile. Sign in again here, with "
                    + "cookies allowed for this site."
            )
        case .providerMismatch, .issuerMismatch:
            (
                400, "The answer came from another identity provider",
                "Nothing was sent to it. Sign in again; if this happens again, tell your "
                    + "administrator, for somebody may be interfering."
            )
        case .providerRefused: refusal(failure.providerCode)
        case .providerUnavailable:
            (
                503, "The identity provider cannot be reached",
                "Try again in a few minutes. Your administrator finds the cause in the log "
                    + "under the request id."
            )
        case .discoveryUnusable:
            (
                502, "Signing in is not set up correctly",
                "This gateway's configuration and what the identity provider says of itself don't fit together. "
                    + "Your administrator finds the cause in the log under the request id."
            )
        case .codeRefused:
            (
                400, "The identity provider did not confirm the sign-in",
                "Its one-time code was too old or used already. Sign in again."
            )
        case .clientRefused:
            (
                502, "The identity provider didn't accept this gateway",
                "The gateway could not prove to it that it is the registered client. Your administrator finds the cause "
                    + "in the log under the request id."
            )
        case .answerMalformed:
            (
                502, "This gateway cannot use the identity provider's answer",
                "Your administrator finds the cause in the log under the request id."
            )
        case .tokenRefused: refusal(failure.tokenReason)
        case .sessionEnded:
            (400, "You were signed out meanwhile", "The identity provider ended this session. Sign in again.")
        }
    }

    // RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6
    private static func refusal(_ code: String?) -> (Int, String, String) {
        switch code {
        case "access_denied":
            (
                403, "The identity provider did not let you in",
                "You cancelled, or your account may not use this application there. Ask "
                    + "whoever manages it to assign the application to you."
            )
        case "login_required", "interaction_required", "account_selection_required", "consent_required":
            (
                400, "The identity provider needs you to act",
                "It could not sign you in without asking. Sign in again and answer what it asks."
            )
        case "temporarily_unavailable", "server_error":
            (
                503, "The identity provider has trouble",
                "It says that it cannot sign you in right now. Try again in a few minutes."
            )
        default:
            (
                502, "The identity provider refused the request",
                "The gateway asks for something that it does not allow. Tell your administrator "
                    + "the request id."
            )
        }
    }

    private static func refusal(_ reason: TokenReason?) -> (Int, String, String) {
        switch reason {
        case .authenticationTooOld:
            (403, "You signed in to your provider too long ago", "Sign out there, then sign in again.")
        case .authenticationContextMismatch:
            (
                403, "A stronger sign-in is needed",
                "Your identity provider has to ask for another factor. Set one up there, then sign in again."
            )
        case .keysUnavailable:
            (
                503, "This gateway cannot check the sign-in right now",
                "It has no usable keys of the identity provider. Try again in a few minutes. Your administrator finds the "
                    + "cause in the log under the request id."
            )
        case .expired, .notYetValid, .issuedInFuture, .tokenTooOld:
            (
                502, "Clocks differ",
                "The identity provider's clock and this gateway's are too far apart. Tell your administrator."
            )
        default:
            (
                502, "This gateway doesn't accept the identity provider's token",
                "Your administrator finds the cause in the log under the request id."
            )
        }
    }
}
