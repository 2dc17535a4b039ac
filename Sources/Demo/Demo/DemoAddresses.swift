internal import Files
public import Server
internal import Sockets
internal import Text

/// The loopback addresses of the demo's listeners, each as `host:port`.
public struct DemoAddresses: Sendable {
    /// The address that was requested for the gateway; port 0 selects a free one.
    public struct Request: Sendable {
        let address: SocketAddress

        /// Returns nil for a text that is not a loopback address with a port.
        public init?(_ text: String) {
            guard let address = SocketAddress(text), ["127.0.0.1", "::1", "localhost"].contains(exactly: address.host)
            else { return nil }
            self.address = address
        }
    }

    /// The gateway's address.
    public var listen: String { "\(gateway)" }
    /// The address of the gateway's admin listener.
    public var adminListen: String { "\(admin)" }
    /// The demo provider's address.
    public var providerListen: String { "\(provider)" }
    /// The demo application's address.
    public var applicationListen: String { "\(application)" }

    private let gateway: SocketAddress
    private let admin: SocketAddress
    let provider: SocketAddress
    let application: SocketAddress

    /// The provider's port if it is free, so that URLs stay the same between runs.
    private static let providerPort: UInt16 = 8089

    /// Selects free ports at the requested host.
    public init(_ request: Request) throws(StartError) {
        let host = request.address.host
        do throws(SystemError) {
            gateway = try request.address.free()
        } catch {
            throw StartError("\(error); --listen 127.0.0.1:0 selects a free port")
        }
        do throws(SystemError) {
            admin = try SocketAddress(host: host, port: 0).free()
            application = try SocketAddress(host: host, port: 0).free()
            if let usual = try? SocketAddress(host: host, port: DemoAddresses.providerPort).free() {
                provider = usual
            } else {
                provider = try SocketAddress(host: host, port: 0).free()
            }
        } catch {
            throw StartError("\(error)")
        }
    }
}
