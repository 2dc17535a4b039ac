/// The reason for which a recipe cannot be printed, with what to do about it.
public struct RecipeFault: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
