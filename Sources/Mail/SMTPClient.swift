public import Sockets
internal import Synchronization
internal import Threads
internal import Time

/// How long a server may take.
public struct SMTPLimits: Sendable {
    public var connect: Duration = .seconds(15)
    public var reply: Duration = .seconds(60)
    /// For what becomes of a letter that it has.
    public var verdict: Duration = .seconds(120)
    public var whole: Duration = .seconds(300)

    public init() {}
}

/// One letter on its way.
struct Delivery: Sendable {
    let letter: Letter
    let route: MailRoute
    let limits: SMTPLimits
    let end: MonotonicTime
}

/// Hands letters to mail servers, each over a connection of its own.
///
/// All connections share one reactor on a thread of its own; names are resolved on other threads, for the system's
/// resolver blocks.
public final class SMTPClient: Sendable {
    private let reactor: Reactor
    private let thread: SystemThread
    private let limits: SMTPLimits
    private let resolver = NameResolver()

    public init(limits: SMTPLimits = SMTPLimits()) throws(SocketFault) {
        let reactor = try Reactor()
        self.reactor = reactor
        self.limits = limits
        thread = try reactor.start()
    }

    /// Ends the thread; letters that are under way are never answered.
    public func close() {
        reactor.stop()
        thread.join()
    }

    /// Returns once a server has taken the letter.
    public func deliver(_ letter: Letter, by route: MailRoute) async throws(DeliveryFailure) {
        let delivery = Delivery(
            letter: letter, route: route, limits: limits, end: MonotonicTime.now() + limits.whole)
        let tls: TLSClientContext
        do throws(TLSFault) {
            tls = try TLSClientContext(authoritiesFile: route.authoritiesFile, applicationProtocol: nil)
        } catch {
            throw DeliveryFailure("TLS cannot be set up: \(error)")
        }
        let failure: DeliveryFailure? = await withCheckedContinuation { continuation in
            resolver.resolve(route.host) { [reactor] addresses in
                guard !addresses.isEmpty else {
                    return continuation.resume(returning: DeliveryFailure("the name \(route.host) has no address"))
                }
                reactor.perform {
                    SMTPClient.attempt(delivery, addresses[...], tls, on: reactor) {
                        continuation.resume(returning: $0)
                    }
                }
            }
        }
        if let failure { throw failure }
    }

    /// Tries addresses in turn, until one of them answers.
    ///
    /// - Parameter isPlain: whether STARTTLS is passed over, since it has failed at the first of the addresses.
    private static func attempt(
        _ delivery: Delivery, _ addresses: ArraySlice<String>, _ tls: TLSClientContext, on reactor: Reactor,
        isPlain: Bool = false, finished: @escaping (DeliveryFailure?) -> Void
    ) {
        guard let address = addresses.first else { return finished(DeliveryFailure("no address could be reached")) }
        let rest = addresses.dropFirst()
        do throws(SocketFault) {
            let stream = try Stream.connecting(to: SocketAddress(host: address, port: delivery.route.port))
            _ = try SMTPConnection(stream, delivery, isPlain: isPlain, tls: tls, on: reactor) { outcome in
                switch outcome {
                case .taken: finished(nil)
                case .unreached where !rest.isEmpty: attempt(delivery, rest, tls, on: reactor, finished: finished)
                case .unsecured: attempt(delivery, addresses, tls, on: reactor, isPlain: true, finished: finished)
                case .unreached(let failure), .failed(let failure): finished(failure)
                }
            }
        } catch {
            rest.isEmpty
                ? finished(DeliveryFailure("no connection: \(error)"))
                : attempt(delivery, rest, tls, on: reactor, finished: finished)
        }
    }
}
