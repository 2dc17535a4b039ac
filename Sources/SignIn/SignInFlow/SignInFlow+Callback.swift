internal import Audit
internal import Cryptography
internal import Databases
internal import Grants
internal import HTTPMessage
package import Identities
internal import OpenID
internal import Policy
internal import Sessions
internal import Snapshots
internal import Text
internal import Time
internal import Tokens
internal import Web

extension SignInFlow {
    // MARK: POST /auth/callback/{provider}

    /// Returns the refusal of a response that is not a form, or whose provider is not configured. Returns nil if the
    /// content is read.
    ///
    /// - Parameter provider: the provider that the path names; nil if the path has no valid id.
    package func callbackRefused(of provider: ProviderID?) -> SignInOutcome? {
        guard isForm else { return failed(notForm, at: nil, retry: nil) }
        guard provider.flatMap(signIn.party) == nil else { return nil }
        return failed(SignInError(.stateInvalid, "the provider is not configured"), at: nil, retry: nil)
    }

    private var notForm: SignInError { SignInError(.callbackMalformed, "the response is not a form") }

    /// A posted response arrives without this site's cookies: it is sealed, and the browser is redirected to bring it
    /// with them.
    package func callbackPosted(of provider: ProviderID?, _ form: Form) -> SignInOutcome {
        do {
            guard let items = form, let provider, let box = signIn.box else {
                throw notForm
            }
            let answer = try Callback(items).sealed(in: box, for: provider, at: service.now())
            let target = "\(SignInPaths.callback.path(provider.text))?answer=\(answer)"
            guard RequestParser.fitsRequestLine(.get, target) else {
                throw SignInError(.callbackMalformed, "the answer is too long")
            }
            return .redirect(target)
        } catch let failure as SignInError {
            return failed(failure, at: nil, retry: nil)
        } catch {
            return .refused(.unavailable)
        }
    }

    // MARK: GET /auth/callback/{provider}

    /// Finishes a sign-in: `state` first, then everything else.
    ///
    /// A callback is audited only if its state was made here for this redirect URI and this browser, and is used for
    /// the first time. Links on other sites write nothing.
    package func callback(of provider: ProviderID?) async -> SignInOutcome {
        var attempt: SignInAttempt?
        var isAnswered = false
        do {
            guard let box = signIn.box else { return .refused(.unavailable) }
            let callback = try read(box, provider)
            let opened = try SignInAttempt(opening: callback.state, with: box, at: service.now())
            attempt = opened
            guard opened.provider == provider else {
                throw SignInError(.providerMismatch, "the state is of the provider \(opened.provider)")
            }
            let cookies = site.browserCookie.values(in: request).compactMap { BrowserCookie(value: $0)?.secret }
            guard opened.began(inBrowserWith: cookies) else {
                throw SignInError(.otherBrowser, "the browser's cookie is not the one of the sign-in")
            }
            guard let party = signIn.party(opened.provider)?.serving(requestID) else {
                throw SignInError(.stateInvalid, "the provider is not configured any more")
            }
            guard try await service.sessions.takeState(opened.id, until: opened.startedAt + SignInAttempt.lifetime)
            else { return try await stateUsed(opened) }
            isAnswered = true
            try await party.check(callback, of: opened)
            if let code = callback.code { return try await finish(opened, code, at: party) }
            throw callback.refusal
        } catch let failure as SignInError {
            if isAnswered, let attempt { await audit(failure, of: attempt) }
            return failed(failure, at: attempt?.provider, retry: attempt.map(SignInQuery.init))
        } catch {
            return .refused(.unavailable)
        }
    }

    // MARK: GET, POST /auth/callback

    /// The redirect URI that all providers once shared. It redeems nothing and names the URI to register instead.
    package func callbackWithoutProvider() -> SignInOutcome {
        .refused(.callbackWithoutProvider(registration: registration))
    }

    /// The redirect URI of the only provider, if it may be listed; otherwise the pattern of redirect URIs.
    private var registration: String {
        guard let only = signIn.only else {
            return "\(site.origin)\(SignInPaths.callback.path("PROVIDER")), with the provider's ID in the "
                + "gateway's configuration in place of PROVIDER."
        }
        return RedirectURI(of: only.id, at: site.origin).text
    }

    // MARK: Parts

    /// Audits a failed sign-in without the user's identity: nothing in a refused token is trusted.
    private func audit(_ failure: SignInError, of attempt: SignInAttempt) async {
        let organization = configured(attempt.organization)
        let isAccepted = organization.map { settings.rules.lists(attempt.provider, in: $0) } ?? false
        await service.record(
            AuditRecord(
                .signIn, by: .system, in: isAccepted ? organization : nil, target: attempt.provider.text,
                outcome: .failure, reason: failure.tokenReason?.rawValue ?? failure.reason.rawValue,
                requestID: requestID, address: address))
    }

    private func read(_ box: SealedBox, _ provider: ProviderID?) throws(SignInError) -> Callback {
        guard let items = request.target.queryItems else {
            throw SignInError(.callbackMalformed, "the query's encoding is broken")
        }
        guard items.count == 1, items[0].name == "answer" else { return try Callback(items) }
        guard let provider else {
            throw SignInError(.callbackMalformed, "the answer was not sealed here")
        }
        return try Callback(opening: items[0].value, with: box, for: provider, at: service.now())
    }

    /// The user went back in the browser's history, or sent a response twice: nothing happens a second time.
    private func stateUsed(_ attempt: SignInAttempt) async throws(DatabaseError) -> SignInOutcome {
        count(attempt.provider, SignInError.Reason.stateUsed.rawValue)
        if try await !currentSessions().isEmpty { return SignInOutcome(landing(attempt)) }
        return .refused(.failed(SignInError(.stateUsed, "the state was used before")), retry: SignInQuery(attempt))
    }

    private func finish(_ attempt: SignInAttempt, _ code: String, at party: RelyingParty) async throws -> SignInOutcome
    {
        // One state decides the whole sign-in.
        let state = AccessState(rules: settings.rules, snapshot: service.access.snapshots.read().value)
        let needed = try await service.database.compute { state.neededClaims(of: party.id) }
        let completed = try await party.redeem(code, of: attempt, needing: needed)
        // A new token at each sign-in prevents session fixation: a session that another party planted is not used.
        let token = try SessionToken.make()
        let new = NewSession(
            token: token, claims: completed.claims, refreshToken: completed.refreshToken, idToken: completed.idToken,
            address: address, userAgent: request.field(.userAgent) ?? "")
        let (settings, origin, now) = (settings, origin, service.now())
        // Every organization that lists the provider is evaluated: too long for a reactor.
        let (records, signIns) = try await service.database.compute {
            (
                state.auditRecords(
                    .signIn, of: completed.claims, from: origin, meant: attempt.organization, target: party.id.text),
                SignInRecords(of: completed.claims, under: state, settings, meant: attempt.organization, at: now)
            )
        }
        let sessions = service.sessions
        let prepared = try sessions.prepare(new, replacing: try await currentSessions().first?.session.key)
        // The session, its audit events and the last sign-ins are stored together or not at all.
        let begun: Result<Void, ProviderSessionEndedRefusal> = try await service.database.decide {
            transaction throws(DatabaseError) in
            if let refusal = try sessions.insert(prepared, transaction) { return .refuse(refusal) }
            for record in records { try AuditLog.append(record, at: now, transaction) }
            try signIns.note(transaction)
            return .commit((), publish: { sessions.publish(prepared) })
        }
        if case .failure = begun {
            throw SignInError(.sessionEnded, "the provider ended this session a moment ago")
        }
        count(party.id, "signed_in")
        if let organization = configured(attempt.organization) {
            await service.recordDenial(of: completed.claims, in: organization, under: state)
        }
        return SignInOutcome(
            landing(attempt), setting: [site.sessionCookie.setting(token.text)])
    }

    private func landing(_ attempt: SignInAttempt) -> SignInOutcome.Next {
        .enter(attempt.returnTo.flatMap(SignInQuery.target), organization: attempt.organization)
    }
}
