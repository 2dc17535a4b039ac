public import Cryptography
public import DemoProvider
public import HTTPClient
public import HTTPMessage
internal import Synchronization
internal import Time

/// Providers as the gateway reaches them, with scripted failures.
public final class ScriptedProvider: OutboundHTTP {
    /// A response in the provider's place; nil if the provider itself answers.
    public typealias Script = @Sendable (OutboundRequest) -> OutboundResponse?
    public typealias Twist = @Sendable (OutboundRequest, OutboundResponse) throws(OutboundError) -> OutboundResponse

    private struct State {
        var twist: Twist = { _, response in response }
        var script: Script = { _ in nil }
        var requests: [OutboundRequest] = []
        var unreachable: Set<String> = []
        var silent: Set<String> = []
        var held: [CheckedContinuation<Void, Never>] = []
        var watching: [(path: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    /// The path of discovery documents.
    public static let document = "/.well-known/openid-configuration"

    private let providers: [DemoProvider]
    private let clock: ManualClock
    private let state = Mutex(State())

    public init(_ providers: [DemoProvider], _ clock: ManualClock) {
        self.providers = providers
        self.clock = clock
    }

    public func twist(_ twist: @escaping Twist) { state.withLock { $0.twist = twist } }
    /// Sets a script; requests that it answers do not reach the provider.
    public func script(_ script: @escaping Script) { state.withLock { $0.script = script } }

    /// Replaces pieces of text in the responses at one path.
    public func rewrite(_ path: String, _ changes: (from: String, to: String)...) { rewrite(path, changes) }

    /// Replaces pieces of text in the discovery documents.
    public func describe(_ changes: (from: String, to: String)...) { rewrite(ScriptedProvider.document, changes) }

    private func rewrite(_ path: String, _ changes: [(from: String, to: String)]) {
        twist { request, response in
            guard request.url.path == path else { return response }
            var text = String(decoding: response.body, as: UTF8.self)
            for (from, to) in changes { text = text.replacing(from, with: to) }
            return OutboundResponse(response.status, fields: response.fields, body: Array(text.utf8))
        }
    }

    /// Changes the ID tokens of the token endpoint, as ``DemoProvider/DemoProvider/reissue(_:key:header:without:_:)``
    /// does.
    public func reissue(
        key: SigningKey? = nil, header: String? = nil, without: Set<String> = [], _ changes: [String: String] = [:]
    ) {
        twist { [providers] request, response in
            guard request.url.path == "/token",
                let provider = providers.first(where: { $0.isIssuer(of: request) })
            else { return response }
            return provider.reissue(response, key: key, header: header, without: without, changes)
        }
    }

    /// Sets the response to requests for a path; they do not reach the provider.
    public func respond(_ path: String, _ status: Int, _ body: String = "", _ fields: Fields = Fields()) {
        script { request in
            request.url.path == path ? OutboundResponse(Status(status), fields: fields, body: Array(body.utf8)) : nil
        }
    }

    /// Makes requests for these paths fail.
    public func cutOff(_ paths: String...) { state.withLock { $0.unreachable = Set(paths) } }
    public func behave() { twist { _, response in response } }

    /// Holds requests for these paths until ``speak()`` is called.
    public func fallSilent(_ paths: String...) { state.withLock { $0.silent = Set(paths) } }

    public func speak() {
        let held = state.withLock { state in
            defer { (state.silent, state.held) = ([], []) }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Returns once a path was requested that many times.
    public func asked(_ path: String, times count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.requests.count(where: { $0.url.path == path }) < count else { return true }
                state.watching.append((path, count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func arrive(_ request: OutboundRequest) async {
        let seen = state.withLock { state in
            state.requests.append(request)
            let count = state.requests.count { $0.url.path == request.url.path }
            let seen = state.watching.filter { $0.path == request.url.path && $0.count <= count }
            state.watching.removeAll { $0.path == request.url.path && $0.count <= count }
            return seen.map(\.continuation)
        }
        for continuation in seen { continuation.resume() }
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                guard state.silent.contains(request.url.path) else { return false }
                state.held.append(continuation)
                return true
            }
            if !isHeld { continuation.resume() }
        }
    }

    /// The number of requests for a path, at any provider.
    public func count(_ path: String) -> Int {
        state.withLock { state in state.requests.count { $0.url.path == path } }
    }

    /// The last request for a path.
    public func last(_ path: String) -> OutboundRequest? { state.withLock { $0.requests.last { $0.url.path == path } } }

    public func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        await arrive(request)
        let (twist, script, isCutOff) = state.withLock { state in
            (state.twist, state.script, state.unreachable.contains(request.url.path))
        }
        if !isCutOff, let response = script(request) { return response }
        guard !isCutOff, let provider = providers.first(where: { $0.isIssuer(of: request) })
        else {
            throw OutboundError(.timedOut, "cut off")
        }
        let response = provider.answer(
            request.method, Target(path: request.url.path, query: request.url.query),
            field: { request.fields.value($0) }, body: request.body, at: clock.now)
        var body: [UInt8] = []
        if case .bytes(let bytes) = response.body { body = bytes }
        return try twist(request, OutboundResponse(response.status, fields: response.fields, body: body))
    }
}

extension DemoProvider {
    /// Whether a request is for this provider.
    fileprivate func isIssuer(of request: OutboundRequest) -> Bool {
        issuer == "\(request.url.scheme)://\(request.url.authority)"
    }
}
