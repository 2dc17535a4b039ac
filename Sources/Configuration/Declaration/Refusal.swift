/// The reason why a setting refuses a value: the message after the path, which states what to write.
struct Refusal: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
