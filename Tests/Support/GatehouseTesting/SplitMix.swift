/// A pseudorandom generator with equal numbers in every run (Steele, Lea, Flood 2014).
public struct SplitMix: Sendable {
    private var state: UInt64

    public init(state: UInt64) {
        self.state = state
    }

    public mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }

    public mutating func pick<Element>(_ choices: [Element]) -> Element { choices[next(below: choices.count)] }
}
