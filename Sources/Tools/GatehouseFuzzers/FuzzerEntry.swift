// Entry point for libFuzzer. FuzzTargets lists the parsers of untrusted bytes and their promises.
//
// Build with Clang's runtime libraries from the Swift toolchain:
//
//     GATEHOUSE_FUZZING=1 swift build -c release --product GatehouseFuzzers \
//         --sanitize=fuzzer --sanitize=address --scratch-path .build-fuzz
//
// Run a target for a minute, with a copy of its corpus that collects findings:
//
//     cp -r Tests/Vectors/Corpora/request .build-fuzz/request
//     GATEHOUSE_FUZZ_TARGET=request ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no \
//         .build-fuzz/release/GatehouseFuzzers -max_total_time=60 -max_len=8192 -timeout=10 .build-fuzz/request
//
// A finding is a file `crash-…`, `timeout-…` or `oom-…` in the working directory. Run the program with the file as its
// only argument to reproduce it; add `-minimize_crash=1 -runs=100000` to shrink it. Then add it to the target's corpus,
// under a name that describes the fault: `swift test` runs all of them.

internal import FuzzTargets
internal import Glibc

private let target: FuzzTarget = {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    // The variable is read once, before the environment could change, and its text is copied at once.
    guard let name = unsafe getenv("GATEHOUSE_FUZZ_TARGET"),
        let target = unsafe FuzzTarget(rawValue: String(cString: name))
    else { fatalError("GATEHOUSE_FUZZ_TARGET must be one of \(names)") }
    return target
}()

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // libFuzzer's bytes are valid until the function returns. The array is a copy.
    target.run(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
