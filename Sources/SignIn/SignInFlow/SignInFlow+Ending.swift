internal import Audit
internal import Cryptography
internal import Databases
internal import Grants
package import Identities
internal import OpenID
internal import Policy
internal import Sessions
internal import Snapshots
internal import Telemetry
internal import Text
internal import Tokens
internal import Web

extension SignInFlow {
    // MARK: GET /auth/logout

    /// Asks a user whom an application sent here whether to sign out. Only the form of the page ends the session.
    package func logoutAsked() async -> SignInOutcome {
        do throws(DatabaseError) {
            guard let (token, session) = try await currentSessions().first, let formToken = try? token.formToken else {
                return .redirect(SignInPaths.signedOut.text)
            }
            return SignInOutcome(.confirmSignOut(account: session.claims.accountName, formToken: formToken))
        } catch {
            return .refused(.unavailable)
        }
    }

    // MARK: POST /auth/logout

    /// Ends the browser's session, then the provider's if it supports that.
    package func logout(_ form: Form) async -> SignInOutcome {
        let clearing = [site.sessionCookie.clearing]
        let items = form ?? []
        let (state, origin) = (
            AccessState(rules: settings.rules, snapshot: service.access.snapshots.read().value), origin
        )
        do {
            var ended: Session?
            for token in site.sessionCookie.values(in: request).compactMap(SessionToken.init(_:)) {
                guard let session = try await service.sessions.session(token.key) else { continue }
                guard isOwnForm(items, of: token) else { return .refused(.forgery) }
                // All organizations that list the provider are evaluated: too long for a reactor.
                let records = try await service.database.compute {
                    state.auditRecords(.signOut, of: session.claims, from: origin, target: session.id)
                }
                try await service.sessions.end(session.key, recording: records)
                ended = session
            }
            guard let ended, let party = signIn.party(ended.claims.provider),
                let url = await party.serving(requestID).logoutURL(
                    idToken: service.sessions.idToken(of: ended), state: Base64URL.encode(try RandomBytes.make(16)))
            else {
                let next =
                    items.contains { $0.name == "switch" && $0.value.isExactly("1") } ? ended.map(switching) : nil
                return SignInOutcome(.redirect(next ?? SignInPaths.signedOut.text), setting: clearing)
            }
            return SignInOutcome(.leave(to: url, isSigningIn: false), setting: clearing)
        } catch {
            return .refused(.unavailable)
        }
    }

    /// The link to sign in with another account at a provider that keeps its own session: it must ask for the
    /// account.
    private func switching(from session: Session) -> String {
        var query = SignInQuery(provider: session.claims.provider)
        (query.asksWho, query.isFromForm) = (true, true)
        return query.link
    }

    // MARK: GET /auth/signed-out

    package func signedOut() -> SignInOutcome { SignInOutcome(.signedOut) }

    // MARK: POST /auth/backchannel-logout/{provider}

    /// Returns the refusal of content that is not a form, or of a provider that is not configured. Returns nil if the
    /// content is read.
    package func backchannelLogoutRefused(of provider: ProviderID?) -> SignInOutcome? {
        guard let party = provider.flatMap(signIn.party) else { return SignInOutcome(.unknownProvider) }
        return isForm ? nil : notForm(party.id)
    }

    private func notForm(_ provider: ProviderID) -> SignInOutcome {
        refused(provider, .malformed, "Send the logout token as a form.")
    }

    /// A provider's direct request (OpenID Connect Back-Channel Logout 1.0, section 2.8): 200, or 400 with a reason.
    package func backchannelLogout(_ provider: ProviderID?, _ form: Form) async -> SignInOutcome {
        guard let party = provider.flatMap(signIn.party) else { return SignInOutcome(.unknownProvider) }
        do {
            guard let items = form else { return notForm(party.id) }
            let tokens = items.filter { $0.name == "logout_token" }
            guard tokens.count == 1 else {
                return refused(party.id, .malformed, "The form must have one \"logout_token\".")
            }
            let notice = try await party.serving(requestID).verify(logoutToken: tokens[0].value, from: address)
            guard let count = try await service.sessions.end(by: notice) else {
                return refused(party.id, .replayed, "This logout token was already used.")
            }
            self.count(party.id, "backchannel_logout")
            service.log.write(
                .info, "a provider ended sessions", requestID: requestID,
                fields: [("provider", party.id.text), ("sessions", String(count))])
            return SignInOutcome(.acknowledged)
        } catch let refusal as TokenRefusal {
            return refused(party.id, refusal.reason, refusal.detail, refusal.loggedDetail)
        } catch {
            return SignInOutcome(.storeUnavailable)
        }
    }

    /// - Parameter loggedDetail: the detail for the log, if it differs.
    private func refused(
        _ provider: ProviderID, _ reason: TokenReason, _ detail: String, _ loggedDetail: String? = nil
    ) -> SignInOutcome {
        count(provider, "backchannel_logout_refused")
        service.log.write(
            .warning, "a logout token was refused", requestID: requestID,
            fields: [
                ("provider", provider.text), ("reason", reason.rawValue), ("detail", loggedDetail ?? detail),
            ])
        return SignInOutcome(.tokenRefused(reason, detail: detail))
    }
}

extension VerifiedClaims {
    /// The name of the account on the gateway's questions: the address, or else the user's subject.
    var accountName: String { payload.shownEmail?.spelling ?? identity.subject.text }
}
