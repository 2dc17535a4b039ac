internal import Glibc

extension Descriptor {
    /// Reads the next bytes. Blocks until there are some, also if another program made the descriptor non-blocking.
    ///
    /// - Returns: 1 to `limit` bytes; none at the end.
    public func read(atMost limit: Int) throws(SystemError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = try waiting(for: POLLIN) { () throws(SystemError) in
            try systemCall("read") {
                // The buffer is borrowed for the call and exactly as long as the count.
                unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
            }
        }
        buffer.removeLast(limit - count)
        return buffer
    }

    /// Reads bytes from a position of a file.
    ///
    /// - Returns: `count` bytes, or those up to the end of the file.
    public func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let more = try systemCall("pread") {
                // The rest of the buffer is borrowed for the call and exactly as long as the count.
                unsafe buffer.withUnsafeMutableBytes { all in
                    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: all[filled...])
                    return unsafe pread(number, rest.baseAddress, rest.count, off_t(offset + filled))
                }
            }
            if more == 0 { break }
            filled += more
        }
        buffer.removeLast(count - filled)
        return buffer
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
