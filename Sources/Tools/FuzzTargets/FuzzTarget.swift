/// The parsers of untrusted bytes, as functions that a fuzzer can run.
///
/// A target returns for every input, valid or not. It ends the process if a parser traps or breaks a promise that is
/// documented at the target.
public enum FuzzTarget: String, Sendable, CaseIterable {
    case request, json, jws, jwk, pem, base64url, pointer, glob, configuration, inventory
    case response, target, smtp, email, upstream
    case upstreamPath = "upstream-path"

    /// Passes the bytes to the parser and checks its results against its promises.
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
        case .email: fuzzEmail(bytes)
        case .upstream: fuzzUpstreamAnswer(bytes)
        case .upstreamPath: fuzzUpstreamPath(bytes)
        }
    }
}

/// Ends the process if a promise is broken. Unlike `precondition`, it does not depend on the optimization level.
func promise(_ isKept: Bool, _ text: StaticString) {
    if !isKept { fatalError("broken promise: \(text)") }
}
