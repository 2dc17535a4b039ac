/// The parsers that meet bytes of strangers, each as something that a fuzzer can run.
///
/// A target returns for whatever it is given, good or bad. It ends the process where a parser traps or breaks one of
/// the promises that are written beside it.
public enum FuzzTarget: String, Sendable, CaseIterable {
    case request, json, jws, jwk, pem, base64url, pointer, glob, configuration, inventory
    case response, target, smtp, letter

    /// Feeds the bytes to the parser, and holds what comes out to its promises.
    public func run(_ bytes: [UInt8]) {
        switch self {
        case .request: fuzzRequest(bytes)
        case .json: fuzzJSON(bytes)
        case .jws: fuzzJWS(bytes)
        case .jwk: fuzzJWK(bytes)
        case .pem: fuzzPEM(bytes)
        case .base64url: fuzzBase64URL(bytes)
        case .pointer: fuzzPointer(bytes)
        case .glob: fuzzGlob(bytes)
        case .configuration: fuzzConfiguration(bytes)
        case .inventory: fuzzInventory(bytes)
        case .response: fuzzResponse(bytes)
        case .target: fuzzLocalTarget(bytes)
        case .smtp: fuzzSMTP(bytes)
        case .letter: fuzzLetter(bytes)
        }
    }
}

/// Ends the process where a promise is broken; unlike `precondition`, it never asks the optimiser's leave.
func promise(_ isKept: Bool, _ text: StaticString) {
    if !isKept { fatalError("broken promise: \(text)") }
}
