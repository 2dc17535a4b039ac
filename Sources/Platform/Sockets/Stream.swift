internal import Glibc

/// What a read or write on a connection came to.
public enum StreamResult: Sendable, Hashable {
    case count(Int)
    case wantRead
    case wantWrite
    /// The other side ended (reading), or the connection is gone.
    case closed
}

/// A connected socket, non-blocking; plain, or with TLS on it.
public final class Stream {
    let descriptor: Descriptor
    private let tls: TLSConnection?

    init(_ descriptor: Descriptor, tls: TLSConnection? = nil) {
        self.descriptor = descriptor
        self.tls = tls
    }

    /// Whether bytes wait in memory, for which the descriptor will not become ready.
    public var hasPendingInput: Bool { tls?.hasPendingInput ?? false }

    /// Whether a TLS handshake is still to be done.
    public var isHandshaking: Bool { tls.map { !$0.isEstablished } ?? false }

    /// Why TLS failed, where it did; for logs.
    public var failure: String? { tls?.failure }

    /// Reads into the beginning of `buffer`.
    public func read(into buffer: inout [UInt8]) -> StreamResult {
        if let tls { return tls.read(into: &buffer) }
        let number = descriptor.number
        do {
            let count = try system("read") {
                // The buffer is borrowed for the call and as long as the count says.
                unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
            }
            return count == 0 ? .closed : .count(count)
        } catch {
            return error.isWouldBlock ? .wantRead : .closed
        }
    }

    /// Writes `bytes` from `start` on; a closed peer raises no signal.
    public func write(_ bytes: [UInt8], from start: Int) -> StreamResult {
        if let tls { return tls.write(bytes, from: start) }
        let number = descriptor.number
        guard start < bytes.count else { return .count(0) }
        do {
            let count = try system("send") {
                unsafe bytes.withUnsafeBytes { all -> Int in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
                    return unsafe Glibc.send(number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                }
            }
            return .count(count)
        } catch {
            return error.isWouldBlock ? .wantWrite : .closed
        }
    }

    /// Says that nothing more will be written.
    public func endWriting() {
        tls?.endWriting()
        _ = Glibc.shutdown(descriptor.number, Int32(SHUT_WR))
    }

    /// The other side.
    public var peer: SocketAddress {
        unsafe numericAddress { unsafe getpeername(descriptor.number, $0, $1) }
    }
}
