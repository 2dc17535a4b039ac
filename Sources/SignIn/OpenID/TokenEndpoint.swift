internal import Cryptography
internal import HTTPClient
internal import HTTPMessage
internal import JSON
internal import Text
internal import Time

/// A successful response of a token endpoint (RFC 6749, section 5.1; OpenID Connect Core 1.0, section 3.1.3.3).
struct TokenAnswer: Sendable {
    let idToken: String?
    let accessToken: String?
    let refreshToken: String?
}

/// Calls of a provider's token endpoint.
struct TokenEndpoint: Sendable {
    let url: AbsoluteURL
    let metadata: ProviderMetadata
    let party: RelyingParty

    /// - Parameters:
    ///   - secrets: the secrets among the parameters; the log shows none of them.
    ///   - inBackground: true if no user is waiting. No request is then sent for a minute after both secret methods
    ///     failed.
    /// - Throws: `code_refused` for `invalid_grant`, `client_refused` for an unknown client or secret,
    ///   `provider_unavailable` for a temporary fault, `answer_malformed` for any other response.
    func call(
        _ parameters: [(name: String, value: String)], hiding secrets: [String],
        limits: OutboundLimits = OutboundLimits(), inBackground: Bool = false
    ) async throws(SignInError) -> TokenAnswer {
        func send(_ proof: ClientProof) async throws(SignInError) -> Reply {
            try await self.send(proof, parameters, secrets, limits)
        }
        guard case .discovered(let secret) = party.client.authentication else {
            return try answer(try await send(ClientProof(party.client, for: url, metadata, at: party.now())))
        }
        let listed = metadata.tokenAuthenticationMethods ?? ["client_secret_basic"]
        let takesField = listed.contains(exactly: "client_secret_basic")
        let takesForm = listed.contains(exactly: "client_secret_post")
        guard takesField || takesForm else {
            throw SignInError(
                .clientRefused,
                "the discovery document lists neither client_secret_basic nor client_secret_post, but "
                    + "\(listed.joined(separator: ", ").quoted(atMost: 200)): set token_endpoint_auth")
        }
        let now = party.remote.monotonic()
        guard !inBackground || !party.methods.isPausing(under: metadata, at: now) else {
            throw SignInError(.clientRefused, "both secret methods were refused less than a minute ago")
        }
        guard takesField, !party.methods.takesForm(under: metadata) else {
            return try answer(try await send(.form(secret)))
        }
        let first = try await send(.field(secret))
        guard takesForm, first.mayBeAboutMethod else {
            if first.isAboutGrant { party.methods.worked(byForm: false, under: metadata) }
            return try answer(first)
        }
        // Servers that do not decode the two parts of the field refuse every secret that needed encoding (RFC 6749,
        // 2.3.1).
        let second = try await send(.form(secret))
        if second.mayBeAboutMethod {
            party.methods.failedBothWays(under: metadata, at: now)
        } else if second.isAboutGrant, party.methods.worked(byForm: true, under: metadata) {
            party.remote.report(.secretMovedToForm, for: party.requestID)
        }
        return try answer(second)
    }

    // MARK: One request

    private func send(
        _ proof: ClientProof, _ parameters: [(name: String, value: String)], _ secrets: [String],
        _ limits: OutboundLimits
    ) async throws(SignInError) -> Reply {
        var fields = Fields([
            (.contentType, "application/x-www-form-urlencoded"), (.accept, "application/json"),
        ])
        if let field = proof.field(of: party.client.clientID) { fields.append(.authorization, field) }
        let form = parameters + proof.parameters(of: party.client.clientID)
        var request = OutboundRequest(
            .post, url, fields: fields, body: FormEncoding.body(form), policy: party.remote.address.policy)
        request.limits = limits
        do throws(OutboundError) {
            return Reply(try await party.http.send(request), hiding: secrets + proof.secrets(of: party.client.clientID))
        } catch {
            let fault = ProviderError(error, from: url)
            throw SignInError(
                fault.isOutage ? .providerUnavailable : .answerMalformed, "the token endpoint: \(fault.detail)")
        }
    }

    /// A response, and the error that it reports.
    private struct Reply {
        let response: OutboundResponse
        let document: Result<JSONDocument, ProviderError>
        /// The status and further details of the response, for the log.
        let outcome: String
        let error: ProviderErrorText?

        init(_ response: OutboundResponse, hiding secrets: [String]) {
            self.response = response
            let outcome = response.outcome(hiding: secrets)
            do throws(ProviderError) {
                let document = try response.object()
                self.document = .success(document)
                error = ProviderErrorText(document.root, hiding: secrets)
                self.outcome = outcome + (error?.suffix ?? "")
            } catch {
                document = .failure(error)
                self.error = nil
                self.outcome = response.body.isEmpty ? outcome : "\(outcome) (\(error.detail))"
            }
        }

        private var isRedirect: Bool { (300...399).contains(response.status.code) }

        /// True if the client may have been refused because of the method that sent its secret.
        var mayBeAboutMethod: Bool {
            guard !isRedirect else { return false }
            return error.map { $0.code == "invalid_client" } ?? (response.status == .unauthorized)
        }

        /// True if the client was accepted: the response contains tokens, or an error about the grant.
        var isAboutGrant: Bool { error.map { $0.code == "invalid_grant" } ?? (response.status == .ok) }
    }

    private func answer(_ reply: Reply) throws(SignInError) -> TokenAnswer {
        let response = reply.response
        guard response.status == .ok, reply.error == nil else { throw TokenEndpoint.failure(reply) }
        let root: JSONValue
        do throws(ProviderError) {
            root = try reply.document.get().root
        } catch {
            throw SignInError(.answerMalformed, "the token endpoint: \(error.detail)")
        }
        if let type = root.member("token_type"), !type.isNull, type.string?.asciiLowercased() != "bearer" {
            throw SignInError(.answerMalformed, "the token endpoint's \"token_type\" is not Bearer")
        }
        func text(_ name: String) -> String? { root.member(name)?.string.flatMap { $0.isEmpty ? nil : $0 } }
        return TokenAnswer(
            idToken: text("id_token"), accessToken: text("access_token"), refreshToken: text("refresh_token"))
    }

    // RFC 6749, section 5.2. A refusal needs neither a standard code nor a body. For the refresh of a locked user, some
    // providers respond with `invalid_request`, others with an empty body. Some send their errors with 200.
    private static func failure(_ reply: Reply) -> SignInError {
        let (status, code) = (reply.response.status.code, reply.error?.code)
        let detail = "the token endpoint returned \(reply.outcome)"
        func failure(_ reason: SignInError.Reason, isRefusal: Bool = false) -> SignInError {
            var failure = SignInError(reason, detail, providerCode: code)
            failure.isRefusal = isRefusal
            return failure
        }
        let isTrouble = status == 200 && ["temporarily_unavailable", "server_error"].contains(exactly: code ?? "")
        guard !reply.response.isOutage, !isTrouble else { return failure(.providerUnavailable) }
        switch code {
        case "invalid_client", "unauthorized_client": return failure(.clientRefused)
        case "invalid_grant": return failure(.codeRefused, isRefusal: true)
        default:
            // A 401 without an error may refer to the client. It still refuses the grant.
            if status == 401, reply.error == nil { return failure(.clientRefused, isRefusal: true) }
            return failure(.answerMalformed, isRefusal: status == 200 || (400...499).contains(status))
        }
    }
}
