package import JSON
internal import Synchronization
internal import Threads

extension SettingReader {
    /// The number of elements for which another thread is worth its start.
    private static let elementsPerThread = 64

    /// A part of a list, read by one thread.
    private struct Part<Element: Sendable>: Sendable {
        var elements: [Element] = []
        var faults: [Finding] = []
        var warnings: [Finding] = []
    }

    /// Reads the elements of a long list, on several threads if the reader may use them. The values and the findings
    /// are those of one thread that reads all elements in order. Only if there are more faults than are kept, further
    /// warnings may follow the last one.
    ///
    /// - Parameter read: converts an element, given its index and the reader to report to.
    package func read<Element: Sendable>(
        _ list: JSONSiblings, _ read: @escaping @Sendable (JSONValue, Int, SettingReader) -> Element?
    ) -> [Element] {
        let values = Array(list)
        let count = min(threads, values.count / SettingReader.elementsPerThread)
        guard count > 1 else { return self.read(values, 0..<values.count, read) }
        let ranges = (0..<count).map { values.count * $0 / count..<values.count * ($0 + 1) / count }
        let parts = Mutex<[Int: Part<Element>]>([:])
        let (sources, directory, known) = (sources, directory, known)
        let readPart: @Sendable (Int) -> Void = { number in
            let reader = SettingReader(sources: sources, directory: directory, known: known)
            let elements = reader.read(values, ranges[number], read)
            let part = Part(elements: elements, faults: reader.faults, warnings: reader.warnings)
            parts.withLock { $0[number] = part }
        }
        // A thread that cannot start is replaced by this one.
        let others = (1..<count).map { number in (number, try? SystemThread { readPart(number) }) }
        readPart(0)
        for (number, thread) in others {
            if let thread { thread.join() } else { readPart(number) }
        }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for number in 0..<count {
            guard let part = parts.withLock({ $0.removeValue(forKey: number) }) else { continue }
            elements += part.elements
            add((part.faults, part.warnings))
        }
        return elements
    }

    private func read<Element>(
        _ values: [JSONValue], _ range: Range<Int>, _ read: (JSONValue, Int, SettingReader) -> Element?
    ) -> [Element] {
        var elements: [Element] = []
        for index in range where !isFull {
            if let element = read(values[index], index, self) { elements.append(element) }
        }
        return elements
    }
}
