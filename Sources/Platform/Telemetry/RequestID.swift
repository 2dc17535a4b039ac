/// A generator of unique request ids of 128 bits. The ids are not secret. Each reactor has its own instance.
public struct RequestIDGenerator: Sendable {
    private var state: (UInt64, UInt64)

    /// Seeds the generator from the system's random source.
    public init() {
        var system = SystemRandomNumberGenerator()
        state = (system.next(), system.next())
    }

    /// Returns an id of 32 hexadecimal digits.
    public mutating func next() -> String {
        let high = RequestIDGenerator.step(&state.0)
        let low = RequestIDGenerator.step(&state.1)
        return unsafe String(unsafeUninitializedCapacity: 32) { digits in
            for index in 0..<32 {
                let word = index < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - index % 16 * 4)) & 15
                // The index is within the 32 requested bytes.
                unsafe digits[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
            return 32
        }
    }

    // SplitMix64 (Steele, Lea, Flood 2014)
    private static func step(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
