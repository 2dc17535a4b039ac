internal import Cryptography
internal import HTTPClient
internal import HTTPMessage
internal import JSON
internal import Text

/// What a token endpoint answered with (RFC 6749, section 5.1; OpenID Connect Core 1.0, section 3.1.3.3).
struct TokenAnswer: Sendable {
    let idToken: String?
    let accessToken: String?
    let refreshToken: String?
}

/// Calls of a provider's token endpoint.
struct TokenEndpoint: Sendable {
    let client: ClientRegistration
    let metadata: ProviderMetadata
    let policy: OutboundPolicy
    let http: any OutboundHTTP

    /// - Throws: `code_refused` for `invalid_grant`, `client_refused` for a client or a secret that the provider does not
    ///   know, `provider_unavailable` for whatever else may pass, `answer_malformed`.
    func call(
        _ parameters: [(name: String, value: String)], limits: OutboundLimits = OutboundLimits()
    ) async throws(SignInFailure) -> TokenAnswer {
        var fields = Fields([
            (.contentType, "application/x-www-form-urlencoded"), (.accept, "application/json"),
        ])
        var parameters = parameters
        try authenticate(&fields, &parameters)
        let response: OutboundResponse
        do throws(OutboundFault) {
            var request = OutboundRequest(
                .post, metadata.tokenEndpoint, fields: fields, body: FormEncoding.body(parameters), policy: policy)
            request.limits = limits
            response = try await http.send(request)
        } catch {
            throw SignInFailure(.providerUnavailable, "the token endpoint: \(error)")
        }
        let document = try? JSONDocument(parsing: response.body)
        guard response.status == .ok else { throw TokenEndpoint.failure(response.status.code, document?.root) }
        guard let root = document?.root, root.kind == .object else {
            throw SignInFailure(.answerMalformed, "the token endpoint's answer is not a JSON object")
        }
        // Some providers send their errors with 200.
        if let code = root.member("error")?.string {
            let isTrouble = ["temporarily_unavailable", "server_error"].contains(exactly: code)
            throw TokenEndpoint.failure(isTrouble ? 503 : 400, root, sent: response.status.code)
        }
        if let type = root.member("token_type"), type.string?.asciiLowercased() != "bearer" {
            throw SignInFailure(.answerMalformed, "the token endpoint's \"token_type\" is not Bearer")
        }
        func text(_ name: String) -> String? { root.member(name)?.string.flatMap { $0.isEmpty ? nil : $0 } }
        return TokenAnswer(
            idToken: text("id_token"), accessToken: text("access_token"), refreshToken: text("refresh_token"))
    }

    // RFC 6749, section 2.3.1; which of them by OpenID Connect Discovery 1.0, section 3
    private func authenticate(
        _ fields: inout Fields, _ parameters: inout [(name: String, value: String)]
    ) throws(SignInFailure) {
        guard let secret = client.clientSecret else { return parameters.append(("client_id", client.clientID)) }
        let methods = metadata.tokenAuthenticationMethods ?? ["client_secret_basic"]
        if methods.contains(exactly: "client_secret_basic") {
            // Both are form-urlencoded before they are joined, so that a colon in the id is none in the pair. A space
            // is %20, which providers that know only percent-encoding understand as well.
            let id = FormEncoding.encode(client.clientID)
            let word = FormEncoding.encode(secret.text)
            fields.append(.authorization, "Basic \(Base64.encode(Array("\(id):\(word)".utf8)))")
        } else if methods.contains(exactly: "client_secret_post") {
            parameters += [("client_id", client.clientID), ("client_secret", secret.text)]
        } else {
            throw SignInFailure(
                .clientRefused, "the provider takes a secret neither by client_secret_basic nor by client_secret_post")
        }
    }

    // RFC 6749, section 5.2. A refusal needs no code that the specification knows, and no body: providers answer the
    // refresh of a locked user with `invalid_request`, and with nothing at all.
    private static func failure(_ status: Int, _ root: JSONValue?, sent: Int? = nil) -> SignInFailure {
        let code = root?.member("error")?.string.flatMap(SignInFailure.code)
        let detail = "the token endpoint answered \(sent ?? status)\(code.map { " (\($0))" } ?? "")"
        guard status < 500, status != 429, status != 408 else {
            return SignInFailure(.providerUnavailable, detail, providerCode: code)
        }
        var failure = SignInFailure(.answerMalformed, detail, providerCode: code)
        switch code {
        case "invalid_grant": failure = SignInFailure(.codeRefused, detail, providerCode: code)
        case "invalid_client", "unauthorized_client":
            return SignInFailure(.clientRefused, detail, providerCode: code)
        default: break
        }
        failure.isRefusal = (400...499).contains(status)
        return failure
    }
}
