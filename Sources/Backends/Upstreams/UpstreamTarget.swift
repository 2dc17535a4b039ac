public import HTTPMessage
public import Policy
public import Sockets
internal import Text

/// What is to be known of an upstream to pass requests on. Made once per configuration, off the reactors, and shared by
/// them.
public final class UpstreamTarget: Sendable {
    /// Where an upstream listens.
    public enum Address: Sendable, Hashable {
        /// A name or numeric address without brackets, and a port.
        case http(host: String, port: UInt16)
        case https(host: String, port: UInt16)
        /// The path of a socket, at most 107 bytes.
        case unix(path: String)
    }

    /// The settings of an upstream; their defaults are those of the configuration.
    public struct Options: Sendable {
        /// Path of a PEM file of the authorities for the upstream's certificate; nil for the system's.
        public var authoritiesFile: String?
        /// Time for connecting, for the wait for a head, and of silence while content streams.
        public var timeout: Duration = .seconds(60)
        /// The longest request body in bytes. The server enforces it: it is the limit of `Answer.later`.
        public var bodyLimit = 100 << 20
        /// True if the upstream gets the client's `Host`, otherwise its own authority.
        public var preservesHost = true
        /// True if the upstream gets the client's `Authorization`.
        public var passesAuthorization = false
        /// Fields added to each request. Their names are never reserved ones (``ReservedFields``).
        public var requestFields = Fields()
        /// Time after which an upgraded connection without octets ends; nil for none.
        public var upgradeIdle: Duration?

        public init() {}
    }

    /// The upstream's id, for observers.
    public let id: String
    public let addresses: [Address]
    public let options: Options
    let tls: TLSClientContext?
    /// The names of ``Options/requestFields`` as applications may read them.
    private let ownNames: [[UInt8]]

    /// - Parameter addresses: at least one.
    /// - Throws: `TLSError` if the authorities cannot be read.
    public init(id: String, addresses: [Address], options: Options = Options()) throws(TLSError) {
        self.id = id
        self.addresses = addresses
        self.options = options
        ownNames = options.requestFields.names.map { name in name.map(FieldSpelling.folded) }
        var isSecure = false
        for case .https in addresses { isSecure = true }
        tls = isSecure ? try TLSClientContext(authoritiesFile: options.authoritiesFile) : nil
    }
}

extension UpstreamTarget {
    /// Returns true if the gateway adds a field of this name to each request. A client's own, in any spelling, would be
    /// taken for it.
    func states(_ head: Span<UInt8>, _ name: Range<Int>) -> Bool {
        ownNames.contains { own in
            own.count == name.count
                && own.indices.allSatisfy { own[$0] == FieldSpelling.folded(head[name.lowerBound + $0]) }
        }
    }
}

extension UpstreamTarget.Address {
    /// The `Host` field of requests to this address (RFC 9110, section 7.2).
    var authority: String {
        switch self {
        case .http(let host, let port): UpstreamTarget.Address.authority(host, port, usual: 80)
        case .https(let host, let port): UpstreamTarget.Address.authority(host, port, usual: 443)
        case .unix: "localhost"
        }
    }

    private static func authority(_ host: String, _ port: UInt16, usual: UInt16) -> String {
        let written = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == usual ? written : "\(written):\(port)"
    }
}

/// What the gateway knows of one request that is passed on.
public struct ForwardedExchange: Sendable {
    /// The proof that policy allowed the request.
    public let permit: UpstreamPermit
    /// The client's `Host`, checked by the server.
    public var host: String
    /// The request's id, which the response to the client carries too.
    public var requestID: String
    /// Everything that the gateway states: `X-Forwarded-For`, `-Proto`, `-Host`, `X-Request-Id`, the identity fields and
    /// the assertion, also if empty.
    public var fields: Fields
    /// Called on the reactor, at least twice a second and soon after ``UpgradedConnections/recheck()``, while an upgraded
    /// connection or an event stream is open. Once it returns false, the connection is broken off.
    public var isStillPermitted: @Sendable () -> Bool

    public init(
        _ permit: UpstreamPermit, host: String, requestID: String, fields: Fields,
        isStillPermitted: @escaping @Sendable () -> Bool
    ) {
        self.permit = permit
        self.host = host
        self.requestID = requestID
        self.fields = fields
        self.isStillPermitted = isStillPermitted
    }
}
