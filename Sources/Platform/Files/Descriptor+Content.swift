internal import Glibc

extension Descriptor {
    /// Reads the next bytes. Blocks until there are some, also if another program made the descriptor non-blocking.
    ///
    /// - Returns: 1 to `limit` bytes; none at the end.
    public func read(atMost limit: Int) throws(SystemError) -> [UInt8] {
        try waiting(for: POLLIN) { () throws(SystemError) in
            try Descriptor.filled(limit) { buffer throws(SystemError) in
                let (start, count) = unsafe (buffer.baseAddress, buffer.count)
                return try systemCall("read") { unsafe Glibc.read(number, start, count) }
            }
        }
    }

    /// Reads bytes from a position of a file.
    ///
    /// - Returns: `count` bytes, or those up to the end of the file.
    public func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        try Descriptor.filled(count) { buffer throws(SystemError) in
            var filled = 0
            while filled < count {
                let (start, rest) = unsafe (buffer.baseAddress?.advanced(by: filled), count - filled)
                let more = try systemCall("pread") { unsafe pread(number, start, rest, off_t(offset + filled)) }
                if more == 0 { break }
                filled += more
            }
            return filled
        }
    }

    /// Writes all bytes. Blocks while the descriptor takes none, also if another program made it non-blocking.
    public func write(_ bytes: [UInt8]) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            written += try waiting(for: POLLOUT) { () throws(SystemError) in
                try systemCall("write") {
                    // The rest of the array is borrowed for the call and exactly as long as its count.
                    unsafe bytes.span.extracting(written...).withUnsafeBytes { rest in
                        unsafe Glibc.write(number, rest.baseAddress, rest.count)
                    }
                }
            }
        }
    }

    /// Returns an array of the bytes that `fill` writes; `fill` returns their number.
    private static func filled(
        _ capacity: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) throws(SystemError) -> Int
    ) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        // System calls fill the buffer from its beginning, and write no more than its count.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            do throws(SystemError) {
                count = try unsafe fill(buffer)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private func waiting<Result>(
        for events: Int32, _ body: () throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        while true {
            do throws(SystemError) {
                return try body()
            } catch {
                guard error.isWouldBlock else { throw error }
            }
            var entry = pollfd(fd: number, events: Int16(events), revents: 0)
            _ = try systemCall("poll") { unsafe poll(&entry, 1, -1) }
        }
    }
}
