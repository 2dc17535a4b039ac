internal import Glibc
internal import Synchronization
internal import Threads

/// Resolves names by the system's resolver. That blocks, so it runs on threads of its own, which end when nothing is
/// left to resolve.
public final class NameResolver: Sendable {
    private struct LookUp {
        let host: String
        let completion: @Sendable ([String]) -> Void
    }

    private struct State {
        var waiting: [LookUp] = []
        var threads = 0
    }

    private static let mostThreads = 8
    private static let mostWaiting = 1024

    private let state = Mutex(State())

    public init() {}

    /// Resolves a host.
    ///
    /// - Parameter completion: is called once, on another thread, with the host's numeric addresses in the order in
    ///   which they should be tried. The list is empty if the host has none, or if it could not be asked for.
    public func resolve(_ host: String, completion: @escaping @Sendable ([String]) -> Void) {
        let (isQueued, needsThread) = state.withLock { state in
            guard state.waiting.count < NameResolver.mostWaiting else { return (false, false) }
            state.waiting.append(LookUp(host: host, completion: completion))
            guard state.threads < NameResolver.mostThreads else { return (true, false) }
            state.threads += 1
            return (true, true)
        }
        guard isQueued else { return completion([]) }
        guard needsThread, (try? SystemThread { [self] in run() }) == nil else { return }
        // Without a thread of its own the look-up waits for another one; if there is none, nothing would ever take it.
        let abandoned = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [LookUp]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for lookUp in abandoned { lookUp.completion([]) }
    }

    private func run() {
        while let lookUp = next() { lookUp.completion(NameResolver.lookUp(lookUp.host)) }
    }

    private func next() -> LookUp? {
        state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.threads -= 1
            return nil
        }
    }

    /// Numeric addresses of a host in the order in which they should be tried; empty if it has none. Blocks.
    private static func lookUp(_ host: String) -> [String] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        // Without a network beside loopback AI_ADDRCONFIG finds nothing.
        if unsafe getaddrinfo(host, nil, &hints, &list) != 0 {
            unsafe hints.ai_flags = 0
            guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        }
        defer { if let list = unsafe list { unsafe freeaddrinfo(list) } }
        var result: [String] = []
        var next = unsafe list
        while let entry = unsafe next {
            var text: [CChar] = Array(repeating: 0, count: Int(NI_MAXHOST))
            // The entry's address is as long as it says.
            let code = unsafe getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if code == 0, !result.contains(address) { result.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return result
    }
}
