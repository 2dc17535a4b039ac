internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import OpenID
internal import PageLayout
internal import SignInFlow
internal import Tokens
internal import Web

/// Presents the outcomes of sign-in steps: as pages and redirects for browsers, and as JSON for providers.
struct SignInReplies: Sendable {
    let configuration: SignInConfiguration
    let requestID: String

    func reply(_ outcome: SignInOutcome) -> Reply { reply(outcome.next).with(outcome.cookies) }

    private func reply(_ next: SignInOutcome.Next) -> Reply {
        switch next {
        case .redirect(let target): .redirect(target)
        case .enter(let target?, _): .redirect(target.text)
        case .enter(nil, let organization?): .redirect(Paths.organization.path(organization.text))
        case .enter(nil, nil): .redirect(Paths.home.path())
        case .leave(let url, let isSigningIn):
            .page(.ok, ContinuePage(isSigningIn ? .signIn : .signOut, url: url).document)
        case .choose(let query, let prompt):
            .page(.ok, configuration.page(for: query, message: SignInReplies.message(prompt, of: query)).document)
        case .confirm(let account, let query, let formToken):
            .page(
                .ok,
                ConfirmSignInPage(
                    account: Account(name: account, formToken: formToken), fields: query.items, formToken: formToken
                ).document)
        case .confirmSignOut(let account, let formToken):
            .page(.ok, ConfirmSignOutPage(account: Account(name: account, formToken: formToken)).document)
        case .signedOut: .page(.ok, SignedOutPage(signInURL: SignInQuery().link).document)
        case .refused(let refusal, let retry): page(refusal, retry: retry)
        case .acknowledged: .json(Array("{}".utf8))
        case .tokenRefused(let reason, let detail):
            .problem(Problem(.invalidRequest, detail: detail, reason: reason.rawValue))
        case .storeUnavailable:
            .problem(.storeUnavailable)
        case .unknownProvider: .problem(Problem(.notFound, detail: "No provider with this ID is set up for sign-in."))
        }
    }

    /// Only what the page's own form sent is shown again, so that no link puts text on the page.
    private static func message(_ prompt: SignInPrompt, of query: SignInQuery) -> SignInPage.Message? {
        switch prompt {
        case .plain: nil
        case .unknown where query.hasFaultyAddress: .faultyAddress(query.email ?? "")
        case .unknown where query.isFromForm: query.email.map { .unknownAddress($0) } ?? .unknown
        case .unknown: .unknown
        }
    }

    private func page(_ refusal: SignInRefusal, retry: SignInQuery?) -> Reply {
        let text = RefusalText(refusal)
        let page = ErrorPage(
            status: text.status, title: text.title, text: text.text, requestID: requestID,
            action: retry.map { ErrorPage.Action(title: "Sign in again", url: $0.link) })
        return .page(Status(text.status), page.document)
    }
}

extension SignInConfiguration {
    /// The general sign-in page.
    ///
    /// - Parameter query: the sign-in whose organization and return path are kept as context.
    func page(for query: SignInQuery, message: SignInPage.Message? = nil) -> SignInPage {
        SignInPage(
            choices: offered.map { party in
                let own = SignInQuery(
                    provider: party.id, organization: query.organization, returnTo: query.returnTo?.text)
                return SignInPage.Choice(name: name(of: party.id), url: own.link)
            },
            offersEmail: !parties.isEmpty, organization: query.organization, returnTo: query.returnTo?.text,
            isAfterSession: query.isAfterSession, message: parties.isEmpty ? .noProvider : message)
    }
}
