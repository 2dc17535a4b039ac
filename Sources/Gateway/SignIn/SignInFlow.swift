internal import Audit
internal import ClaimMapping
internal import Cryptography
internal import Databases
internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import OpenID
internal import Pages
internal import Sessions
internal import Snapshots
internal import Time
internal import Tokens
internal import Web

/// The steps of signing in and out, each of which reads what the one before left with the browser and says what comes
/// next; none calls another.
struct SignInFlow: Sendable {
    let deployment: Deployment
    let service: SignInService
    let request: Request
    let requestID: String
    /// The client's address, for the owner's list of sessions.
    let address: String

    var signIn: SignInDeployment { deployment.signIn }
    var origin: AuditOrigin { AuditOrigin(requestID: requestID, address: address) }

    // MARK: GET /auth/login

    /// Sends the browser to the provider, or asks which one.
    func login() async -> Reply {
        guard let query = SignInQuery(request.target.queryItems) else {
            return page(.badQuery)
        }
        switch choose(query) {
        case .page(let reply): return reply
        case .party(let party): return await begin(at: party, query)
        }
    }

    private enum Choice {
        case party(RelyingParty)
        case page(Reply)
    }

    private func choose(_ query: SignInQuery) -> Choice {
        if let id = query.provider {
            guard let party = signIn.party(id) else { return .page(page(.unknownProvider)) }
            return .party(party)
        }
        var candidates = signIn.parties
        // Whether there is an organization of this id is not told: without one the question stays open.
        if let organization = query.organization.flatMap(deployment.organization) {
            let own = candidates.filter { organization.rules.providers.contains($0.id.text) }
            if !own.isEmpty { candidates = own }
        }
        if let email = query.email {
            if let domain = email.split(separator: "@").last, email.contains("@"),
                let id = signIn.emailDomains[domain.lowercased()],
                let party = candidates.first(where: { $0.id == id }) ?? signIn.party(id)
            {
                return .party(party)
            }
            return .page(signInPage(query, choices: candidates, message: .unknownDomain))
        }
        if candidates.count == 1, let only = candidates.first { return .party(only) }
        return .page(signInPage(query, choices: candidates, message: candidates.isEmpty ? .noProvider : nil))
    }

    private func begin(at party: RelyingParty, _ query: SignInQuery) async -> Reply {
        guard let box = signIn.box else { return page(.unavailable) }
        do {
            let (secret, cookies) = try browserSecret()
            let attempt = try SignInAttempt(
                provider: party.id, organization: query.organization, returnTo: query.returnTo?.text,
                browser: try Digest.sha256(secret), at: service.now())
            let authorization = try await party.begin(
                attempt, loginHint: query.email, asksWho: query.asksWho, sealingWith: box)
            let reply: Reply =
                query.isFromForm
                ? .page(.ok, ContinuePage(.signIn, url: authorization.url).document) : .redirect(authorization.url)
            return reply.with(cookies)
        } catch let failure as SignInFailure {
            return failed(failure, at: party.id, retry: query)
        } catch {
            return page(.unavailable)
        }
    }

    /// The secret that binds sign-ins to this browser: the one that it has, or a new one with its cookie.
    private func browserSecret() throws(CryptographyError) -> (secret: [UInt8], cookies: [String]) {
        if let known = deployment.browserCookie.values(in: request).lazy.compactMap(BrowserCookie.init).first {
            return (known.secret, [])
        }
        let new = try BrowserCookie.make()
        return (new.secret, [deployment.browserCookie.setting(new.value)])
    }

    // MARK: POST /auth/callback

    /// A posted answer comes without this site's cookies: it is sealed, and the browser is sent to bring it with them.
    func callbackPosted(_ body: RequestBody) async -> Reply {
        do {
            guard request.hasContentType("application/x-www-form-urlencoded") == true,
                let items = FormEncoding.items(try await body.collect()), let box = signIn.box
            else { throw SignInFailure(.callbackMalformed, "the answer is not a form") }
            let answer = try Callback(items).sealed(in: box, at: service.now())
            // It has to fit into a request line.
            guard answer.utf8.count <= 7 << 10 else {
                throw SignInFailure(.callbackMalformed, "the answer is too long")
            }
            return .redirect("\(Route.callback.template)?answer=\(answer)")
        } catch let failure as SignInFailure {
            return failed(failure, at: nil, retry: nil)
        } catch let error as BodyError {
            return .problem(MetricsAPI.problem(error))
        } catch {
            return page(.unavailable)
        }
    }

    // MARK: GET /auth/callback

    /// Finishes a sign-in: `state` first, then everything else.
    func callback() async -> Reply {
        var provider: ProviderID?
        var retry: SignInQuery?
        do {
            guard let box = signIn.box else { return page(.unavailable) }
            let callback = try read(box)
            let attempt = try SignInAttempt(opening: callback.state, with: box, at: service.now())
            provider = attempt.provider
            retry = SignInQuery(attempt)
            let cookies = deployment.browserCookie.values(in: request).compactMap { BrowserCookie(value: $0)?.secret }
            guard attempt.began(inBrowserWith: cookies) else {
                throw SignInFailure(.otherBrowser, "the browser's cookie is not the one of the sign-in")
            }
            guard let party = signIn.party(attempt.provider) else {
                throw SignInFailure(.stateInvalid, "the provider is not configured any more")
            }
            try await party.check(callback)
            guard try await service.sessions.takeState(attempt.id, until: attempt.startedAt + SignInAttempt.lifetime)
            else { return try await stateUsed(attempt) }
            if let code = callback.code { return try await finish(attempt, code, at: party) }
            throw SignInFailure(
                .providerRefused, "the provider refused the sign-in",
                providerCode: callback.error.flatMap(SignInFailure.code))
        } catch let failure as SignInFailure {
            // Without a state that was made here there is nothing to say whose sign-in it was.
            if provider != nil { await audit(failure, retry) }
            return failed(failure, at: provider, retry: retry)
        } catch {
            return page(.unavailable)
        }
    }

    /// Who it would have been is not known: nothing of a token that was refused is believed.
    private func audit(_ failure: SignInFailure, _ attempt: SignInQuery?) async {
        let organization = attempt?.organization.flatMap(deployment.organization)
        let isAccepted = attempt?.provider.map { organization?.rules.providers.contains($0) == true } == true
        await service.record(
            AuditRecord(
                .signIn, by: .system, in: isAccepted ? organization?.id : nil, target: attempt?.provider,
                outcome: .failure, reason: failure.tokenReason?.rawValue ?? failure.reason.rawValue,
                requestID: requestID, address: address))
    }

    private func read(_ box: SealedBox) throws(SignInFailure) -> Callback {
        guard let items = request.target.queryItems else {
            throw SignInFailure(.callbackMalformed, "the query's encoding is broken")
        }
        if items.count == 1, items[0].name == "answer" {
            return try Callback(opening: items[0].value, with: box, at: service.now())
        }
        return try Callback(items)
    }

    /// Somebody went back in the browser's history, or sent the same answer again: nothing happens a second time.
    private func stateUsed(_ attempt: SignInAttempt) async throws(DatabaseError) -> Reply {
        count(attempt.provider, SignInFailure.Reason.stateUsed.rawValue)
        if try await currentSession() != nil { return .redirect(landing(attempt)) }
        return page(.failed(SignInFailure(.stateUsed, "the state was used before")), retry: SignInQuery(attempt))
    }

    private func finish(_ attempt: SignInAttempt, _ code: String, at party: RelyingParty) async throws -> Reply {
        let completed = try await party.redeem(
            code, of: attempt,
            lacksClaims: deployment.lacksMappedClaims(of: party.id, with: service.access.snapshots.read().value))
        // A new one at each sign-in: what somebody planted before leads nowhere.
        let token = try SessionToken.make()
        let new = NewSession(
            token: token, claims: completed.claims, refreshToken: completed.refreshToken, idToken: completed.idToken,
            address: address, userAgent: request.field(.userAgent) ?? "")
        let (deployment, access, origin) = (deployment, service.access.snapshots.read().value, origin)
        let now = service.now()
        // Every organization that lists the provider is asked: no work for a reactor.
        let (records, people) = try await service.database.compute {
            (
                deployment.auditRecords(
                    .signIn, of: completed.claims, with: access, from: origin, meant: attempt.organization,
                    target: party.id.text),
                deployment.peopleSeen(completed.claims, with: access, meant: attempt.organization, at: now)
            )
        }
        switch try await service.sessions.begin(
            new, replacing: currentSession()?.key, recording: records,
            alongside: { transaction throws(DatabaseError) in
                try people.note(transaction)
            })
        {
        case .failure(.providerSessionEnded):
            throw SignInFailure(.sessionEnded, "the provider ended this session a moment ago")
        case .failure(.notSealed): return page(.unavailable)
        case .success: break
        }
        count(party.id, "signed_in")
        if let organization = attempt.organization.flatMap(deployment.organization) {
            await service.recordDenial(
                of: completed.claims, in: organization, under: deployment)
        }
        return Reply.redirect(landing(attempt)).with([deployment.sessionCookie.setting(token.cookie)])
    }

    private func landing(_ attempt: SignInAttempt) -> String {
        if let target = attempt.returnTo.flatMap(LocalTarget.init), !target.text.hasPrefix("/auth/") {
            return target.text
        }
        guard let organization = attempt.organization else { return "/" }
        return "/organizations/\(FormEncoding.encode(organization))"
    }

    /// The session that the browser has now, if any; for what is nicer with one and safe without.
    private func currentSession() async throws(DatabaseError) -> Session? {
        for token in deployment.sessionCookie.values(in: request).compactMap(SessionToken.init(cookie:)) {
            if let key = try? token.key, let session = try await service.sessions.session(key) { return session }
        }
        return nil
    }
}
