internal import Glibc
internal import Synchronization
internal import Threads

/// A resolver of host names that uses the system's resolver. That one blocks, so it runs on separate threads, which end
/// when the queue is empty.
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
    /// - Parameter completion: called once, usually on another thread, with the host's numeric addresses in the order
    ///   in which to try them. The list is empty if the host has none, or if the look-up failed.
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
        // If no thread starts, another thread takes the look-up; if there is none, all queued look-ups fail.
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

    /// Returns the numeric addresses of a host in the order in which to try them; empty if it has none. Blocks.
    private static func lookUp(_ host: String) -> [String] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        // On a machine with only loopback, AI_ADDRCONFIG finds no address.
        if unsafe getaddrinfo(host, nil, &hints, &list) != 0 {
            unsafe hints.ai_flags = 0
            guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        }
        defer { if let list = unsafe list { unsafe freeaddrinfo(list) } }
        var result: [String] = []
        var next = unsafe list
        while let entry = unsafe next {
            var text: [CChar] = Array(repeating: 0, count: Int(NI_MAXHOST))
            // The address has the length that the entry states.
            let code = unsafe getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if code == 0, !result.contains(address) { result.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return result
    }
}
