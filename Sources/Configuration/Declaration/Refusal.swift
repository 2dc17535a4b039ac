/// Why a value is none that the setting can have: the text behind the path, which says what to write.
struct Refusal: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
