internal import Files
internal import Glibc

/// The result of a read or write on a connection.
public enum StreamResult: Sendable, Hashable {
    case count(Int)
    case wantRead
    case wantWrite
    /// The peer ended the stream (reading), or the connection is lost.
    case closed
}

/// A connected, non-blocking socket, plain or with TLS.
public final class Stream {
    let descriptor: Descriptor
    private let tls: TLSConnection?
    private var hasFailed = false

    init(_ descriptor: Descriptor, tls: TLSConnection? = nil) {
        self.descriptor = descriptor
        self.tls = tls
    }

    /// True if input waits in memory, for which the descriptor does not become ready.
    public var hasPendingInput: Bool { tls?.hasPendingInput ?? false }

    /// True if a TLS handshake is not complete.
    public var isHandshaking: Bool { tls.map { !$0.isEstablished } ?? false }

    /// True if the server's side ended TLS here.
    public var isEncrypted: Bool { tls != nil }

    /// Returns true if a server's connection serves a host: without TLS every one, otherwise by its certificate and by
    /// the name that the client sent (RFC 6066, section 3).
    ///
    /// - Parameter host: in lower case, without a port.
    public func serves(_ host: String) -> Bool { tls?.serves(host) ?? true }

    /// The reason why TLS failed, for logs; nil if it did not.
    public var failure: String? { tls?.failure }

    /// True if the connection was lost, as opposed to ended by the peer.
    public var isBroken: Bool { hasFailed || tls?.failure != nil }

    /// Reads into the beginning of `buffer`.
    public func read(into buffer: inout [UInt8]) -> StreamResult {
        if let tls { return tls.read(into: &buffer) }
        let number = descriptor.number
        do {
            let count = try systemCall("read") {
                // The buffer is borrowed for the call and exactly as long as the count.
                unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
            }
            return count == 0 ? .closed : .count(count)
        } catch {
            if error.isWouldBlock { return .wantRead }
            hasFailed = true
            return .closed
        }
    }

    /// Returns true if the peer has neither sent anything nor ended the stream. Nothing is read from a plain stream; one
    /// with TLS may take up records that are no data.
    public var isQuiet: Bool {
        var octet: [UInt8] = [0]
        if let tls { return tls.read(into: &octet) == .wantRead }
        let number = descriptor.number
        do {
            _ = try systemCall("recv") {
                // The buffer is borrowed for the call and has room for the one octet.
                unsafe octet.withUnsafeMutableBytes {
                    unsafe Glibc.recv(number, $0.baseAddress, 1, Int32(MSG_PEEK))
                }
            }
            return false
        } catch {
            return error.isWouldBlock
        }
    }

    /// Writes `bytes` from `start` on; a closed peer raises no signal.
    public func write(_ bytes: [UInt8], from start: Int) -> StreamResult {
        if let tls { return tls.write(bytes, from: start) }
        let number = descriptor.number
        guard start < bytes.count else { return .count(0) }
        do {
            let count = try systemCall("send") {
                unsafe bytes.withUnsafeBytes { all -> Int in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
                    return unsafe Glibc.send(number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                }
            }
            return .count(count)
        } catch {
            if error.isWouldBlock { return .wantWrite }
            hasFailed = true
            return .closed
        }
    }

    /// Ends the writing direction: TLS close_notify, then shutdown(2).
    public func endWriting() {
        tls?.endWriting()
        _ = Glibc.shutdown(descriptor.number, Int32(SHUT_WR))
    }

    /// Makes the end of the connection a reset (SO_LINGER of zero, socket(7)), so that the peer does not take it for the
    /// end of the content.
    public func resetWhenClosed() {
        var value = linger(l_onoff: 1, l_linger: 0)
        // The option's value is a linger structure of the given length. If it fails, the connection ends as usual.
        _ = unsafe setsockopt(
            descriptor.number, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// Address of the peer.
    public var peer: SocketAddress {
        unsafe numericAddress { unsafe getpeername(descriptor.number, $0, $1) }
    }
}
