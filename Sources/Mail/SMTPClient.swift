public import Files
internal import Sockets
internal import Synchronization
internal import Threads
internal import Time

/// Time limits for a mail server.
public struct SMTPLimits: Sendable {
    /// Time to establish the connection.
    public var connect: Duration = .seconds(15)
    /// Time for each reply.
    public var reply: Duration = .seconds(60)
    /// Time for the reply to the complete email.
    public var verdict: Duration = .seconds(120)
    /// Time for the whole delivery.
    public var whole: Duration = .seconds(300)

    public init() {}
}

/// An email being delivered.
struct Delivery: Sendable {
    let email: EmailMessage
    let route: MailRoute
    let limits: SMTPLimits
    let end: MonotonicTime
}

/// A client that delivers emails to mail servers, each over its own connection.
///
/// All connections share one reactor with its own thread. Names are resolved on other threads, because the system's
/// resolver blocks.
public final class SMTPClient: Sendable {
    private let reactor: Reactor
    private let thread: SystemThread
    private let limits: SMTPLimits
    private let resolver = NameResolver()

    public init(limits: SMTPLimits = SMTPLimits()) throws(SystemError) {
        let reactor = try Reactor()
        self.reactor = reactor
        self.limits = limits
        thread = try reactor.start()
    }

    /// Ends the thread; deliveries in progress never return.
    public func close() {
        reactor.stop()
        thread.join()
    }

    /// Returns after a server has accepted the email.
    public func deliver(_ email: EmailMessage, by route: MailRoute) async throws(DeliveryError) {
        let delivery = Delivery(
            email: email, route: route, limits: limits, end: MonotonicTime.now() + limits.whole)
        let tls: TLSClientContext
        do throws(TLSError) {
            tls = try TLSClientContext(authoritiesFile: route.authoritiesFile, applicationProtocol: nil)
        } catch {
            throw DeliveryError("TLS cannot be set up: \(error)")
        }
        let failure: DeliveryError? = await withCheckedContinuation { continuation in
            resolver.resolve(route.host) { [reactor] addresses in
                guard !addresses.isEmpty else {
                    return continuation.resume(returning: DeliveryError("the name \(route.host) has no address"))
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

    /// Tries addresses in turn until one of them responds.
    ///
    /// - Parameter tlsFailure: the failure of STARTTLS at the first address, after which it is skipped; nil to use it.
    private static func attempt(
        _ delivery: Delivery, _ addresses: ArraySlice<String>, _ tls: TLSClientContext, on reactor: Reactor,
        after tlsFailure: DeliveryError? = nil, finished: @escaping (DeliveryError?) -> Void
    ) {
        guard let address = addresses.first else { return finished(DeliveryError("no address could be reached")) }
        let rest = addresses.dropFirst()
        do throws(SystemError) {
            let stream = try Stream.connecting(to: SocketAddress(host: address, port: delivery.route.port))
            _ = try SMTPConnection(stream, delivery, isPlain: tlsFailure != nil, tls: tls, on: reactor) { outcome in
                switch outcome {
                case .taken: finished(nil)
                case .unreached where !rest.isEmpty: attempt(delivery, rest, tls, on: reactor, finished: finished)
                case .unsecured(let failure):
                    attempt(delivery, addresses, tls, on: reactor, after: failure, finished: finished)
                case .unreached(let failure), .failed(let failure):
                    // The error names both attempts: the second alone would hide why TLS was not used.
                    finished(
                        tlsFailure.map {
                            DeliveryError(isPermanent: failure.isPermanent, "\($0); then without TLS: \(failure)")
                        } ?? failure)
                }
            }
        } catch {
            rest.isEmpty
                ? finished(DeliveryError("no connection: \(error)"))
                : attempt(delivery, rest, tls, on: reactor, finished: finished)
        }
    }
}
