package import Assertions
internal import Cryptography
internal import Databases
package import Endpoints
internal import HTTPMessage
package import HTTPServer
internal import Identities
internal import PageLayout
package import RuntimeConfiguration
package import Sessions
internal import SignInFlow
internal import Text
package import Time
internal import Web

/// What the gateway serves at applications' hosts, below `/.gatehouse/`: the way to the sign-in and back, and the keys of
/// assertions. Nothing here shows an account, or acts for the user.
package struct HostEndpoints: Sendable {
    /// How long a sign-in may take, in seconds.
    private static let patience: Int64 = 600

    private let apps: AppSessionStore
    private let keys: AssertionKeys
    private let now: @Sendable () -> Timestamp

    package init(_ sessions: SessionStore, keys: AssertionKeys, now: @escaping @Sendable () -> Timestamp) {
        apps = AppSessionStore(sessions)
        self.keys = keys
        self.now = now
    }

    /// The answer to a request for a path of the gateway.
    package func answer(
        _ visit: UpstreamVisit, under configuration: RuntimeConfiguration, context: AnyObject?
    ) -> Answer {
        let replies = HostReplies(visit, publicURL: configuration.publicURL)
        let path = String(decoding: visit.path, as: UTF8.self)
        let isRead = visit.request.method == .get || visit.request.method == .head
        guard isRead else {
            return .now(replies.methodNotAllowed("GET, HEAD"), context: context)
        }
        if path.isExactly(UpstreamPaths.keys) {
            return keySet(replies, context)
        }
        if path.isExactly(HostPage.stylesheetPath) {
            let sheet = Asset.stylesheet
            return .now(
                replies.render(.asset(type: sheet.contentType, tag: sheet.tag, sheet.bytes)), context: context)
        }
        // The other paths act, so that a request without a response's content must not reach them.
        guard visit.request.method == .get else {
            return .now(replies.methodNotAllowed("GET"), context: context)
        }
        if path.isExactly(UpstreamPaths.signIn) {
            return .now(signIn(visit, replies, configuration), context: context)
        }
        if path.isExactly(UpstreamPaths.handoff) {
            return handoff(visit, replies, configuration, context)
        }
        if path.isExactly(UpstreamPaths.signOut) {
            return .now(
                replies.render(.found("\(configuration.publicURL)\(SignInPaths.logout.text)")), context: context)
        }
        return .now(
            replies.response(Problem(.notFound, detail: "The gateway has no such page here.")), context: context)
    }

    // MARK: Keys

    private func keySet(_ replies: HostReplies, _ context: AnyObject?) -> Answer {
        .later(bodyLimit: 0, context: context) { _ in replies.render(await keyDocument()) }
    }

    /// The published keys, which never are none: the first one is made if there is none.
    package func keyDocument() async -> Reply {
        guard let set = try? await keys.maintain(), !set.isEmpty else {
            return .problem(Problem(.unavailable, detail: "The gateway has no keys for assertions."))
        }
        return .cached(type: "application/jwk-set+json", seconds: 3600, set.document(at: now()))
    }

    // MARK: Sign-in

    /// Binds a sign-in to the browser, and leads to the gateway's own host with the hash of the binding.
    private func signIn(_ visit: UpstreamVisit, _ replies: HostReplies, _ configuration: RuntimeConfiguration)
        -> Response
    {
        let items = (visit.request.target.queryItems ?? []).filter { $0.name == "return_to" }
        let place = items.count == 1 ? HostEndpoints.place(items[0].value) : nil
        guard let box = configuration.signIn.box,
            let begin = knownBegin(of: visit, configuration) ?? (try? BeginSecret.make()),
            let digest = try? begin.digest,
            let sealed = try? box.seal(
                Array("\(now().seconds) \(place ?? "/")".utf8), context: HostEndpoints.context(digest, visit.upstream))
        else { return replies.response(.storeUnavailable) }
        let query = FormEncoding.query([("upstream", visit.upstream.id.text), ("begin", digest.text)])
        let cookies = visit.upstream.cookies
        return replies.render(
            .setting(
                [
                    cookies.begin.setting(begin.text, seconds: Int(HostEndpoints.patience)),
                    cookies.place.setting(Base64URL.encode(sealed), seconds: Int(HostEndpoints.patience)),
                ], .found("\(configuration.publicURL)\(SignInPaths.handoff.text)?\(query)")))
    }

    /// The secret that this browser already has for a sign-in of another tab, if the gateway issued it not long ago.
    private func knownBegin(of visit: UpstreamVisit, _ configuration: RuntimeConfiguration) -> BeginSecret? {
        let begins = visit.upstream.cookies.begin.values(in: visit.request).compactMap { BeginSecret($0) }
        guard begins.count == 1, let digest = try? begins[0].digest else { return nil }
        return place(of: visit.request, digest, visit.upstream, configuration).map { _ in begins[0] }
    }

    /// Begins the session at this host, in the browser that began the sign-in.
    private func handoff(
        _ visit: UpstreamVisit, _ replies: HostReplies, _ configuration: RuntimeConfiguration, _ context: AnyObject?
    ) -> Answer {
        let (cookies, request) = (visit.upstream.cookies, visit.request)
        let codes = (request.target.queryItems ?? []).filter { $0.name == "code" }
        let begins = cookies.begin.values(in: request).compactMap { BeginSecret($0) }
        guard codes.count == 1, let code = HandoffCode(codes[0].value) else {
            return .now(replies.interrupted, context: context)
        }
        guard begins.count == 1, let digest = try? begins[0].digest else {
            // The code has left the browser for which it was made.
            return .later(bodyLimit: 0, context: context) { _ in
                do throws(DatabaseError) {
                    try await apps.void(code)
                    return replies.interrupted
                } catch {
                    return replies.response(.storeUnavailable)
                }
            }
        }
        let place = place(of: request, digest, visit.upstream, configuration) ?? "/"
        return .later(bodyLimit: 0, context: context) { _ in
            do throws(DatabaseError) {
                let host = visit.upstream.host
                guard let token = try await apps.redeem(code, at: host, begunWith: digest) else {
                    return replies.interrupted
                }
                return replies.render(
                    .setting(
                        // Another tab may be on its way with the same binding, which ends by its age.
                        [cookies.session.setting(token.text)], .found(place)))
            } catch {
                return replies.response(.storeUnavailable)
            }
        }
    }

    /// The place to which the sign-in returns; nil if the browser does not have it any more.
    private func place(
        of request: Request, _ begin: SecretDigest<BeginPurpose>, _ upstream: Upstream,
        _ configuration: RuntimeConfiguration
    ) -> String? {
        for value in upstream.cookies.place.values(in: request) where value.utf8.count <= 4096 {
            guard let sealed = Base64URL.decode(value),
                let plain = try? configuration.signIn.box?.open(
                    sealed, context: HostEndpoints.context(begin, upstream)),
                let (time, place) = String(decoding: plain, as: UTF8.self).cut(at: " "),
                let seconds = Int64(String(time)),
                Timestamp(seconds: seconds).lasts(.seconds(HostEndpoints.patience), at: now())
            else { continue }
            return HostEndpoints.place(String(place))
        }
        return nil
    }

    /// A path of the application; nil for any other text.
    private static func place(_ text: String) -> String? {
        guard let target = LocalTarget(text)?.text else { return nil }
        let path = Array(target.utf8.prefix { $0 != UInt8(ascii: "?") })
        return UpstreamPaths.isOwn(path[...]) ? nil : target
    }

    private static func context(_ begin: SecretDigest<BeginPurpose>, _ upstream: Upstream) -> [UInt8] {
        Array("gatehouse handoff place 1 \(upstream.host) \(begin.text)".utf8)
    }
}
