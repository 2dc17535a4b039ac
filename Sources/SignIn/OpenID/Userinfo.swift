internal import HTTPClient
internal import HTTPMessage
internal import JSON
internal import Tokens

/// What asking the userinfo endpoint came to (OpenID Connect Core 1.0, section 5.3).
enum UserinfoAnswer: Sendable {
    /// The provider has no such endpoint, so there is nothing that it could supply.
    case notOffered
    case document(JSONDocument)
    /// The provider cannot answer at the moment.
    case outage(detail: String)
    /// It answered, and not with claims.
    case refused(detail: String)
}

extension RelyingParty {
    func userinfo(_ accessToken: String?) async -> UserinfoAnswer {
        guard let metadata = await remote.metadata() else {
            return .outage(detail: "the discovery document cannot be had")
        }
        guard let url = metadata.userinfoEndpoint else { return .notOffered }
        guard let accessToken else { return .refused(detail: "the token endpoint gave no access token") }
        let fields = Fields([(.authorization, "Bearer \(accessToken)"), (.accept, "application/json")])
        var request = OutboundRequest(.get, url, fields: fields, policy: remote.policy)
        request.limits = .lookUp
        let response: OutboundResponse
        do throws(OutboundFault) {
            response = try await http.send(request)
        } catch {
            let isAnswer = error.kind == .tooLarge || error.kind == .malformed
            return isAnswer ? .refused(detail: "\(error)") : .outage(detail: "\(error)")
        }
        let status = response.status.code
        guard response.status == .ok else {
            let isOutage = status >= 500 || status == 429 || status == 408
            return isOutage ? .outage(detail: "it answered \(status)") : .refused(detail: "it answered \(status)")
        }
        guard let document = try? JSONDocument(parsing: response.body, maximumBytes: 64 << 10) else {
            return .refused(detail: "the answer is not JSON of at most 64 KiB")
        }
        return .document(document)
    }

    /// The claims with what userinfo adds, if a rule looks at a claim that is missing. If userinfo cannot be obtained, what
    /// is missing is unknown: absent, it could let a later rule grant more.
    func completed(
        _ claims: VerifiedClaims, with accessToken: String?, where lacksClaims: @Sendable (JSONValue) -> Bool
    ) async -> VerifiedClaims {
        guard lacksClaims(claims.claims.root) else { return claims }
        let cause: String
        switch await userinfo(accessToken) {
        case .notOffered: return claims
        case .outage(let detail), .refused(let detail): cause = detail
        case .document(let info):
            do throws(UserinfoFault) {
                return try claims.adding(userinfo: info)
            } catch {
                cause = error.rawValue
            }
        }
        remote.report(.userinfoFailed(id, subject: claims.identity.subject, detail: cause))
        return claims.lackingUserinfo()
    }

    /// A renewal that brought no ID token.
    func renewed(_ claims: VerifiedClaims, byUserinfoWith answer: TokenAnswer) async -> Renewal {
        let info: JSONDocument?
        switch await userinfo(answer.accessToken) {
        case .notOffered: info = nil
        case .document(let document): info = document
        case .outage(let detail):
            return .outage(detail: "the refresh brought no ID token, and userinfo cannot be reached: \(detail)")
        case .refused(let detail):
            return .notRenewed(detail: "the refresh brought no ID token, and userinfo refused: \(detail)")
        }
        do throws(UserinfoFault) {
            let renewed = try claims.renewed(byUserinfo: info, keepingFor: claimsLifetime, at: now())
            return .renewed(renewed, refreshToken: answer.refreshToken)
        } catch {
            switch error {
            case .otherSubject: return .ended(detail: error.rawValue)
            case .malformed:
                return .notRenewed(detail: "the refresh brought no ID token, and of userinfo \(error.rawValue)")
            }
        }
    }
}
