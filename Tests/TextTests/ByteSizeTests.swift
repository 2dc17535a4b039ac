import Testing
import Text

@Suite("Sizes")
struct ByteSizeTests {
    @Test("sizes are read and written", arguments: [("1GiB", 1 << 30), ("512KiB", 512 << 10), ("7B", 7), ("0B", 0)])
    func sizes(_ text: String, _ bytes: Int) {
        #expect(ByteSize(text)?.bytes == bytes && ByteSize(bytes).description == text)
    }

    @Test(
        "text that is not a size, or too large, is refused",
        arguments: ["", "B", "1", "1 KiB", "-1B", "1.5MiB", "1kib", "1234567890123B", "999999999999TiB", "٣B"])
    func refused(_ text: String) {
        #expect(ByteSize(text) == nil)
    }
}
