import Identities
import OpenID
import Tokens
import Web

@testable import SignInFlow

extension SignInOutcome {
    /// The target of a redirect.
    var redirect: String? {
        guard case .redirect(let target) = next else { return nil }
        return target
    }

    /// The sign-in that the user may try again.
    var retry: SignInQuery? {
        guard case .refused(_, let retry) = next else { return nil }
        return retry
    }

    /// The next step as words, without secrets.
    var step: String {
        switch next {
        case .redirect(let target): "redirect to \(target.prefix { $0 != "?" })"
        case .enter(let target, let organization): "enter \(target?.text ?? "-") of \(organization?.text ?? "-")"
        case .leave(let url, let isSigningIn):
            "leave to \(url.prefix { $0 != "?" }) \(isSigningIn ? "to sign in" : "to sign out")"
        case .choose(_, let prompt): "choose (\(prompt))"
        case .confirm(let account, _, _): "confirm for \(account)"
        case .confirmSignOut(let account, _): "confirm sign-out of \(account)"
        case .signedOut: "signed out"
        case .refused(let refusal, _): "refused: \(refusal.code)"
        case .acknowledged: "acknowledged"
        case .tokenRefused(let reason, _): "token refused: \(reason.rawValue)"
        case .storeUnavailable: "store unavailable"
        case .unknownProvider: "unknown provider"
        }
    }
}

extension SignInRefusal {
    fileprivate var code: String {
        switch self {
        case .badQuery: "bad_query"
        case .foreignTarget: "foreign_target"
        case .callbackWithoutProvider(let registration): registration
        case .unavailable: "unavailable"
        case .forgery: "forgery"
        case .failed(let failure): failure.tokenReason?.rawValue ?? failure.reason.rawValue
        }
    }
}
