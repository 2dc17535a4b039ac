internal import COpenSSL

/// Owner of a memory `BIO`, used to read and write PEM.
@safe final class MemoryBuffer {
    let pointer: OpaquePointer

    init(_ bytes: [UInt8] = []) throws(CryptographyError) {
        guard let pointer = unsafe BIO_new(BIO_s_mem()) else { throw CryptographyError(.failure) }
        unsafe self.pointer = pointer
        // The BIO copies the bytes that are written to it.
        guard unsafe bytes.isEmpty || BIO_write(pointer, bytes, Int32(bytes.count)) == Int32(bytes.count) else {
            throw CryptographyError(.failure)
        }
    }

    deinit {
        unsafe BIO_free(pointer)
    }

    func read() -> [UInt8] {
        var all: [UInt8] = []
        var part = Array(repeating: UInt8(0), count: 4096)
        while true {
            // The buffer is exactly as long as the count that is passed.
            let count = unsafe BIO_read(pointer, &part, Int32(part.count))
            guard count > 0 else { break }
            all += part.prefix(Int(count))
        }
        ERR_clear_error()
        return all
    }
}
