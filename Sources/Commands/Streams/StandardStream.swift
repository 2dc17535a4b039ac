internal import Files

/// A standard descriptor of the process. It is never closed.
public struct StandardStream: ByteSink, ByteSource {
    public static let input = StandardStream(descriptor: .standardInput)
    public static let output = StandardStream(descriptor: .standardOutput)
    public static let error = StandardStream(descriptor: .standardError)

    private let descriptor: Descriptor

    @discardableResult public func write(_ bytes: [UInt8]) -> Bool {
        (try? descriptor.write(bytes)) != nil
    }

    public func read() -> [UInt8]? {
        guard let bytes = try? descriptor.read(atMost: 1 << 16), !bytes.isEmpty else { return nil }
        return bytes
    }
}
