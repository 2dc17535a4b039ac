internal import HTTPMessage
internal import Threads

/// The client's end of an upgraded connection: its input as a body without end, its output as a stream without chunks.
final class ClientTunnelEnd: TunnelEnd {
    private let machine: Confined<ConnectionMachine>
    private let input: RequestBody
    private let output: StreamedResponse

    init(_ machine: Confined<ConnectionMachine>, input: RequestBody, output: StreamedResponse) {
        self.machine = machine
        self.input = input
        self.output = output
    }

    func read() async throws -> [UInt8]? { try await input.next() }

    func write(_ bytes: [UInt8]) async throws { try await output.write(bytes) }

    func endWriting() { machine.value.endTunnelOutput() }

    func abort() { machine.value.breakOff() }
}
