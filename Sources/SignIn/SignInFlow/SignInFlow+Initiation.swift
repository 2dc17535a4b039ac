internal import Databases
internal import HTTPMessage
internal import Identities
internal import OpenID
internal import Text
internal import Web

/// The parameters of a login that a third party initiates (OpenID Connect Core 1.0, section 4).
struct ThirdPartyInitiation: Sendable {
    private static let names = ["iss", "login_hint", "target_link_uri"]
    /// The values in the order of ``names``; empty if a parameter is absent.
    private let values: [String]

    var issuer: String { values[0] }
    /// Passed on to the provider; it never selects one.
    var loginHint: String? { values[1].isEmpty || values[1].utf8.count > 254 ? nil : values[1] }
    /// An absolute URL; nil if none was sent.
    var target: String? { values[2].isEmpty ? nil : values[2] }

    /// Returns nil if the encoding is broken or a parameter occurs twice. Unknown parameters are ignored.
    init?(_ items: [(name: String, value: String)]?) {
        guard let items else { return nil }
        var values: [String] = []
        for name in ThirdPartyInitiation.names {
            let found = items.filter { $0.name.isExactly(name) }
            guard found.count <= 1 else { return nil }
            values.append(found.first?.value ?? "")
        }
        self.values = values
    }

    /// The initiation as the URL of a `GET`.
    var link: String {
        let items = zip(ThirdPartyInitiation.names, values).filter { !$0.1.isEmpty }.map { (name: $0.0, value: $0.1) }
        return "\(SignInPaths.initiate.text)?\(FormEncoding.query(items))"
    }
}

extension SignInFlow {
    // MARK: GET /auth/initiate

    /// Finds the provider by its issuer, and continues like `/auth/login` on a navigation from another site.
    package func initiate() async -> SignInOutcome {
        guard let initiation = ThirdPartyInitiation(request.target.queryItems) else { return .refused(.badQuery) }
        var query = SignInQuery()
        query.email = initiation.loginHint
        if let target = initiation.target {
            guard let url = AbsoluteURL(target), !url.hasUserInfo else { return .refused(.foreignTarget) }
            let origin = "\(url.scheme)://\(url.authority)"
            // An application's host begins the sign-in itself, and returns to the place.
            if let begin = applications.first(where: { $0.origin.isExactly(origin) })?.begin {
                return .redirect("\(begin)?\(FormEncoding.query([("return_to", url.requestTarget)]))")
            }
            guard origin.isExactly(site.origin) else { return .refused(.foreignTarget) }
            query.returnTo = SignInQuery.target(url.requestTarget)
        }
        let parties = signIn.parties(ofIssuer: Issuer(initiation.issuer))
        guard parties.count == 1, let party = parties.first else {
            query.email = nil
            return SignInOutcome(.choose(query, .unknown))
        }
        query.provider = party.id.text
        do throws(DatabaseError) {
            if let asked = try await confirmation(query) { return asked }
        } catch {
            return .refused(.unavailable)
        }
        return await begin(at: party, query)
    }

    // MARK: POST /auth/initiate

    /// Returns the refusal of content that is not a form, or nil if the content is read.
    package func initiationRefused() -> SignInOutcome? { isForm ? nil : .refused(.badQuery) }

    /// Another site's form arrives without this site's cookies: the browser is redirected to bring it with them.
    package func initiatePosted(_ form: Form) -> SignInOutcome {
        guard let initiation = ThirdPartyInitiation(form), initiation.link.utf8.count <= 7 << 10 else {
            return .refused(.badQuery)
        }
        return .redirect(initiation.link)
    }
}
