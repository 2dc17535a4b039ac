internal import Addresses
public import Files
internal import HTTPMessage
internal import HTTPServer
public import Sockets
internal import Threads

/// Serves a site of the demo on a loopback address, on its own thread. Any other address is refused.
public final class DemoServer {
    /// The refusal of an address that other machines could reach.
    public struct NotLoopbackError: Error, Sendable, CustomStringConvertible {
        public let description = "the demo listens on loopback only, because users sign in without a password"
    }

    private let reactor: Reactor
    private let server: Server
    private var thread: SystemThread?

    /// The listening address, with the port that the system assigned.
    public let address: SocketAddress

    /// Binds the address. Requests are served after ``start()``.
    public init(_ site: some DemoSite, listen: SocketAddress) throws {
        guard listen.host == "localhost" || IPAddress(listen.host)?.isLoopback == true else { throw NotLoopbackError() }
        let reactor = try Reactor()
        self.reactor = reactor
        address = try listen.free()
        server = try Server([address], on: [reactor]) { _, _ in SiteHandler(site) }
    }

    /// Starts the thread that serves requests.
    public func start() throws(SystemError) {
        let reactor = reactor
        thread = try reactor.start()
    }

    /// Stops serving. Blocks until the thread has ended.
    public func stop() {
        server.drain(timeout: .seconds(1))
        reactor.stop()
        thread?.join()
        thread = nil
    }
}

private final class SiteHandler: RequestHandler {
    private let site: any DemoSite

    init(_ site: any DemoSite) {
        self.site = site
    }

    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
        let (site, now) = (site, turn.wall)
        return .later(bodyLimit: 64 << 10) { body in
            let bytes = (try? await body.collect()) ?? []
            return await site.answer(request, body: bytes, at: now)
        }
    }

    func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer { .now(site.refuse(fault)) }

    func completed(_ exchange: CompletedExchange) {}
}
