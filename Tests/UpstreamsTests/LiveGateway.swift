import HTTPMessage
import HTTPServer
import Identities
import Policy
import Sockets
import Synchronization
import Threads
import Time

@testable import Upstreams

/// A server that passes every request on to one upstream. The response to a fault has its code as content. The client of
/// a request for `/left` counts as gone before the request is passed on.
final class LiveGateway: Sendable {
    let reactor: Reactor
    let server: Server
    private let thread: SystemThread
    private let permitted: Holder
    let observed: Observations
    private let share: Mutex<Confined<UpstreamProxy>?>

    var port: UInt16 { server.addresses[0].port }

    convenience init(to upstreams: ScriptedUpstream..., options: UpstreamTarget.Options = .quick) throws {
        let addresses = upstreams.map { UpstreamTarget.Address.http(host: "127.0.0.1", port: $0.port) }
        try self.init(addresses, options: options)
    }

    init(
        _ addresses: [UpstreamTarget.Address], options: UpstreamTarget.Options = .quick,
        fields: Fields = .ofGateway, connections: Int = 4096, lookUp: AddressBook.LookUp? = nil
    ) throws {
        let reactor = try Reactor()
        let target = try UpstreamTarget(id: "app", addresses: addresses, options: options)
        let permitted = Holder()
        self.permitted = permitted
        let observed = Observations()
        self.observed = observed
        var made: Confined<UpstreamProxy>?
        server = try Server([SocketAddress(host: "127.0.0.1", port: 0)], on: [reactor]) { reactor, _ in
            let proxy = UpstreamProxy(on: reactor, connections: connections, lookUp: lookUp)
            proxy.observer = { observed.note($0) }
            let confined = Confined(proxy, to: reactor.confinement)
            made = confined
            return Handler(confined, target, fields, permitted)
        }
        self.reactor = reactor
        share = Mutex(made)
        thread = try reactor.start()
    }

    deinit {
        reactor.stop()
        thread.join()
    }

    /// Takes the permit away and tells the reactor.
    func revoke() {
        permitted.value.store(false, ordering: .sequentiallyConsistent)
        guard let proxy = share.withLock({ $0 }) else { return }
        reactor.perform { proxy.value.upgradedConnections.recheck() }
    }

    /// Number of exchanges under way.
    var underWay: Int {
        get async {
            guard let proxy = share.withLock({ $0 }) else { return -1 }
            return await withCheckedContinuation { continuation in
                reactor.perform { continuation.resume(returning: proxy.value.underWay) }
            }
        }
    }

    final class Holder: Sendable {
        let value = Atomic(true)
    }

    final class Observations: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }

        func note(_ observation: UpstreamObservation) {
            let text =
                switch observation.outcome {
                case .answered(let status): "\(status.code)"
                case .failed(let fault): fault.code
                }
            list.withLock { $0.append(text + (observation.wasRepeated ? " again" : "")) }
        }
    }

    private final class Handler: RequestHandler {
        let proxy: Confined<UpstreamProxy>
        let target: UpstreamTarget
        let fields: Fields
        let permitted: Holder

        init(_ proxy: Confined<UpstreamProxy>, _ target: UpstreamTarget, _ fields: Fields, _ permitted: Holder) {
            (self.proxy, self.target, self.fields, self.permitted) = (proxy, target, fields, permitted)
        }

        func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
            guard let permit = UpstreamPermit.ofAnyone(at: "app") else { return .now(Response(.internalServerError)) }
            let exchange = ForwardedExchange(
                permit, host: request.field(.host) ?? "none", requestID: "id-1", fields: fields,
                isStillPermitted: { [permitted] in permitted.value.load(ordering: .sequentiallyConsistent) })
            let isLeft = request.target.pathBytes.elementsEqual("/left".utf8)
            return .later(bodyLimit: target.options.bodyLimit) { [proxy, target] body in
                if isLeft { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
                do throws(UpstreamFault) {
                    return try await proxy.value.forward(request, body, exchange, to: target)
                } catch {
                    return Response(error.status, body: Array(error.code.utf8))
                }
            }
        }

        func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer { .now(Response(fault.status)) }
        func completed(_ exchange: CompletedExchange) {}
    }
}

extension UpstreamPermit {
    /// The permit of a rule that permits anyone; nil if policy gives none.
    static func ofAnyone(at upstream: String) -> UpstreamPermit? {
        guard let id = UpstreamID(upstream), let organization = OrganizationID("acme"),
            let everything = try? UpstreamPathPattern("/*"), let path = try? UpstreamPath(Array("/".utf8)[...])
        else { return nil }
        let rules = UpstreamRules(
            id: id, name: upstream, organization: organization, rules: [UpstreamRule(path: everything, allow: .anyone)])
        let state = AccessState(
            rules: AccessRules(organizations: [], providers: [], sealingKeys: []), snapshot: .empty)
        guard case .permit(let permit) = state.decide(path: path, method: "GET", claims: nil, at: rules) else {
            return nil
        }
        return permit
    }
}

extension UpstreamTarget.Options {
    /// Options with a time-out that a test can wait for.
    static var quick: UpstreamTarget.Options {
        var options = UpstreamTarget.Options()
        options.timeout = .seconds(5)
        options.bodyLimit = 1 << 20
        return options
    }

    static func with(_ change: (inout UpstreamTarget.Options) -> Void) -> UpstreamTarget.Options {
        var options = quick
        change(&options)
        return options
    }
}

extension Fields {
    static var ofGateway: Fields {
        var fields = Fields()
        for (name, value) in [("X-Forwarded-User", "ada"), ("X-Request-Id", "id-1")] {
            if let name = FieldName(name) { fields.append(name, value) }
        }
        return fields
    }
}

func get(_ path: String = "/", _ fields: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n" }

func post(_ path: String = "/", _ fields: String, _ content: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\(content)"
}

extension String {
    /// The response without the server's date.
    var undated: String { replacing(/Date: [^\r]*\r\n/, with: "") }
}
