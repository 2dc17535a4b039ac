internal import ClaimMapping
internal import HTTPClient
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Snapshots
internal import Tokens

/// The outcome of a request to the userinfo endpoint (OpenID Connect Core 1.0, section 5.3).
enum UserinfoAnswer: Sendable {
    /// The provider has no userinfo endpoint, so userinfo cannot supply claims.
    case notOffered
    case document(JSONDocument)
    /// The provider reports a temporary failure, or cannot be reached.
    case outage(detail: String)
    /// The provider responded, but without claims.
    case refused(detail: String)
}

extension UserinfoAnswer {
    init(_ fault: ProviderError) {
        self = fault.isOutage ? .outage(detail: fault.detail) : .refused(detail: fault.detail)
    }
}

extension OutboundResponse {
    /// True if the content is a JWT (OpenID Connect Core 1.0, section 5.3.2), even if its media type is another one.
    fileprivate var isToken: Bool { mediaType == "application/jwt" || body.starts(with: Array("eyJ".utf8)) }
}

extension RelyingParty {
    func userinfo(_ accessToken: String?) async -> UserinfoAnswer {
        let metadata: ProviderMetadata
        do throws(ProviderError) {
            metadata = try await remote.metadata(for: requestID)
        } catch {
            return UserinfoAnswer(error)
        }
        guard let url = metadata[.userinfo] else {
            guard let unusable = metadata.unusable[.userinfo], unusable.isOffered else { return .notOffered }
            return .refused(detail: "the discovery document's \"userinfo_endpoint\" cannot be used: \(unusable.why)")
        }
        guard let accessToken else { return .refused(detail: "the token endpoint returned no access token") }
        let fields = Fields([
            (.authorization, "Bearer \(accessToken)"), (.accept, "application/json, application/jwt"),
        ])
        var request = OutboundRequest(.get, url, fields: fields, policy: remote.address.policy)
        request.limits = .lookUp
        let response: OutboundResponse
        do throws(OutboundError) {
            response = try await http.send(request)
        } catch {
            return UserinfoAnswer(ProviderError(error, from: url))
        }
        guard response.status == .ok else {
            let errorText = ProviderErrorText(try? response.object().root, hiding: [accessToken])
            return UserinfoAnswer(
                ProviderError(
                    isOutage: response.isOutage,
                    "userinfo returned \(response.outcome(hiding: [accessToken]))\(errorText?.suffix ?? "")"))
        }
        do throws(ProviderError) {
            if response.isToken { return try await verified(response) }
            let document = try response.object(atMost: 64 << 10)
            guard let errorText = ProviderErrorText(document.root, hiding: [accessToken]) else {
                return .document(document)
            }
            return .refused(detail: "userinfo returned 200\(errorText.suffix)")
        } catch {
            return .refused(detail: "userinfo: \(error.detail)")
        }
    }

    /// Verifies a response that is a JWT.
    private func verified(_ response: OutboundResponse) async throws(ProviderError) -> UserinfoAnswer {
        if let coding = response.coding {
            throw ProviderError(isOutage: false, "the response is coded with \(coding), which was not requested")
        }
        do throws(TokenRefusal) {
            return .document(
                try await verify(from: .provider, .whole) { trusted throws(TokenRefusal) in
                    try UserinfoVerifier(trusted, clientID: client.clientID).verify(
                        response.bodyWithoutBlanks, at: now())
                })
        } catch {
            throw ProviderError(
                isOutage: false, "the signed response was refused (\(error.reason.rawValue)): \(error.loggedDetail)")
        }
    }

    /// Adds userinfo's claims if a needed claim is missing. If userinfo cannot be obtained, missing claims
    /// become unknown. If they counted as absent, a later rule could grant more.
    func completed(
        _ claims: VerifiedClaims, with accessToken: String?, needing needed: NeededClaims
    ) async -> VerifiedClaims {
        guard needed.areMissing(in: claims.payload) else { return claims }
        let cause: String
        switch await userinfo(accessToken) {
        case .notOffered: return claims
        case .outage(let detail), .refused(let detail): cause = detail
        case .document(let info):
            do throws(UserinfoError) {
                return try claims.adding(userinfo: info)
            } catch {
                cause = error.rawValue
            }
        }
        remote.report(.userinfoFailed(subject: claims.identity.subject, detail: cause), for: requestID)
        return claims.lackingUserinfo()
    }

    /// Renews claims from userinfo after a refresh that returned no ID token.
    func renewed(_ claims: VerifiedClaims, byUserinfoWith answer: TokenAnswer) async -> Renewal {
        let info: JSONDocument?
        switch await userinfo(answer.accessToken) {
        case .notOffered: info = nil
        case .document(let document): info = document
        case .outage(let detail):
            return .outage(detail: "the refresh returned no ID token, and userinfo cannot be reached: \(detail)")
        case .refused(let detail):
            return .notRenewed(detail: "the refresh returned no ID token, and userinfo failed: \(detail)")
        }
        do throws(UserinfoError) {
            let renewed = try claims.renewed(byUserinfo: info, keepingFor: claimsLifetime, at: now())
            return .renewed(renewed)
        } catch {
            switch error {
            case .otherSubject: return .ended(detail: error.rawValue)
            case .malformed:
                return .notRenewed(detail: "the refresh returned no ID token; userinfo: \(error.rawValue)")
            }
        }
    }
}
