import InventoryStore
import Testing

@Suite("Idempotency keys")
struct IdempotencyKeyTests {
    @Test(
        "a key has 1 to 255 visible characters",
        arguments: [
            ("", false), ("a", true), ("!~\"'{}", true), ("a b", false), ("\u{7F}", false), ("ä", false),
            ("a\t", false),
            (String(repeating: "x", count: 255), true), (String(repeating: "x", count: 256), false),
        ])
    func grammar(text: String, isKey: Bool) {
        #expect((IdempotencyKey(Array(text.utf8)) != nil) == isKey)
    }
}
